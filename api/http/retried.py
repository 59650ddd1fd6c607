"""Trying something again: asked for twice, as by two clicks, it makes one thing, which counts once."""

from collections.abc import Callable
from typing import TypeVar

from jobs.errors import Gone

T = TypeVar("T")


def made_once(key: str | None, old_id: str, make: Callable[[str | None], T]) -> T:
    """What `make` makes of `old_id` under the request's idempotency key; without one, what was made first without one.

    That is remembered as keys are, until it is deleted. Raises what `make` raises.
    """
    if key is not None:
        return make(key)
    try:
        # No client can send such a key.
        return make(f"retry → {old_id}")
    except Gone:
        return make(None)
