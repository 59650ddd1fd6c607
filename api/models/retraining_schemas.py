"""What clients send and get about retrainings."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from access.api_key import TENANT
from api.http.fields import WHOLE, Strict, once_each
from api.http.reasons import ReasonAnswer
from api.models.rollout_schemas import RolloutWay
from jobs.asked_retraining import RetrainingStatus
from jobs.choice import ALIAS, MODEL
from jobs.retraining import RetrainingRequest

Tenant = Annotated[str, StringConstraints(pattern=f"^(?:{TENANT.pattern})$")]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1, le=1_000_000), WHOLE]
#: A number of the base, and of what came of it.
Pair = Annotated[list[float], Field(min_length=2, max_length=2, description="Before and after.")]


class RetrainingOptions(Strict):
    """Numbers in place of the usual ones, which are those of `kritiq retrain`."""

    epochs: Annotated[Count | None, Field(description="Of the training.")] = None
    learning_rate: Annotated[float | None, Field(gt=0, le=1, description="Its highest.")] = None
    seed: Annotated[int | None, Field(ge=0, le=2**31 - 1), WHOLE] = None
    replay: Annotated[Count | None, Field(description="Sentences of the corpus that are learned again.")] = None
    repeat: Annotated[Count | None, Field(description="How often an epoch shows a corrected sentence, at most.")] = None
    margin: Annotated[Share | None, Field(description="How far F1 may fall, of aspects and with polarity.")] = None
    aspect_margin: Annotated[Share | None, Field(description="How far F1 with polarity of one aspect may fall.")] = None
    corrected: Annotated[
        Share | None, Field(description="Least share of the corrections that it has to judge as people said.")
    ] = None


class RetrainingBody(Strict):
    """What is to be retrained, and on what."""

    model: Annotated[
        str,
        StringConstraints(pattern=f"^({MODEL.pattern})$"),
        Field(description="What learns: an alias that stands for one version, or an exact version."),
    ]
    tenants: Annotated[
        list[Tenant],
        AfterValidator(once_each),
        Field(min_length=1, max_length=100, description="The organisations whose feedback is learned from."),
    ]
    alias: Annotated[
        str,
        StringConstraints(pattern=f"^{ALIAS.pattern}$"),
        Field(description="What stands for the new version afterwards, if nobody moves it meanwhile."),
    ] = "candidate"
    rollout: Annotated[
        RolloutWay | None,
        Field(
            description="The alias goes there in steps, as long as the new version keeps its bounds; an empty object"
            " has the usual ones. Null: at once."
        ),
    ] = None
    options: RetrainingOptions = Field(default_factory=RetrainingOptions)

    @property
    def request(self) -> RetrainingRequest:
        """What is asked for."""
        return RetrainingRequest(
            model=self.model,
            tenants=tuple(self.tenants),
            alias=self.alias,
            rollout=self.rollout.plan if self.rollout is not None else None,
            options=self.options.model_dump(exclude_none=True),
        )


class RetrainingProgressAnswer(BaseModel):
    """How far it is."""

    share: Annotated[float, Field(ge=0, le=1, description="Of the training.")]
    said: Annotated[str, Field(description="The last that was said of it, for people.")]


class RetrainedAspectAnswer(BaseModel):
    """One aspect in the data that was measured on."""

    labels: int
    acsa_f1: Pair


class RetrainingResultAnswer(BaseModel):
    """The new version beside the one that it came from."""

    version: str
    passed: Annotated[bool, Field(description="Whether the gate let it pass.")]
    refusals: Annotated[list[str], Field(description="Why not, with numbers.")]
    refusal_codes: Annotated[
        list[ReasonAnswer], Field(description="The same, for whoever says it otherwise; empty of older workers.")
    ]
    dev_sentences: Annotated[int, Field(description="Sentences that were kept out to measure on.")]
    acd_f1: Annotated[Pair, Field(description="F1 of aspects.")]
    acsa_f1: Annotated[Pair, Field(description="F1 of aspects with their polarity.")]
    aspects: dict[str, RetrainedAspectAnswer]
    corrections: Annotated[int, Field(description="Aspects that somebody spoke of.")]
    corrected: Annotated[Pair, Field(description="Share of these that is judged as people said.")]
    address: Annotated[str | None, Field(description="In the store of models; null when it did not go there.")]
    alias_moved: Annotated[bool, Field(description="Whether the alias stands, or begins to stand, for it.")]
    why_not_moved: str | None
    why_not_moved_code: Annotated[
        ReasonAnswer | None, Field(description="The same, for whoever says it otherwise; null of older workers.")
    ]


class RetrainingLinks(BaseModel):
    """Where to go on."""

    self: str
    events: str


class RetrainingAnswer(BaseModel):
    """A retraining that was asked for."""

    id: Annotated[str, Field(description="Its task's in Celery, too.")]
    status: Annotated[
        RetrainingStatus,
        Field(
            description="`queued` until a trainer takes it, and `running`, then `succeeded` (there is a version that"
            " may be served), `refused` (the result says why), `failed` or `canceled`."
        ),
    ]
    model: str
    base: Annotated[str, Field(description="The version that learns.")]
    tenants: list[str]
    alias: str
    rollout: Annotated[dict[str, Any] | None, Field(description="Its steps and bounds; null: the alias moves at once.")]
    options: dict[str, float]
    created_at: Annotated[datetime, Field(description="What people said until then is learned.")]
    finished_at: datetime | None
    at_work: Annotated[
        bool,
        Field(
            description="Whether a trainer is at work on it. One that was killed is taken to be for half a minute more;"
            " then it waits for another one, which goes on."
        ),
    ]
    cancel_requested: Annotated[bool, Field(description="Whether it is to end, and a trainer has still to notice.")]
    progress: Annotated[RetrainingProgressAnswer | None, Field(description="Null but while it is `running`.")]
    result: Annotated[RetrainingResultAnswer | None, Field(description="When it has `succeeded` or was `refused`.")]
    error: Annotated[str | None, Field(description="Why it failed.")]
    links: RetrainingLinks


class RetrainingList(BaseModel):
    """Some retrainings."""

    retrainings: list[RetrainingAnswer]
    next_page_token: str | None


class RetrainingEventAnswer(BaseModel):
    """One server-sent event: `retraining`, or `end` when there is nothing more to tell."""

    event: Literal["retraining", "end"] | None = None
    data: Annotated[str | None, Field(description="The retraining as JSON.")] = None
    id: Annotated[str | None, Field(description="For `Last-Event-ID`.")] = None
    retry: Annotated[int | str | None, Field(description="Milliseconds before coming back.")] = None
