"""What a name and its value tell about each other: a password, one that everybody tries, or only a stand-in for one."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import re2

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULTS = frozenset(
    {"123456", "12345678", "admin", "admin123", "changeit", "changeme", "guest", "letmein", "minioadmin", "password"}
    | {"password123", "postgres", "prom-operator", "root"}
)
"""Passwords that everybody tries first: those of charts and images, and those of their documentation."""
HASHES = frozenset(
    hashlib.new(algorithm, word.encode(), usedforsecurity=False).hexdigest()
    for algorithm in ("md5", "sha1", "sha256")
    for word in DEFAULTS
) | {"$2a$10$rRyBsGSHK6.uc8fntPwVIuLVHgsAhAX7TcdrqW/RADU0uh7CaChLa"}
"""The same as hashes: those without salt, and the bcrypt one of the FAQ of Argo CD."""

PASSWORDS = ("password", "passwd", "passphrase", "pwd", "adminpass", "dbpass", "rootpass", "userpass")
OTHERS = ("token", "secret", "apikey", "secretkey", "privatekey", "accesskey")
"""How the names of secrets end, in small letters and without separators."""
OPEN_NAMES = (
    *("bucket", "database", "domain", "email", "endpoint", "host", "login"),
    *("name", "namespace", "port", "region", "server", "type", "user"),
)
"""How the names of what stands in a Secret beside a password, and is none, end."""
MAX_SECRET = 1000
"""The longest value of a chart, in characters, that may be a password or a token."""
PUBLIC_FILES = (".crt", ".pub", "known_hosts")
REFERENCES = ("{{", "<<", "${", "$(", "op://", "ref+", "vault:", "<path:", "ENC[", "<%", "{%")
"""What stands for a value that comes from elsewhere: templates, substitutions, vaults and SOPS."""
PLACEHOLDER = re.compile(
    r"<[^<>]*>|[x*._-]*|(replace|change|insert|put|fill|set)[-_ ]?(me|this|with|in|here|it)\b.*|your[-_ ].*"
    r"|(dummy|example|placeholder|todo|fake|redacted|managed|ignored|null|none|true|false|yes|no)"
    r"|(enabled|disabled|required|optional)",
    re.IGNORECASE,
)
MAX_PLACEHOLDER = 200
"""The longest value, in characters, that may be a mere placeholder."""
TOKEN = re.compile(r"(?=[^\s]*[0-9])(?=[^\s]*[A-Za-z])[A-Za-z0-9+=_.\-]{16,}")
"""What looks drawn by lot: a word that is called a secret may be the name of one."""

HASHED = ("$2a$", "$2b$", "$2y$", "$argon2", "$5$", "$6$", "$apr1$", "{SHA", "{SSHA")
"""How salted hashes begin: nobody reads a password from one."""
SECRET_REFERENCE = ("existing", "keyref", "secretkey", "secretname", "secretref", "valuefrom")
"""What is part of the names under which the values of charts say where a secret is, not what it is."""
KEY_OF_SECRET = re.compile(r"[\w.-]+")
NAME_OF_SECRET = re.compile(r"(?=.*[.-])(?=.*(?:^|[.-])[a-z]{3,}(?:[.-]|$))[a-z0-9.-]+")
"""What a Secret may be called; a word is in it, so that it is none that was drawn by lot."""
VARIABLE = re.compile(r"\$[A-Za-z_].*|%[({A-Za-z].*|#\{.*|@.*|(env|file|secret|k8s)[:.].*")
"""How programs are told to take a value from their environment or from a file; ``$__file{}`` is Grafana's."""

SHORTEST_NUMBER = 5
"""The fewest digits of a number that may be a password, and no length or switch."""


_SETTING = re2.compile(r"(?:^|[^\w$/-])([A-Za-z][\w.-]*)[\"'`*]*\s*([=:])[*\s]*([\"'`]?)([^\s\"'`,;|)]+)")
_LOGIN = re2.compile(
    r"(?i)\b(?:log-?in|credentials?|user(?:name)?\s*(?:and|/|&)\s*password)[\w ()]*[*`]*\s*[:=]\s*[*`]*\s*"
    r"[\w.@-]+`?\s*(?:/|:|\band\b)\s*`?([^\s`/*]+)"
)
"""How a line of text names a user and a password."""


