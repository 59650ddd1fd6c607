"""What clients send about aliases of models."""

from typing import Annotated

from pydantic import Field, model_validator

from api.http.fields import WHOLE, Strict
from api.models.rollout_schemas import RolloutBody, Version
from jobs.alias import COMPARE, MOST_SHARE, MOST_VERSIONS
from jobs.choice import ALIAS

#: A share of an alias.
Share = Annotated[int, Field(ge=1, le=MOST_SHARE), WHOLE]
ALIAS_SCHEMA = {"type": "string", "pattern": f"^{ALIAS.pattern}$"}


class AliasBody(Strict):
    """Where an alias is to point: at one version, at several by share, or in steps from one to another."""

    revision: Annotated[
        int,
        Field(ge=0, description="The revision that you know; 0: nobody has moved it yet. 409 when it is another one."),
        WHOLE,
    ]
    version: Annotated[Version | None, Field(description="The version that all jobs go to.")] = None
    split: Annotated[
        dict[Version, Share] | None,
        Field(
            min_length=2,
            max_length=MOST_VERSIONS,
            description="Versions and their shares. The same restaurant, else the same job, falls to the same one.",
        ),
    ] = None
    rollout: Annotated[
        RolloutBody | None,
        Field(
            description="Go to another version in steps, as long as that keeps its bounds. Pointing the alias at either"
            " version ends it: at the candidate promotes it, at the other one stops it."
        ),
    ] = None
    shadow: Annotated[
        Version | None,
        Field(description="A version that judges the same jobs, without its answers being given: they are compared."),
    ] = None
    compare: Annotated[
        int | None,
        Field(
            ge=0,
            le=100,
            description="Of a split without a shadow: per cent of the jobs that another of its versions judges, too,"
            f" without being answered; they are compared. As many per cent more are to be judged. Default: {COMPARE}.",
        ),
        WHOLE,
    ] = None

    @model_validator(mode="after")
    def _one_of_the_three(self) -> "AliasBody":
        if sum(each is not None for each in (self.version, self.split, self.rollout)) != 1:
            raise ValueError("should have a version, a split or a rollout")
        if self.rollout is not None and self.shadow is not None:
            raise ValueError("should have no shadow beside a rollout, which compares by itself")
        if self.compare and (self.split is None or self.shadow is not None):
            raise ValueError("should have `compare` of a split alone, and not beside a shadow, which judges all")
        return self

    @property
    def compared(self) -> int:
        """Per cent of the jobs, see `jobs.alias.Alias.compare`."""
        if self.split is None or self.shadow is not None:
            return 0
        return COMPARE if self.compare is None else self.compare

    @property
    def versions(self) -> dict[str, int]:
        """Version -> share."""
        return dict(self.split) if self.split is not None else {self.version: 100} if self.version else {}
