"""What clients send to have an alias go to another version in steps."""

from dataclasses import fields
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from api.http.fields import WHOLE, Strict
from jobs.choice import VERSION
from jobs.rollout import BOUNDS, STEPS, Bounds
from jobs.rollout_plan import RolloutPlan

Version = Annotated[str, StringConstraints(pattern=f"^{VERSION.pattern}$")]
#: Shares that an interval may lie within: no number of reviews shows that all agree, or that none comes to nothing.
BelowOne = Annotated[float, Field(ge=0, lt=1)]
AboveZero = Annotated[float, Field(gt=0, le=1)]


class RolloutWay(Strict):
    """How an alias is to go to another version. A bound that is null is not looked at."""

    steps: Annotated[
        list[Annotated[int, Field(ge=1, le=99), WHOLE]],
        Field(
            min_length=1, max_length=10,
            description="Per cent of the jobs that the candidate gets, one step after the other; behind the last, all.",
        ),
    ] = Field(default_factory=lambda: [*STEPS])  # fmt: skip
    min_reviews: Annotated[
        int, Field(ge=1, le=1_000_000, description="Reviews that it has to judge in each step."), WHOLE
    ] = BOUNDS.min_reviews
    min_agreement: Annotated[
        BelowOne | None, Field(description="Share of sentences of which it has to say what the version before says.")
    ] = BOUNDS.min_agreement
    max_failures: Annotated[
        AboveZero | None,
        Field(description="Share of its reviews that it may fail on, or that may be lost with workers."),
    ] = BOUNDS.max_failures
    max_slowdown: Annotated[
        float | None,
        Field(gt=0, le=1000, description="How many times as long it may take for a sentence, at the 95th percentile."),
    ] = BOUNDS.max_slowdown
    max_drift: Annotated[
        float | None,
        Field(
            gt=0, le=100,
            description="Population stability index that what it says of an aspect may have, against what was said.",
        ),
    ] = BOUNDS.max_drift  # fmt: skip

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if self.steps != sorted(set(self.steps)):
            raise ValueError("should have steps each of which is more than the one before")
        return self

    @property
    def plan(self) -> RolloutPlan:
        """The steps, and what the candidate has to keep."""
        bounds = Bounds(**{each.name: getattr(self, each.name) for each in fields(Bounds)})
        return RolloutPlan(steps=tuple(self.steps), bounds=bounds)


class RolloutBody(RolloutWay):
    """A version that an alias is to go to in steps. A bound that is null is not looked at."""

    version: Annotated[Version, Field(description="The candidate; the alias stands for one other version now.")]
