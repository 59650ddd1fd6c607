"""A rollout: an alias goes from its version to another one in steps, as long as the new one keeps its bounds."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

from jobs.members import known_members
from jobs.reason import Reason, because, sentences


class RolloutState(StrEnum):
    """Where a rollout is. Whoever moves its alias ends it."""

    RUNNING = "running"
    #: The alias stands for the candidate.
    PROMOTED = "promoted"
    #: The alias stands for what it stood for before.
    ROLLED_BACK = "rolled_back"
    #: Somebody has pointed the alias elsewhere.
    OVERTAKEN = "overtaken"

    @property
    def terminal(self) -> bool:
        """Whether nothing follows."""
        return not TRANSITIONS[self]


_ENDS = frozenset({RolloutState.PROMOTED, RolloutState.ROLLED_BACK, RolloutState.OVERTAKEN})
#: Which state may follow which.
TRANSITIONS: Mapping[RolloutState, Set[RolloutState]] = MappingProxyType(
    {RolloutState.RUNNING: _ENDS, **{state: frozenset[RolloutState]() for state in _ENDS}}
)
#: Per cent of the jobs that the candidate gets, one step after the other; behind the last it gets all.
STEPS = (5, 25)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """What the candidate has to keep. None: that is not looked at."""

    #: Reviews that it has to judge in each step.
    min_reviews: int = 500
    #: Share of sentences of which it says what the stable version says.
    min_agreement: float | None = 0.9
    #: Share of its reviews that it fails on, or that are lost with their workers.
    max_failures: float | None = 0.02
    #: How many times as long as the stable version it takes for a sentence, each at its 95th percentile.
    max_slowdown: float | None = 1.5
    #: Population stability index of what it says of each aspect, against what the stable version says.
    max_drift: float | None = 0.25


#: Where nobody says otherwise.
BOUNDS = Bounds()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rollout:
    """The last rollout of an alias. Times are milliseconds since the epoch, by Redis' clock."""

    #: The revision of the alias that began it: jobs and counts are of this one by it.
    number: int
    #: What the alias stood for, and what it is to stand for.
    stable: str
    candidate: str
    steps: tuple[int, ...] = STEPS
    bounds: Bounds = field(default_factory=Bounds)
    state: RolloutState = RolloutState.RUNNING
    #: Which of `steps` it is in, from 0.
    step: int = 0
    #: Reviews that the candidate had judged when the step began.
    reviews_before: int = 0
    began_at: int = 0
    step_at: int = 0
    ended_at: int | None = None
    #: Why it is where it is: in plain words, and what they are made of; empty of an earlier release.
    why: str = ""
    reasons: tuple[Reason, ...] = ()

    @property
    def pair(self) -> Set[str]:
        """Both versions."""
        return {self.stable, self.candidate}

    @property
    def versions(self) -> dict[str, int]:
        """What the alias stands for, by share. What fell to the candidate falls to it in later steps, too."""
        match self.state:
            case RolloutState.RUNNING:
                share = self.steps[self.step]
                return {self.stable: 100 - share, self.candidate: share}
            case RolloutState.PROMOTED:
                return {self.candidate: 100}
            case _:
                return {self.stable: 100}

    def ended(self, state: RolloutState, reasons: Sequence[Reason], at: int) -> Self:
        """The rollout after its end."""
        assert state in TRANSITIONS[self.state]
        return replace(self, state=state, why=sentences(reasons), reasons=tuple(reasons), ended_at=at)

    def stepped(self, reasons: Sequence[Reason], at: int, *, reviews: int) -> Self:
        """The rollout one step further, promoted behind the last; so many `reviews` the candidate has judged."""
        if self.step + 1 == len(self.steps):
            return self.ended(RolloutState.PROMOTED, reasons, at)
        return replace(
            self, step=self.step + 1, reviews_before=reviews, step_at=at, why=sentences(reasons), reasons=tuple(reasons)
        )

    def overtaken(self, versions: Mapping[str, int], at: int) -> Self:
        """The rollout after somebody has pointed its alias at these versions."""
        if self.state.terminal:
            return self
        to = {frozenset({self.stable}): RolloutState.ROLLED_BACK, frozenset({self.candidate}): RolloutState.PROMOTED}
        state = to.get(frozenset(versions), RolloutState.OVERTAKEN)
        codes = {
            RolloutState.ROLLED_BACK: "stopped", RolloutState.PROMOTED: "promoted",
            RolloutState.OVERTAKEN: "pointed_elsewhere",
        }  # fmt: skip
        return self.ended(state, [because(codes[state])], at)

    def to_dict(self) -> dict[str, Any]:
        """For JSON; `rollout_of` reads it."""
        return asdict(self)


def rollout_of(given: Mapping[str, Any]) -> Rollout:
    """What `Rollout.to_dict` wrote; members of a newer version are passed over."""
    known = known_members(Rollout, given)
    return Rollout(
        **known
        | {
            "steps": tuple(known["steps"]),
            "bounds": Bounds(**known_members(Bounds, known["bounds"])),
            "state": RolloutState(known["state"]),
            "reasons": tuple(Reason(**known_members(Reason, each)) for each in known.get("reasons", ())),
        }
    )
