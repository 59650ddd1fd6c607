"""JSON into frozen dataclasses: unknown members are passed over, so that the service may grow."""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from kritiq_client.errors import UnexpectedAnswer

T = TypeVar("T")
Convert = Callable[[Any], Any]


def read(cls: type[T], data: Any) -> T:
    """A `cls` from a JSON object. A field named `raw` gets the object as it came.

    Raises UnexpectedAnswer when a member is missing that has no default, or is of another kind.
    """
    if not isinstance(data, Mapping):
        raise UnexpectedAnswer(f"{cls.__name__}: expected an object, got {type(data).__name__}")
    values: dict[str, Any] = {}
    for name, key, convert, required in _plan(cls):  # type: ignore[arg-type]
        if name == "raw":
            values[name] = data
        elif key in data:
            try:
                values[name] = convert(data[key])
            except (TypeError, ValueError) as error:
                raise UnexpectedAnswer(f"{cls.__name__}.{key}: {error}") from None
        elif required:
            raise UnexpectedAnswer(f"{cls.__name__}: there is no {key!r}")
    return cls(**values)


@cache
def _plan(cls: type[Any]) -> tuple[tuple[str, str, Convert, bool], ...]:
    hints = get_type_hints(cls)
    return tuple(
        (
            field.name,
            field.metadata.get("key", field.name),
            _converter(hints[field.name]),
            field.default is MISSING and field.default_factory is MISSING,
        )
        for field in fields(cls)
    )


def _converter(hint: Any) -> Convert:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        (inner,) = (_converter(part) for part in arguments if part is not type(None))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        item = _converter(arguments[0])
        return lambda value: tuple(item(part) for part in _checked(value, list))
    if origin is Mapping:
        member = _converter(arguments[1])
        return lambda value: {key: member(part) for key, part in _checked(value, dict).items()}
    if is_dataclass(hint):
        return lambda value: read(hint, value)  # type: ignore[arg-type]
    if hint in (datetime, date):
        return lambda value: hint.fromisoformat(_checked(value, str))
    if hint is float:
        return lambda value: float(_checked(value, (int, float)))
    if hint in (str, int, bool):
        return lambda value: _checked(value, hint)
    return lambda value: value


def _checked(value: Any, kind: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"unexpected {type(value).__name__}")
    return value
