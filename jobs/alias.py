"""An alias: a name that jobs ask for, and the version, or versions by share, that it stands for now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import orjson

from jobs.rollout import Rollout, rollout_of

#: What `Alias.compare` is of a split of which nobody says otherwise: the cost is as many per cent more to judge.
COMPARE = 1
#: Versions that an alias may be split between, and the most that the share of one may be.
MOST_VERSIONS, MOST_SHARE = 10, 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Alias:
    """Where an alias points."""

    name: str
    #: Grows by one with every move to something else; 0: nobody has moved it yet. The first of one that is made goes by
    #: what was deleted: no revision of a name ever comes back.
    revision: int
    #: Version -> its share, a whole number; one alone has all.
    versions: Mapping[str, int]
    #: The version that judges the same jobs without being answered.
    shadow: str | None = None
    #: Of a split: per cent of its jobs that another one of its versions judges, too, without being answered.
    compare: int = 0
    #: When it was moved, in milliseconds since the epoch.
    at: int = 0
    #: Its last rollout, whether or not that goes on.
    rollout: Rollout | None = None

    def encode(self) -> bytes:
        """As Redis keeps it; the shares in their order."""
        given: dict[str, Any] = {
            "revision": self.revision, "versions": list(self.versions.items()), "shadow": self.shadow, "at": self.at,
        }  # fmt: skip
        rare = {"compare": self.compare, "rollout": self.rollout.to_dict() if self.rollout else None}
        return orjson.dumps(given | {name: value for name, value in rare.items() if value})

    @staticmethod
    def decode(name: str, data: bytes) -> "Alias":
        """The opposite."""
        given: dict[str, Any] = orjson.loads(data)
        return Alias(
            name=name, revision=given["revision"], versions=dict(given["versions"]), shadow=given["shadow"],
            compare=given.get("compare", 0), at=given["at"],
            rollout=rollout_of(given["rollout"]) if "rollout" in given else None,
        )  # fmt: skip

    def renumbered(self, revision: int) -> Self:
        """The same under another revision, and a rollout that begins with it."""
        rollout = self.rollout
        if rollout is not None and rollout.number == self.revision:
            rollout = replace(rollout, number=revision)
        return replace(self, revision=revision, rollout=rollout)

    def stands_for(self, versions: Mapping[str, int], shadow: str | None, compare: int) -> bool:
        """Whether that is what it stands for, also by the order of the shares, and stays so: no rollout goes on."""
        rolls = self.rollout is not None and not self.rollout.state.terminal
        shares = list(self.versions.items()) == list(versions.items())
        return not rolls and shares and (self.shadow, self.compare) == (shadow, compare)

    @property
    def named(self) -> set[str]:
        """All versions that it needs."""
        return {*self.versions, *([self.shadow] if self.shadow else [])}
