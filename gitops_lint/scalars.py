"""What the text of a scalar means, in either reading: pure functions from text to value.

The *direct* reading is go-yaml v2's (YAML 1.1), which sigs.k8s.io/yaml turns into JSON for the API server. The
*kustomize* reading is go-yaml v3's, through which kyaml sends every object of a build. Numbers are the same in both.
"""

from __future__ import annotations

import base64
import json
import math
import re
import struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

Scalar = str | int | float | bool | None

MAX_WORDS: Final = 50_000
"""How many texts a table remembers: some megabytes, and more than the largest repositories hold."""
MAX_WORD: Final = 64
"""The longest text worth remembering; longer ones hardly ever occur twice."""

_TRUE = frozenset(("true", "True", "TRUE"))
_FALSE = frozenset(("false", "False", "FALSE"))
_YES = frozenset(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"))
_NO = frozenset(("n", "N", "no", "No", "NO", "off", "Off", "OFF"))
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_SPECIAL_FLOATS = {
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}

_NUMBER_STARTS = frozenset("+-.0123456789")
_INTEGER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9][0-9]{0,19}|0)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
# A number that begins with a point goes to Go's ParseFloat as it is: underscores only between digits.
_POINT_FLOAT = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:([Tt]| +)([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,]([0-9]+))?(Z|[-+][0-9]{2}:[0-9]{2})?)?"
)

_CORE_TAG: Final = "tag:yaml.org,2002:"
_TAGGED_TYPES = {"null": type(None), "bool": bool, "int": int, "float": float, "timestamp": str}


class Twofold(NamedTuple):
    """What a plain text means where the two readings disagree."""

    direct: Scalar
    kustomize: Scalar


def direct(text: str) -> Scalar:
    """The value of a plain scalar as go-yaml v2 resolves it (resolve.go); a timestamp stays a string there."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _YES:
        return True
    if text in _FALSE or text in _NO:
        return False
    return _number_or_text(text)


def kustomize(text: str) -> Scalar:
    """The value of a plain scalar as a kustomize build prints it (go-yaml v3's resolve.go, then JSON)."""
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    return timestamp(text) or _number_or_text(text)


def received(value: Scalar) -> Scalar:
    """The value after the way through JSON to the API server: whole numbers are integers of 64 bits, others floats."""
    if isinstance(value, float) and value.is_integer() and -(2.0**63) <= value < 2.0**63:
        return int(value)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float(value)
    return value


def tagged(tag: str, text: str, resolve: Callable[[str], Scalar], *, plain: bool) -> Scalar:
    """The value of a scalar with a tag, read by ``resolve`` (``direct`` or ``kustomize``).

    A tag that go-yaml does not resolve (``!include``, ``!!python/name:...``) leaves the text as it is and runs nothing.
    Raises ValueError, with a sentence, where the text is none of what the tag says.
    """
    if tag == "!":  # go-yaml v2 takes the non-specific tag for "a string", v3 for "no tag"
        return resolve(text) if plain and resolve is kustomize else text
    kind = tag.removeprefix(_CORE_TAG) if tag.startswith(_CORE_TAG) else ""
    if kind == "binary":
        return _decoded(text)
    if kind not in _TAGGED_TYPES:
        return text
    value = resolve(text)
    if kind == "float" and type(value) is int:
        return float(value)
    if type(value) is not _TAGGED_TYPES[kind] or (kind == "timestamp" and timestamp(text) is None):
        raise ValueError(f"this text is no !!{kind}")
    return value


def key(value: object) -> str:
    """The key of a JSON object that sigs.k8s.io/yaml makes of a key's value (convertToJSONableObject in yaml.go).

    Raises ValueError, with a sentence, for a value that it refuses.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_key(value)
    if isinstance(value, int) and value < 2**63:
        return str(value)
    if value is None:
        raise ValueError("a key of a mapping is empty or null")
    if isinstance(value, int):
        raise ValueError("a key of a mapping is too large a number")
    raise ValueError("a key of a mapping is a list or mapping; text such as {{ name }} needs quotes")


def is_text(text: str) -> bool:
    """Whether a kustomize build takes a plain scalar for a text."""
    return isinstance(kustomize(text), str) and timestamp(text) is None


def timestamp(text: str) -> str | None:
    """The RFC 3339 text that kyaml turns a plain timestamp into; None where Go's time.Parse sees none."""
    match = _TIMESTAMP.fullmatch(text) if text[:1].isdigit() else None
    if match is None:
        return None
    year, month, day = (int(part) for part in match.group(1, 2, 3))
    separator, fraction, zone = match.group(4, 8, 9)
    hour, minute, second = (int(part or 0) for part in match.group(5, 6, 7))
    if separator is not None and separator.isspace() is not (zone is None):
        return None
    if not (1 <= month <= 12 and 1 <= day <= _days(year, month) and hour < 24 and minute < 60 and second < 60):
        return None
    offset = _zone(zone)
    if offset is None:
        return None
    digits = (fraction or "")[:9].rstrip("0")
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{'.' if digits else ''}{digits}{offset}"


def json_data(text: str) -> Any:
    """The data of a JSON text, as kubectl reads it: half a surrogate pair is U+FFFD.

    Raises ValueError where the text is no JSON, RecursionError where it is nested too deep for Python.
    """
    data = json.loads(text, parse_int=_json_number, parse_float=_json_number, parse_constant=_no_constant)
    if "\\ud" not in text.lower():
        return data
    whole = json.dumps(data, ensure_ascii=False).encode("utf-16", "surrogatepass")
    return json.loads(whole.decode("utf-16", "replace"))


class _Plain(dict[str, Scalar | Twofold]):
    """The meanings of plain texts, worked out once each: a few thousand words make up most manifests."""

    def __missing__(self, text: str) -> Scalar | Twofold:
        one, other = received(direct(text)), received(kustomize(text))
        same = one is other or (type(one) is type(other) and (one == other or one != one))
        value = one if same else Twofold(one, other)
        if len(text) <= MAX_WORD and len(self) < MAX_WORDS:
            self[text] = value
        return value


class _Keys(dict[str, str | None]):
    """Plain keys that are strings in both readings, one object for each; None for any other: look closer."""

    def __missing__(self, text: str) -> str | None:
        ordinary = text != "<<" and type(PLAIN[text]) is str and timestamp(text) is None
        value = text if ordinary else None
        if len(text) <= MAX_WORD and len(self) < MAX_WORDS:
            self[text] = value
        return value


PLAIN: Final = _Plain()
KEYS: Final = _Keys()


def _json_number(text: str) -> Scalar:
    number = int(text) if len(text) < 20 and text.lstrip("-").isdigit() else float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is too large a number")
    return received(number)


def _no_constant(text: str) -> Scalar:
    raise ValueError(f"{text} is no JSON")


def _number_or_text(text: str) -> Scalar:
    if text[:1] not in _NUMBER_STARTS:
        return text
    if text in _SPECIAL_FLOATS:
        return _SPECIAL_FLOATS[text]
    digits = text if text[0] == "." else text.replace("_", "")
    if _INTEGER.fullmatch(digits):
        value = _integer(digits)
        if -(2**63) <= value < (2**63 if digits[0] in "+-" else 2**64):
            return value
    if (_POINT_FLOAT if text[0] == "." else _FLOAT).fullmatch(digits):
        number = float(digits)
        return text if math.isinf(number) else number
    return text


def _integer(digits: str) -> int:
    """Go's ParseInt with base 0: the prefix names the base, a bare 0 the octal one."""
    unsigned = digits.lstrip("+-").lower()
    base = {"0x": 16, "0b": 2, "0o": 8}.get(unsigned[:2]) or (8 if unsigned[0] == "0" else 10)
    value = int(unsigned, base)
    return -value if digits[0] == "-" else value


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text.replace("\n", ""), validate=True).decode("utf-8", "replace")
    except ValueError:
        raise ValueError("a !!binary value is no base64") from None


