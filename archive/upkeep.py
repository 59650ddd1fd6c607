"""Now and then the archive deletes what is past its time, and learns what models say of themselves by now."""

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Protocol

from archive.cards import Cards
from archive.sink import MOST_FORGOTTEN

log = logging.getLogger(__name__)

#: Between two looks for what is to be done, in seconds.
EVERY_S = 60.0


class Forgetful(Protocol):
    """See `archive.sink.Sink`."""

    def forget(self, now: datetime) -> int:
        """Delete what is past its time; how many."""

    def shorten(self, days: Mapping[str, int], anew: Collection[str] = ()) -> int | None:
        """Have a portion of reviews forgotten sooner, as `days` says of whose; how many. None: there is none."""

    def know(self, cards: Cards) -> None:
        """What versions of models say of themselves."""


class Upkeep:
    """Portion by portion: what the archive is told meanwhile does not wait for all of it."""

    def __init__(
        self,
        sink: Forgetful,
        *,
        own: Callable[[], Mapping[str, int]],
        cards: Callable[[], Cards],
        now: Callable[[], datetime],
    ) -> None:
        """`own` tells for how many days which organisations' reviews are kept, and `cards` what versions of models say
        of themselves; both may raise Unavailable."""
        self._sink, self._own, self._cards, self._now = sink, own, cards, now
        self._known: Mapping[str, int] | None = None
        self._told: Cards = {}
        self._done_at: datetime | None = None

    def forget(self) -> bool:
        """A portion, now and then; whether there is more to do at once. Raises Unavailable, SQLAlchemyError."""
        now = self._now()
        if self._done_at is not None and (now - self._done_at).total_seconds() < EVERY_S:
            return False
        more = self.shorten()
        gone = self._sink.forget(now)
        if gone:
            log.info("%d reviews are past their time", gone)
        if more or gone >= MOST_FORGOTTEN:
            return True
        self.know()
        self._done_at = now
        return False

    def know(self) -> None:
        """The cards are in the archive as they are now. Raises Unavailable, SQLAlchemyError."""
        cards = self._cards()
        if cards != self._told:
            self._sink.know(cards)
            self._told = cards

    def shorten(self) -> bool:
        """What was said of organisations reaches a portion of what there is of them; whether there may be more."""
        own, known = self._own(), self._known
        # Another process may have gone through all before this one had written what it wrote by what it knew.
        anew = [] if known is None else [tenant for tenant, days in own.items() if known.get(tenant) != days]
        changed = self._sink.shorten(own, anew)
        self._known = own
        if changed:
            log.info("%d reviews are kept for a shorter time", changed)
        return changed is not None
