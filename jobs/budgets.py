"""How much of Redis' memory each kind of what is kept may take, and in which order it gives way."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field
from pydantic_settings import BaseSettings

from jobs.largest import LARGEST


class Kept(StrEnum):
    """What Redis keeps and can do without, in the order in which it gives way. What has not ended never does."""

    #: Judgements that workers remember: only time is lost with them.
    CACHE = "cache"
    #: Deliveries that have ended, with their attempts.
    DELIVERY_LOG = "delivery_log"
    #: Jobs that have ended, with their results.
    RESULTS = "results"


#: Kind -> bytes; a kind that is not in it has no budget of its own.
Budgets = Mapping[Kept, int]


class Bounded(StrEnum):
    """What Redis keeps that gives way to nothing else, and has a bound: of what is only history the oldest goes, of the
    others nothing more comes (`jobs.retention`)."""

    FILES = "files"
    FEEDBACK = "feedback"
    WEBHOOKS = "webhooks"
    #: Of what was deleted, or is past its time.
    MARKS = "marks"
    IDEMPOTENCY = "idempotency"
    #: What each restaurant used; then it counts as its organisation's.
    USAGE = "usage"
    AUDIT = "audit"


class BudgetSettings(BaseSettings):
    """The budgets that an operator can set."""

    cache_bytes: int = Field(
        0, ge=0, le=LARGEST,
        description="about how many bytes of Redis remembered judgements may take; those used longest ago go first; 0:"
        " as many as KRITIQ_CACHE_SENTENCES take, while Redis has a tenth of its maxmemory left",
    )  # fmt: skip
    delivery_log_bytes: int = Field(
        0, ge=0, le=LARGEST,
        description="about how many bytes of Redis webhooks' deliveries that have ended may take; the oldest go first;"
        " 0: as many as come in KRITIQ_DELIVERY_LOG_TTL_S, while Redis has a tenth of its maxmemory left",
    )  # fmt: skip
    results_bytes: int = Field(
        0, ge=0, le=LARGEST,
        description="about how many bytes of Redis finished jobs may take; those whose time is over first go first, and"
        " none that the archive has not; 0: as many as come in their ttl_s, while Redis has a twentieth of its"
        " maxmemory left",
    )  # fmt: skip

    usage_bytes: int = Field(
        0, ge=0, le=LARGEST,
        description="about how many bytes of Redis the usage of restaurants may take; whoever has most counts its"
        " oldest days by organisation and model alone; 0: a tenth of its maxmemory",
    )  # fmt: skip
    audit_bytes: int = Field(
        0, ge=0, le=LARGEST,
        description="about how many bytes of Redis audit logs may take; of the longest the oldest entries go first; 0:"
        " a twentieth of its maxmemory",
    )  # fmt: skip

    @property
    def budgets(self) -> Budgets:
        """The budgets that were set."""
        configured = {
            Kept.CACHE: self.cache_bytes,
            Kept.DELIVERY_LOG: self.delivery_log_bytes,
            Kept.RESULTS: self.results_bytes,
        }
        return {kind: most for kind, most in configured.items() if most}
