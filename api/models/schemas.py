"""What clients send and get about models and their aliases."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints, model_validator

from api.http.fields import WHOLE, Strict
from jobs.choice import ALIAS, VERSION

Version = Annotated[str, StringConstraints(pattern=f"^{VERSION.pattern}$")]
#: A share of an alias.
Share = Annotated[int, Field(ge=1, le=1000), WHOLE]
ALIAS_SCHEMA = {"type": "string", "pattern": f"^{ALIAS.pattern}$"}


class AliasBody(Strict):
    """Where an alias is to point: at one version, or at several by share."""

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
            max_length=10,
            description="Versions and their shares. The same restaurant, else the same job, falls to the same one.",
        ),
    ] = None
    shadow: Annotated[
        Version | None,
        Field(description="A version that judges the same jobs, without its answers being given: they are compared."),
    ] = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> "AliasBody":
        if (self.version is None) == (self.split is None):
            raise ValueError("should have a version or a split")
        return self

    @property
    def versions(self) -> dict[str, int]:
        """Version -> share."""
        return dict(self.split) if self.split is not None else {self.version or "": 100}


class AgreementAnswer(BaseModel):
    """How often a shadow says what was answered."""

    version: str
    sentences: int
    same: Annotated[int, Field(description="Sentences in which it finds the same aspects, with the same polarities.")]


class AliasAnswer(BaseModel):
    """Where an alias points."""

    alias: str
    revision: int
    versions: Annotated[dict[str, int], Field(description="Version -> its share.")]
    shadow: str | None
    moved_at: datetime | None
    agreement: Annotated[list[AgreementAnswer], Field(description="Of each shadow that it has had.")]


class InWorkerAnswer(BaseModel):
    """A model in one worker."""

    worker: str
    state: Annotated[str, Field(description="`loaded`, `unloaded` (it is at its first job) or `failed`.")]
    since: datetime
    jobs: Annotated[int, Field(description="Jobs and parts of batches that it has judged there.")]
    bytes: Annotated[int, Field(description="About what it takes in memory.")]
    error: str | None


class LoadedModel(BaseModel):
    """A version of a model that workers serve."""

    id: Annotated[str, Field(description="What `model` of a job may be: `name/version`.")]
    name: str
    version: str
    digest: Annotated[str | None, Field(description="SHA-256 over its files.")]
    devices: list[str]
    workers: Annotated[int, Field(description="Workers that have it in memory.")]
    jobs: Annotated[
        int | None,
        Field(
            description="Jobs and parts of batches that it has judged since these workers began; null for whoever does"
            " not look after the deployment."
        ),
    ]
    aliases: Annotated[list[str], Field(description="Those that point at it.")]
    serving: Annotated[list[InWorkerAnswer], Field(description="Empty for whoever does not look after the deployment.")]


class ModelsAnswer(BaseModel):
    """The models that are served now, and the aliases."""

    models: list[LoadedModel]
    aliases: list[AliasAnswer]