def _float_key(value: float) -> str:
    """Go's FormatFloat(value, 'g', -1, 32): the shortest decimal from which the 32-bit float comes back."""
    single = _single(value)
    if not math.isfinite(single):
        return ".nan" if math.isnan(single) else ".inf" if single > 0 else "-.inf"
    digits = next(count for count in range(9) if _single(float(f"{single:.{count}e}")) == single)
    mantissa, exponent = f"{single:.{digits}e}".split("e")
    if -4 <= int(exponent) < 6:
        return f"{single:.{max(digits - int(exponent), 0)}f}"
    return f"{mantissa}e{exponent}"


def _single(value: float) -> float:
    """The nearest 32-bit float."""
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def _days(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def _zone(text: str | None) -> str | None:
    """The offset as RFC 3339 writes it; None where it is out of the range that Go's time.Time can print."""
    if text is None or text == "Z":
        return "Z"
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 24 or minutes > 60 or hours * 60 + minutes >= 24 * 60:
        return None
    hours, minutes = divmod(hours * 60 + minutes, 60)
    return f"{text[0]}{hours:02}:{minutes:02}" if hours or minutes else "Z"


_INDENTED_BEHIND = re.compile(r"^([^ \t\n][^\n]*)(\n+)(?=[ \t])", re.MULTILINE)


def refolded(text: str) -> str:
    """What becomes of a folded text (``>``) that go-yaml v3 writes and reads again, as kyaml does with every object.

    A line break before an indented line is doubled by mistake: the writer looks for a blank at the beginning of the
    whole text instead (emitterc.go, yaml_emitter_write_folded_scalar). A text with a blank before a line break is
    written in quotes instead.
    """
    if text.lstrip("\n")[:1] in ("", " ", "\t") or " \n" in text:
        return text
    return _INDENTED_BEHIND.sub(r"\1\n\2", text)
