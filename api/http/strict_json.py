"""JSON as RFC 8259 means it: nothing that two readers could understand differently."""

import codecs
import json
import re
from collections.abc import Callable, Iterable
from math import isfinite
from typing import Any

#: Deeper nesting is refused; no Kritiq request comes near a tenth of it.
MAX_DEPTH = 64


#: Values of a body, each of which costs some hundred bytes, however short it is; 10,000 reviews have a fifth of it.
MOST_VALUES = 500_000
#: Strings as a whole, and what stands in front of a value outside of them.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{,]', re.DOTALL)
_QUOTE = ord('"')


class BadJson(ValueError):
    """The body is not JSON, or not JSON that everybody reads alike."""


class _Twice(dict[str, Any]):
    """An object that had a key twice."""


def parse(body: bytes) -> Any:
    """The value in `body`. Raises BadJson for what is not strict JSON in UTF-8.

    Refused beside syntax errors: NaN and infinities, duplicate keys, lone surrogates, NUL, nesting deeper than
    `MAX_DEPTH`, numbers of thousands of digits.
    """
    value = read(body)
    check(value)
    return value


def read(body: bytes, *, of: str = "body") -> Any:
    """The value in `body`, of which parts may be for `check` or `mended` to look at. Raises BadJson for bad syntax.

    `of` is what the error calls it: the body, or one line of it. A body may begin with a byte order mark, as some
    programs write one: RFC 8259 lets readers pass over it.
    """
    if of == "body":
        body = body.removeprefix(codecs.BOM_UTF8)
    if not body.strip():
        raise BadJson(f"The {of} is empty; it should be a JSON object.")
    if body.count(b",") + body.count(b"[") + body.count(b"{") > MOST_VALUES and _too_many(body):
        raise BadJson(f"The {of} has more than {MOST_VALUES} values.")
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except RecursionError:
        raise BadJson(f"The {of} is nested too deeply.") from None
    except UnicodeDecodeError as error:
        raise BadJson(f"The {of} is not UTF-8 (byte {error.start}).") from None
    except json.JSONDecodeError as error:
        at = f"column {error.colno}" if of == "line" else f"line {error.lineno}, column {error.colno}"
        raise BadJson(f"The {of} is not JSON: {error.msg} ({at}).") from None
    except ValueError:
        raise BadJson(f"The {of} has a number that is too long.") from None


def _too_many(body: bytes) -> bool:
    """Whether there are more values than may be; most commas are in texts. It stops where it knows."""
    values = 0
    for found in _TOKEN.finditer(body):
        values += body[found.start()] != _QUOTE
        if values > MOST_VALUES:
            return True
    return False


def check(value: Any, *, but: str = "") -> None:
    """Looks at every string and at the depth, without recursion; not at the member `but`. Raises BadJson."""
    if but and isinstance(value, dict) and not isinstance(value, _Twice):
        value = [[name, item] for name, item in value.items() if name != but]
    _walk(value, _check_text)


def ambiguous(value: Any) -> bool:
    """Whether an object had a key twice."""
    return isinstance(value, _Twice)


def mended(value: Any) -> tuple[Any, int]:
    """A part of a body with U+FFFD for what no text can hold (NUL, halves of surrogate pairs), and how many there were.

    Raises BadJson for all else that `check` refuses.
    """
    if isinstance(value, str):
        return _IMPOSSIBLE.subn("\ufffd", value)
    broken = 0

    def look(text: str) -> None:
        nonlocal broken
        broken += len(_IMPOSSIBLE.findall(text))

    _walk(value, look)
    return (_mend(value), broken) if broken else (value, 0)


_IMPOSSIBLE = re.compile("[\0\ud800-\udfff]")


def _mend(item: Any) -> Any:
    """Recursive: `_walk` has looked at the depth."""
    if isinstance(item, str):
        return _IMPOSSIBLE.sub("\ufffd", item)
    if isinstance(item, dict):
        return {_mend(name): _mend(value) for name, value in item.items()}
    return [_mend(value) for value in item] if isinstance(item, list) else item


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    return _Twice(members) if len(members) < len(pairs) else members


#: Once: `json.loads` makes one for each call.
_DECODER = json.JSONDecoder(object_pairs_hook=_object)


def _walk(value: Any, look: Callable[[str], None]) -> None:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        if not level:
            return
        level = [child for item in level for child in _children(item, look)]
    raise BadJson("The body is nested too deeply.")


def _check_text(text: str) -> None:
    if found := _IMPOSSIBLE.search(text):
        raise BadJson("A string contains NUL." if found[0] == "\0" else "A string contains half of a surrogate pair.")


def _children(item: Any, look: Callable[[str], None]) -> Iterable[Any]:
    if isinstance(item, str):
        look(item)
    elif isinstance(item, int | float):
        # An integer beyond 64 bits, or 1e999: some readers round it, some refuse it, some read infinity.
        if not (-(2**63) <= item < 2**64 if isinstance(item, int) else isfinite(item)):
            raise BadJson("A number is too large, or none." if item == item else "NaN is not a JSON number.")
    elif isinstance(item, _Twice):
        raise BadJson("An object has the same key twice.")
    elif isinstance(item, dict):
        yield from item
        yield from item.values()
    elif isinstance(item, list):
        yield from item
