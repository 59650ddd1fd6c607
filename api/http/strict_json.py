"""JSON as RFC 8259 means it: nothing that two readers could understand differently."""

import json
from collections.abc import Iterable
from math import isfinite
from typing import Any, NoReturn

#: Deeper nesting is refused; no Kritiq request comes near a tenth of it.
MAX_DEPTH = 64


class BadJson(ValueError):
    """The body is not JSON, or not JSON that everybody reads alike."""


def parse(body: bytes) -> Any:
    """The value in `body`. Raises BadJson for what is not strict JSON in UTF-8.

    Refused beside syntax errors: NaN and infinities, duplicate keys, lone surrogates, NUL, nesting deeper than
    `MAX_DEPTH`, numbers of thousands of digits.
    """
    if not body.strip():
        raise BadJson("The body is empty; it should be a JSON object.")
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_constant, object_pairs_hook=_no_duplicates)
    except RecursionError:
        raise BadJson("The body is nested too deeply.") from None
    except UnicodeDecodeError as error:
        raise BadJson(f"The body is not UTF-8 (byte {error.start}).") from None
    except json.JSONDecodeError as error:
        raise BadJson(f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno}).") from None
    except BadJson:
        raise
    except ValueError:
        raise BadJson("The body has a number that is too long.") from None
    _check(value)
    return value


def _constant(name: str) -> NoReturn:
    raise BadJson(f"{name} is not a JSON number.")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise BadJson("An object has the same key twice.")
    return members


def _check(value: Any) -> None:
    """Looks at every string and at the depth, without recursion."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        if not level:
            return
        level = [child for item in level for child in _children(item)]
    raise BadJson("The body is nested too deeply.")


def _children(item: Any) -> Iterable[Any]:
    if isinstance(item, str):
        if "\0" in item:
            raise BadJson("A string contains NUL.")
        try:
            item.encode("utf-8")
        except UnicodeEncodeError:
            raise BadJson("A string contains half of a surrogate pair.") from None
    elif isinstance(item, int | float):
        # An integer beyond 64 bits, or 1e999: some readers round it, some refuse it, some read infinity.
        if not (-(2**63) <= item < 2**64 if isinstance(item, int) else isfinite(item)):
            raise BadJson("A number is too large.")
    elif isinstance(item, dict):
        yield from item
        yield from item.values()
    elif isinstance(item, list):
        yield from item