def written_in(line: str) -> list[tuple[int, int]]:
    """Where the passwords in a line of text stand that is no YAML: ``Login: admin / ...``, ``password: ...``."""
    found = {match.span(1) for match in _LOGIN.finditer(line) if not _is_no_secret(match.group(1))}
    for match in _SETTING.finditer(line):
        name, sign, quote, value = match.groups()
        rest = line[match.end() :].removeprefix(quote).strip("*`'\" .|)")
        if value.startswith("$") or (sign == ":" and not quote and rest):
            continue  # a variable, or prose that goes on: "the password: ask somebody"
        is_known = names_password(name) and is_default(value) and plain_name(value) != plain_name(name)
        if is_known or is_secret_setting(name, value):
            found.add(match.span(4))
    return sorted(found)


def is_exposed(name: str, value: str) -> bool:
    """Whether an entry of a Secret is one that must not be seen, and can be."""
    value = value.strip()
    if "PRIVATE KEY-----" in value or _has_password(value):
        return not is_reference(value)
    is_public = name.endswith(PUBLIC_FILES) or value.startswith(("-----BEGIN CERT", "-----BEGIN PUBLIC", "ssh-"))
    is_open = is_public or plain_name(name).endswith(OPEN_NAMES) or _is_open_url(value)
    return not (is_open or _is_no_secret(value) or is_default(value))


def is_secret_setting(name: str, value: str) -> bool:
    """Whether a setting is a secret, not the name, the file or the address of one."""
    value = value.strip()
    if not value or len(value.split()) > 1 or _is_no_secret(value) or plain_name(value) == plain_name(name):
        return False
    if "://" in value:
        return _has_password(value)
    if value.startswith(("/", "./", "~")) or (value.isdigit() and len(value) < SHORTEST_NUMBER):
        return False
    return names_password(name) or (plain_name(name).endswith(OTHERS) and bool(TOKEN.fullmatch(value)))


def is_secret_value(names: Sequence[str], value: str) -> bool:
    """Whether a value of a chart is a secret; ``names`` lead to it, its own is the last.

    Charts ask for the name of a Secret, or for a key in it, under names that secrets have, too.
    """
    value = value.strip()
    if not is_secret_setting(names[-1], value) or value.startswith(HASHED) or len(value) > MAX_SECRET:
        return False
    if VARIABLE.fullmatch(value) or (not names_password(names[-1]) and NAME_OF_SECRET.fullmatch(value)):
        return False
    around = [plain_name(name) for name in names]
    refers = any(part in name for name in around for part in SECRET_REFERENCE)
    return not (refers and KEY_OF_SECRET.fullmatch(value))


def is_private_key(value: str) -> bool:
    """Whether a value holds a private key."""
    return "-----BEGIN " in value and "PRIVATE KEY-----\n" in value and not is_reference(value)


def is_default(value: str) -> bool:
    """Whether a value is a password that everybody tries first, or its hash."""
    return value.lower() in DEFAULTS or plain_name(value) in DEFAULTS or value in HASHES


def is_reference(value: str) -> bool:
    """Whether a value comes from elsewhere."""
    return any(mark in value for mark in REFERENCES)


@lru_cache(maxsize=1024)
def names_password(name: str) -> bool:
    """Whether a name ends as those of passwords do."""
    return plain_name(name).endswith(PASSWORDS)


def plain_name(name: str) -> str:
    """A name in small letters and without separators."""
    return "".join(filter(str.isalnum, name.lower()))


def _is_no_secret(value: str) -> bool:
    """Whether a value is nothing, stands for another one, or waits for somebody to fill it in."""
    return is_reference(value) or (len(value) <= MAX_PLACEHOLDER and bool(PLACEHOLDER.fullmatch(value)))


def _is_open_url(value: str) -> bool:
    """Whether a value is one address, and nobody logs in by it."""
    return "://" in value and len(value.split()) == 1 and not _has_password(value) and "?" not in value


def _has_password(url: str) -> bool:
    try:
        password = urlsplit(url).password
    except ValueError:
        return False
    return bool(password) and not _is_no_secret(password or "")
