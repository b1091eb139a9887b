"""What sprig and Argo CD do with texts. Lengths and indices count bytes, as in Go.

Sources: sprig, strings.go, regex.go and defaults.go; argo-cd, applicationset/utils/template_functions.go and utils.go.
"""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import re2

from gitops_lint.builders.template.values import MAX_TEXT, Refused, as_json, bounded, formatted
from gitops_lint.document import read
from gitops_lint.output import yaml

if TYPE_CHECKING:
    from gitops_lint.model import Data

MAX_PATTERN = 1_000
"""The longest regular expression, in characters."""
MAX_SLUG = 50
_REFERENCE = re.compile(r"\$(?:\$|\{(\w+)\}|(\w+))")
_HTML = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def text(value: Data) -> str:
    """A value as a text."""
    return bounded(formatted(value))


def decoded(part: bytes) -> str:
    """The text of bytes. Raises Refused where a character was cut in two."""
    try:
        return part.decode()
    except ValueError:
        raise Refused("it cuts a character in two") from None


def title(value: str) -> str:
    """The text with every word capitalised; a hyphen or a slash ends one (Go, strings.Title)."""
    return re.sub(r"(?<![\w])\w", lambda match: match[0].upper(), value)


def untitle(value: str) -> str:
    """The text with no word capitalised."""
    return re.sub(r"(?<!\S)\S", lambda match: match[0].lower(), value)


def replace(old: str, new: str, value: str) -> str:
    """The text with one part in the place of another, everywhere."""
    if (value.count(old) if old else len(value) + 1) * len(new) > MAX_TEXT:
        raise Refused("what it makes is too long")
    return value.replace(old, new)


def split(mark: str, value: str) -> list[Data]:
    """The parts between marks; without a mark, the characters."""
    return list(value.split(mark) if mark else value)


def trunc(length: int, value: str) -> str:
    """The first bytes of a text, or the last ones for a length below zero."""
    content = value.encode()
    if length < 0:
        return decoded(content[length:])
    return decoded(content[:length])


def substr(start: int, end: int, value: str) -> str:
    """The bytes from one to another; one below zero stands for the beginning or the end."""
    content = value.encode()
    first, last = max(start, 0), len(content) if end < 0 or end > len(content) else end
    if start < 0:
        last = end
    if not 0 <= first <= last <= len(content):
        raise Refused("its bounds are out of range")
    return decoded(content[first:last])


def repeat(count: int, value: str) -> str:
    """The text many times."""
    if count < 0 or count * max(len(value), 1) > MAX_TEXT:
        raise Refused("the count is below zero, or too large")
    return value * count


def indent(spaces: int, value: str) -> str:
    """The text with every line moved to the right."""
    if spaces < 0 or spaces * (value.count("\n") + 1) > MAX_TEXT:
        raise Refused("the count is below zero, or too large")
    return " " * spaces + value.replace("\n", "\n" + " " * spaces)


def encoded(value: str) -> str:
    """The text in base64."""
    return base64.b64encode(value.encode()).decode()


def decoded64(value: str) -> str:
    """The text that is there in base64."""
    try:
        return decoded(base64.b64decode(value, validate=True))
    except ValueError:
        raise Refused("that is no base64") from None


def sha256(value: str) -> str:
    """The checksum of a text, in hexadecimal digits."""
    return hashlib.sha256(value.encode()).hexdigest()


def base(value: str) -> str:
    """The last element of a path (Go, path.Base)."""
    return posixpath.basename(value.rstrip("/")) or ("/" if value else ".")


def directory(value: str) -> str:
    """A path without its last element (Go, path.Dir)."""
    return posixpath.normpath(posixpath.dirname(value) or ".")


def atoi(value: str) -> int:
    """A decimal number; zero for anything else."""
    return int(value) if re.fullmatch(r"[+-]?[0-9]{1,18}", value) else 0


# -- regular expressions -----------------------------------------------------------------------------------------------


