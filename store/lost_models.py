"""Versions of models that jobs wait for and no worker serves, in Redis."""

from collections.abc import Iterable
from typing import Any

from jobs.lane import Lane
from store.scripts import RedisBase, translated

#: How long they are known after the last look, in milliseconds: longer than a reconciler takes to start anew.
KNOWN_MS = 600_000
#: Jobs of a lane that one call fails.
MOST_GIVEN_UP = 100


class LostModelStore(RedisBase):
    """What is lost and since when; and the end of jobs that have waited for it too long."""

    @translated
    def note(self, versions: Iterable[str]) -> dict[str, int]:
        """These are lost, and no others; since when each is, in milliseconds since the epoch by Redis' clock."""
        lost = sorted(versions)
        since: Any = self._run("model/note_lost", args=[KNOWN_MS, *lost])
        return {version: int(at) for version, at in zip(lost, since, strict=True)}

    @translated
    def now_ms(self) -> int:
        """The time by Redis' clock, in milliseconds since the epoch."""
        return self._now_ms()

    @translated
    def give_up(self, version: str, why: str) -> int:
        """Fail jobs that wait for a version with these words; how many of the first ones there were."""
        return int(self._run("model/give_up", args=[version, why, MOST_GIVEN_UP, *Lane]))
