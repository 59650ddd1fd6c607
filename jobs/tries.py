"""Trying something again: whoever asks for it, and however often, a review that a try has judged is judged no more."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from jobs.errors import Gone, NotFound, NotRetryable, TriedAgain


class Identified(Protocol):
    """A job or a batch."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def tenant(self) -> str:
        """Whose it is."""


Old = TypeVar("Old", bound=Identified)
Made = TypeVar("Made")


class Tries(Protocol):
    """What a store remembers of tries. Any call raises Unavailable."""

    def tried_again(self, tenant: str, old_id: str) -> str | None:
        """The id of the last that was made to try `old_id` again, whether or not that is still there."""

    def made_under(self, tenant: str, key: str, digest: str) -> str | None:
        """The id that was made under an idempotency key. Raises IdempotencyMismatch."""

    def bind(self, tenant: str, key: str, digest: str, made_id: str) -> None:
        """Remember an id under an idempotency key, unless it has one."""


def try_again(
    tries: Tries,
    old: Old,
    *,
    get: Callable[[str], Old],
    make: Callable[[Old], Made],
    there: Callable[[Old], Made],
    key: str | None,
    digest: str,
) -> Made:
    """What `make` makes of the last try of `old`, or of `old` itself where there is none (any more).

    A try that goes on, or of which nothing can be tried again, is the answer itself (`there`). The same `key` gives the
    same one. `make` raises NotRetryable, and TriedAgain when somebody else was first; that is looked at then. Raises
    what `make` raises of `old`, IdempotencyMismatch, Gone, Unavailable.
    """
    first = tries.made_under(old.tenant, key, digest) if key is not None else None
    if first is not None:
        return there(get(first))
    while True:
        last = _last_try(tries, old, get)
        try:
            return make(last)
        except TriedAgain:
            continue
        except NotRetryable:
            if last is old:
                raise
        if key is not None:
            tries.bind(old.tenant, key, digest, last.id)
        return there(last)


def _last_try(tries: Tries, old: Old, get: Callable[[str], Old]) -> Old:
    last = old
    while (found := tries.tried_again(old.tenant, last.id)) is not None:
        try:
            last = get(found)
        except (Gone, NotFound):
            break
    return last
