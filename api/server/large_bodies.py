"""Bodies that threads wait for: a few at a time in a process, and of one key or organisation only a share of them."""

import threading
from collections import Counter

from access.caller import Caller
from jobs.errors import TooOften, Unavailable

#: One thread of so many, and one at least, may wait for the rest of a request: the others are for whole ones.
PATIENT = 4
#: How long whoever finds no place is told to wait, in seconds.
RETRY_S = 5


class LargeBodies:
    """The places of a process with so many threads.

    An organisation has three of four of them at most, and a key every other one, so that others find one however slowly
    its bodies come; whom there is no key for has no others to leave them to. Of a single place there is no share.
    """

    def __init__(self, threads: int) -> None:
        self._most = max(1, threads // PATIENT)
        self._lock = threading.Lock()
        #: Places that are taken, by organisation and key.
        self._taken: Counter[tuple[str, str]] = Counter()

    def take(self, caller: Caller | None) -> tuple[str, str]:
        """One of them, to be given to `leave`; None: of somebody who is not known yet.

        Raises Unavailable when all are taken, and TooOften when the caller's share is.
        """
        place = (caller.tenant, caller.key_id or "") if caller is not None else ("", "")
        with self._lock:
            if caller is None or caller.key_id is not None:
                of_tenant = sum(count for (tenant, _), count in self._taken.items() if tenant == place[0])
                _check(self._taken[place], max(1, self._most // 2), "this key")
                _check(of_tenant, max(1, self._most * 3 // 4), "your organisation")
            if self._taken.total() >= self._most:
                raise Unavailable("Too many large bodies are on their way. Send yours again in a moment.")
            self._taken[place] += 1
        return place

    def leave(self, place: tuple[str, str]) -> None:
        """The body is there, or nobody waits for it any more."""
        with self._lock:
            self._taken[place] -= 1
            if not self._taken[place]:
                del self._taken[place]


def _check(taken: int, share: int, whose: str) -> None:
    """Raises TooOften."""
    if taken >= share:
        raise TooOften(
            f"As many large bodies of {whose} are on their way as may be ({share}): send this one when one has come.",
            retry_after_s=RETRY_S,
        )
