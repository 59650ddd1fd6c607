"""What a worker runs, how much it claims at once, and for how long."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from jobs.largest import LARGEST
from jobs.retention import LONGEST_S


class WorkerSettings(BaseSettings):
    """Workers and their models."""

    model: str = Field(
        "models/kritiq-mini",
        description="model directory, hub:owner/name@commit of a model hub, or s3://bucket/models#name@digest, where"
        " `kritiq models push` put it",
    )
    models: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(),
        description="further models that a worker serves beside KRITIQ_MODEL to jobs that ask for them, as there,"
        " separated by commas; each is loaded at its first job",
    )
    model_store: str = Field(
        "",
        description="folder, s3://bucket/models, or hub:owner/name, that `kritiq retrain` pushes to, and from which"
        " workers take the versions that were offered; unset, neither",
    )
    model_memory_mb: int | None = Field(
        None, ge=1, le=LARGEST,
        description="memory for a worker's models together, by the size of their weights, in MB; those used longest ago"
        " give way; unset, no limit",
    )  # fmt: skip
    producers: SecretStr = Field(
        SecretStr(""),
        description="Celery clients that send for an organisation of their own: its name and a secret that signs"
        " their tasks, acme:SECRET, separated by commas (docs/celery.md)",
    )
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="where the model runs")
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        description="in which numbers the model computes; auto: bfloat16 on a GPU, and on a CPU that multiplies it"
        " where the model's card says that it keeps what is said of something in 99 of 100; else float32",
    )
    backend: Literal["torch", "onnx", "torchscript", "export", "aotinductor", "auto"] = Field(
        "torch",
        description="what runs the network: torch itself, or what `kritiq export` wrote; auto: on a CPU the fastest of"
        " these, measured when a model is loaded; all but onnx are programs: trust where they come from",
    )
    batch_jobs: int = Field(64, ge=1, le=4096, description="most jobs that a worker claims at once")
    batch_sentences: int = Field(512, ge=1, le=LARGEST, description="about how many sentences a worker claims at once")
    token_budget: int | None = Field(
        None,
        ge=64,
        le=LARGEST,
        description="tokens of one batch of the network; measured when a worker starts, unless set",
    )
    cache: bool = Field(True, description="whether judgements of sentences are kept for when they come again")
    cache_ttl_s: int = Field(5_184_000, ge=1, le=LONGEST_S, description="how long they are kept, in seconds (60 days)")
    cache_sentences: int = Field(
        200_000,
        ge=1,
        le=LARGEST,
        description="most that are kept, those used last; about 570 bytes of Redis each (114 MB)",
    )
    lease_s: float = Field(10.0, gt=0.05, le=3600, description="how long a claim lives that nobody renews, in seconds")
    shutdown_s: float = Field(20.0, ge=0, le=3600, description="how long a worker may finish what it holds, in seconds")
    stuck_s: float = Field(
        120.0, gt=0.05, le=86_400,
        description="seconds that a worker's thread may work without reporting progress before the worker ends itself;"
        " longer than the slowest batch of the network, which has one core and a tenth of it beside urgent work",
    )  # fmt: skip
    max_strikes: int = Field(3, ge=1, le=100, description="lost workers after which a job is failed")
    lost_model_s: int = Field(
        86_400, ge=0, le=LONGEST_S,
        description="seconds for which workers are up and none serves a version of a model, after which the jobs that"
        " wait for it are failed (a day); 0: they wait until one does",
    )  # fmt: skip

    @field_validator("models", mode="before")
    @classmethod
    def _model_list(cls, value: object) -> object:
        return frozenset(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @property
    def lease_ms(self) -> int:
        """The lease in milliseconds."""
        return round(self.lease_s * 1000)
