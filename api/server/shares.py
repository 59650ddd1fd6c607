"""Something that a process has so much of: an organisation has three of four parts at most, and a key every other one.

So others find some, whatever one of them takes. Whom there is no key for has no others to leave any to.
"""

import threading
from collections import Counter
from dataclasses import dataclass

from access.caller import Caller


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Of whom something is taken."""

    tenant: str
    key: str
    #: Whether there may be others.
    shared: bool


def place_of(caller: Caller | None) -> Place:
    """The caller's; None: that of all who are not known (yet)."""
    if caller is None:
        return Place(tenant="", key="", shared=True)
    return Place(tenant=caller.tenant, key=caller.key_id or "", shared=caller.key_id is not None)


class NoRoom(Exception):
    """Nothing is left, whoever asks."""


class NoShare(NoRoom):
    """Some is left, and none of it is theirs."""

    def __init__(self, whose: str, share: int) -> None:
        super().__init__(f"{whose} has {share}")
        self.whose, self.share = whose, share


class Shares:
    """What is taken of it, and by whom. May be shared by threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._taken: Counter[Place] = Counter()

    def take(self, place: Place, amount: int = 1) -> None:
        """So much more, to be given to `leave`. Raises NoShare, NoRoom: then nothing is taken."""
        with self._lock:
            if place.shared:
                of_tenant = sum(count for each, count in self._taken.items() if each.tenant == place.tenant)
                _check(self._taken[place] + amount, max(1, self._most // 2), "this key")
                _check(of_tenant + amount, max(1, self._most * 3 // 4), "your organisation")
            if self._taken.total() + amount > self._most:
                raise NoRoom
            self._taken[place] += amount

    def leave(self, place: Place, amount: int = 1) -> None:
        """The opposite."""
        with self._lock:
            self._taken[place] -= amount
            if not self._taken[place]:
                del self._taken[place]


def _check(wanted: int, share: int, whose: str) -> None:
    """Raises NoShare."""
    if wanted > share:
        raise NoShare(whose, share)