def _compiled(pattern: str) -> re2._Regexp[str]:
    options = re2.Options()
    options.log_errors = False
    if len(pattern) > MAX_PATTERN:
        raise Refused("the expression is too long")
    try:
        return re2.compile(pattern, options)
    except re2.error:
        raise Refused("the expression is none") from None


def regex_match(pattern: str, value: str) -> bool:
    """Whether an expression matches anywhere."""
    return _compiled(pattern).search(value) is not None


def regex_find(pattern: str, value: str) -> str:
    """The first match, or nothing."""
    match = _compiled(pattern).search(value)
    return str(match[0]) if match else ""


def regex_replace(pattern: str, value: str, replacement: str) -> str:
    """Every match replaced; ``$1`` and ``${name}`` stand for its groups (Go, regexp.Expand)."""

    def expanded(match: re2._Match[str]) -> str:
        def group(reference: re.Match[str]) -> str:
            name = reference[1] or reference[2]
            if name is None:
                return "$"
            try:
                return match[int(name) if name.isdecimal() else name] or ""
            except (IndexError, KeyError):
                return ""

        return _REFERENCE.sub(group, replacement)

    if (len(value) + 1) * (len(replacement) + 1) > MAX_TEXT:
        raise Refused("what it makes may be too long")
    return bounded(str(_compiled(pattern).sub(expanded, value)))


def regex_replace_literal(pattern: str, value: str, replacement: str) -> str:
    """Every match replaced by the text as it is."""
    return regex_replace(pattern, value, replacement.replace("$", "$$"))


# -- JSON and YAML -----------------------------------------------------------------------------------------------------


def to_json(value: Data) -> str:
    """A value as JSON (Go, encoding/json): whole numbers without a point, and nothing that is a mark of HTML."""
    written = json.dumps(_whole(value), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return bounded(re.sub("[<>&\u2028\u2029]", lambda match: _HTML[match[0]], written))


def _whole(value: Data) -> Data:
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, float):
        if value != 0 and not 1e-4 <= abs(value) < 1e21:
            raise Refused("the number is too large or too small")
        return int(Decimal(repr(value))) if value.is_integer() else value
    return value


def to_yaml(value: Data) -> str:
    """A value as YAML, without the end of the last line (sigs.k8s.io/yaml, Marshal)."""
    if isinstance(value, list) and value:
        return bounded(yaml.render({"list": value}).partition("\n")[2].removesuffix("\n"))
    return bounded(yaml.render(value).removesuffix("\n"))


def parsed(value: str) -> Data:
    """The value that stands there in YAML or JSON."""
    file = read("", value.encode("utf-8", "surrogatepass"))
    if file.faults or len(file.documents) > 1:
        raise Refused("that is no YAML")
    return as_json(file.documents[0].data) if file.documents else None


# -- Argo CD -----------------------------------------------------------------------------------------------------------


def normalize(value: str) -> str:
    """A name that Kubernetes takes: lower case, other characters as hyphens (applicationset/utils, SanitizeName)."""
    return re.sub(r"[^-a-z0-9.]", "-", value.lower())[:253].strip("-.")


def slugify(*arguments: Data) -> str:
    """Argo CD's ``slugify [LENGTH] [SMART] TEXT``: letters and digits with single hyphens between them.

    What is too long is cut off, at a hyphen where that is asked for (gosimple/slug).
    """
    *options, value = arguments
    if not isinstance(value, str):
        raise Refused("it needs a text")
    length = next((option for option in reversed(options) if type(option) is int), MAX_SLUG)
    smart = next((option for option in reversed(options) if type(option) is bool), False)
    slug = normalize(value)
    slug = re.sub("-{2,}", "-", (slug if smart else slug[:length]).replace(".", "-")).strip("-")
    if not smart or len(slug) <= length:
        return slug
    return slug[: slug.rfind("-", 0, length + 1)] if "-" in slug[: length + 1] else slug[:length]
