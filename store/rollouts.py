"""What is known of rollouts in Redis, beside where they are (`store.aliases`)."""

from typing import Any

from jobs.agreement import Agreement, pairs_of
from jobs.alias import Alias
from jobs.lane import Lane
from jobs.rollout_evidence import Evidence, evidence_of
from store import keys
from store.scripts import RedisBase, translated

#: Jobs of a lane that one call chooses anew for.
MOST_TAKEN_BACK = 100


class RolloutStore(RedisBase):
    """What the workers count, and what becomes of jobs whose version is gone."""

    @translated
    def evidence(self, alias: Alias) -> Evidence | None:
        """What was counted of the last rollout of an alias; None where it has had none."""
        return evidence_of(alias.rollout, self._counted(alias.name)) if alias.rollout is not None else None

    @translated
    def agreed(self, alias: str) -> list[Agreement]:
        """How often two versions said the same of what both judged for an alias, since it was last rolled out."""
        return pairs_of(alias, self._counted(alias))

    def _counted(self, alias: str) -> dict[str, int]:
        rows: Any = self._redis.hgetall(keys.ROLLOUT(alias))
        return {name.decode(): int(count) for name, count in rows.items()}

    @translated
    def now_ms(self) -> int:
        """The time by Redis' clock, in milliseconds since the epoch."""
        return self._now_ms()

    @translated
    def waited(self) -> set[str]:
        """The versions that jobs wait for."""
        return {version.decode() for version in self._run("model/waited")}

    @translated
    def take_back(self, gone: str, *, home: str = "") -> int:
        """Have jobs that wait for a version which an alias chose, and does not stand for any more, wait for what it
        stands for; what names the version itself stays. Where there is not even an alias `default` any more they wait
        where `home` does, the version that a worker judges with what names none; empty: they stay.

        For one that no worker serves: whoever serves it comes across them. How many there were, of the first ones.
        """
        return int(self._run("model/take_back", args=[gone, MOST_TAKEN_BACK, home, *Lane]))
