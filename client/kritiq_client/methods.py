"""A flow's signature as that of a method: what `help()`, `inspect.signature` and autospecs see of the clients' calls.

Type checkers and editors need none of this: to them `Concatenate` in the clients' wrappers says the same.
"""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, get_args

F = TypeVar("F", bound=Callable[..., Any])


def answer_type(flow: Callable[..., Any]) -> Any:
    """T of a function that is annotated to return a `Flow[T]`."""
    answer = get_args(inspect.signature(flow).return_annotation)[2]
    return None if answer is type(None) else answer


def item_type(stream: Callable[..., Any]) -> Any:
    """T of a function that is annotated to return a `Stream[T]`."""
    (item,) = get_args(answer_type(stream))
    return item


def as_method(method: F, flow: Callable[..., Any], *, owner: str, returns: Any) -> F:
    """`method` with the name, the text and the parameters of `flow`: `self` instead of `core`, and what it returns.

    Of a coroutine function `returns` is what awaiting it gives, as everywhere in Python.
    """
    signature = inspect.signature(flow)
    _core, *parameters = signature.parameters.values()
    first = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    method.__name__, method.__qualname__ = flow.__name__, f"{owner}.{flow.__name__}"
    method.__doc__ = flow.__doc__
    method.__annotations__ = {item.name: item.annotation for item in parameters} | {"return": returns}
    # Typing does not know that functions have it.
    method.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[first, *parameters], return_annotation=returns
    )
    return method
