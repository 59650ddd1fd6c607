"""What clients get about models and their aliases."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.http.reasons import ReasonAnswer


class WorkerAnswer(BaseModel):
    """A worker that is up, as of its last heartbeat."""

    worker: str
    model: Annotated[str, Field(description="Its own model; `GET /v1/models` tells which others it serves.")]
    device: str
    sentences_per_second: Annotated[float | None, Field(description="Measured while its network was at work.")]
    busy: Annotated[
        float | None, Field(ge=0, le=1, description="Share of the last minute in which it had something to do.")
    ]
    batch_sentences: Annotated[
        float | None, Field(description="Mean of its batches in the last minute; null when it had none.")
    ]


class WorkersAnswer(BaseModel):
    """The workers that are up, by name. Plain ones tell nothing of themselves."""

    workers: list[WorkerAnswer]


class AgreementAnswer(BaseModel):
    """How often a version that judges without being answered says what was answered."""

    version: str
    sentences: int
    same: Annotated[int, Field(description="Sentences in which it finds the same aspects, with the same polarities.")]


class BoundsAnswer(BaseModel):
    """What the candidate of a rollout has to keep; null: that is not looked at."""

    min_reviews: int
    min_agreement: float | None
    max_failures: float | None
    max_slowdown: float | None
    max_drift: float | None


class ArmAnswer(BaseModel):
    """One version in a rollout."""

    version: str
    reviews: Annotated[int, Field(description="Reviews of its share that it has judged or failed on.")]
    failed: int
    lost: Annotated[int, Field(description="Jobs of its share that were lost with their workers.")]
    high_ms: Annotated[
        float | None,
        Field(description="Milliseconds that it takes for a sentence, at the 95th percentile, of what both judged."),
    ]


class EvidenceAnswer(BaseModel):
    """What is known of a rollout."""

    arms: Annotated[list[ArmAnswer], Field(description="The version before, then the candidate.")]
    compared: Annotated[int, Field(description="Reviews of the candidate's that the version before judged, too.")]
    sentences: int
    same: Annotated[int, Field(description="Sentences of which both say the same.")]
    slowdown: Annotated[float | None, Field(description="`high_ms` of the candidate, by that of the version before.")]
    drift: Annotated[dict[str, float], Field(description="Population stability index of what both say, by aspect.")]
    reviews_of_step: Annotated[int, Field(description="Reviews that the candidate has judged in this step.")]


class DifferenceAnswer(BaseModel):
    """What both say of one aspect; `none`: nothing."""

    aspect: str
    answered: Annotated[str, Field(description="What the result has.")]
    other: str


class ExampleAnswer(BaseModel):
    """A sentence of a review that both versions judged, and of which they say different things."""

    job_id: Annotated[str | None, Field(description="Of a single review.")]
    batch_id: Annotated[str | None, Field(description="Of a batch's line.")]
    line: int | None
    sentence: Annotated[int, Field(description="Its `index` in the result.")]
    text: str
    version: Annotated[str, Field(description="The one that was not answered.")]
    differences: list[DifferenceAnswer]


class RolloutAnswer(BaseModel):
    """The last rollout of an alias."""

    stable: str
    candidate: str
    state: Annotated[str, Field(description="`running`, `promoted`, `rolled_back` or `overtaken`.")]
    steps: list[int]
    step: Annotated[int, Field(description="Which of `steps` it is in, from 0.")]
    bounds: BoundsAnswer
    began_at: datetime
    step_at: Annotated[datetime, Field(description="Since when it is in this step.")]
    ended_at: datetime | None
    why: Annotated[
        str | None,
        Field(description="Why it is where it is, with what it has judged; null as `evidence` is."),
    ]
    why_codes: Annotated[
        list[ReasonAnswer] | None, Field(description="What `why` says, a sentence each; null as it is.")
    ]
    waits_for: Annotated[str | None, Field(description="What the next step waits for.")]
    waits_for_codes: Annotated[list[ReasonAnswer] | None, Field(description="What `waits_for` says; null as it is.")]
    evidence: Annotated[
        EvidenceAnswer | None, Field(description="Null for whoever does not look after the deployment.")
    ]
    examples: Annotated[
        list[ExampleAnswer] | None,
        Field(
            description="The newest of the caller's organisation, while their reviews are kept; null as `evidence` is."
        ),
    ]


class AliasAnswer(BaseModel):
    """Where an alias points."""

    alias: str
    revision: int
    versions: Annotated[dict[str, int], Field(description="Version -> its share.")]
    shadow: str | None
    compare: Annotated[
        int, Field(description="Of a split: per cent of its jobs that another of its versions judges, too.")
    ]
    moved_at: datetime | None
    agreement: Annotated[
        list[AgreementAnswer],
        Field(
            description="Of each shadow that it has had, and each version of a split that judged what another answered:"
            " how often it said what a version answered that the alias stands for now, since its last rollout began."
        ),
    ]
    rollout: RolloutAnswer | None


class NetworkRunAnswer(BaseModel):
    """How one network of a model runs in a worker."""

    network: Annotated[str, Field(description="The name of its model; of one made of others, of the member.")]
    backend: Annotated[str, Field(description="`torch`, `onnx`, `torchscript`, `export`, `aotinductor`, or `linear`.")]
    dtype: Annotated[str, Field(description="In which numbers it computes.")]
    measured: Annotated[
        dict[str, float],
        Field(description="Sentences a second of each way that was tried when it was loaded; empty without a choice."),
    ]
    unused: Annotated[dict[str, str], Field(description="Ways that cannot be used there, and why.")]


class InWorkerAnswer(BaseModel):
    """A model in one worker."""

    worker: str
    state: Annotated[str, Field(description="`loaded`, `unloaded` (it is at its first job) or `failed`.")]
    since: datetime
    jobs: Annotated[int, Field(description="Jobs and parts of batches that it has judged there.")]
    bytes: Annotated[int, Field(description="About what it takes in memory.")]
    error: str | None
    runs: Annotated[list[NetworkRunAnswer], Field(description="Of each of its networks, while it is in memory.")]


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
