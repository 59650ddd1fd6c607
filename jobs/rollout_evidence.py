"""What workers count of a rollout: how each arm did, and how the two did on what both judged."""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from jobs.rollout import Rollout

#: How the names of these counts begin; behind it come alias, number of the rollout, version and what is counted.
PREFIX = "rollout|"
#: Bins of milliseconds a sentence that double the time: each is a fifth longer than the one before.
_BINS = 4
#: The percentile of latency.
_HIGH = 0.95


def count_name(alias: str, number: int, version: str, what: str) -> str:
    """What a count of one arm is called among the counts of all workers."""
    return f"{PREFIX}{alias}|{number}|{version}|{what}"


def pace_bin(seconds: float, sentences: int) -> str:
    """The count of a use of the network that took so long for so many sentences."""
    return f"pace|{round(_BINS * math.log2(seconds * 1000 / sentences))}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Arm:
    """One version in a rollout."""

    version: str
    #: Reviews of its share that it has judged, or failed on (`failed`); and those that were `lost` with their workers.
    reviews: int = 0
    failed: int = 0
    lost: int = 0
    #: Of what both judged: uses of the network by bin of milliseconds a sentence, and sentences by aspect and polarity.
    paces: Mapping[int, int] = field(default_factory=dict)
    polarities: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def tried(self) -> int:
        """Reviews that it was to judge."""
        return self.reviews + self.lost

    @property
    def bad(self) -> int:
        """Those of them that it has no result of."""
        return self.failed + self.lost

    @property
    def measured(self) -> int:
        """How often its pace was measured."""
        return sum(self.paces.values())

    @property
    def high_ms(self) -> float | None:
        """The 95th percentile of milliseconds that it took for a sentence, to a fifth."""
        left = _HIGH * self.measured
        for place, count in sorted(self.paces.items()):
            left -= count
            if left <= 0 and count:
                return float(2 ** (place / _BINS))
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What is known of a rollout."""

    stable: Arm
    candidate: Arm
    #: Reviews of the candidate's that the stable version judged too, their sentences, and those of which both say the
    #: same.
    compared: int = 0
    sentences: int = 0
    same: int = 0

    @property
    def slowdown(self) -> float | None:
        """How many times as long the candidate takes."""
        mine, theirs = self.candidate.high_ms, self.stable.high_ms
        return mine / theirs if mine is not None and theirs else None


def evidence_of(rollout: Rollout, counts: Mapping[str, int]) -> Evidence:
    """What the counts of a rollout's alias say of it, by `number|version|what`; rollouts before it are left out."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for name, count in counts.items():
        number, version, what = name.split("|", 2)
        if number == str(rollout.number):
            found[version][what] = count
    ours = found[rollout.candidate]
    return Evidence(
        stable=_arm(rollout.stable, found[rollout.stable]),
        candidate=_arm(rollout.candidate, ours),
        compared=ours.get("compared", 0),
        sentences=ours.get("sentences", 0),
        same=ours.get("same", 0),
    )


def _arm(version: str, counts: Mapping[str, int]) -> Arm:
    paces: dict[int, int] = {}
    polarities: dict[str, dict[str, int]] = defaultdict(dict)
    for name, count in counts.items():
        what, _, of = name.partition("|")
        if what == "pace":
            paces[int(of)] = count
        elif what == "said":
            aspect, _, polarity = of.partition("|")
            polarities[aspect][polarity] = count
    plain = {what: counts.get(what, 0) for what in ("reviews", "failed", "lost")}
    return Arm(version=version, paces=paces, polarities=dict(polarities), **plain)
