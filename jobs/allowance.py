"""How much one organisation may have made, whatever the others have."""

from dataclasses import dataclass

from pydantic import Field
from pydantic_settings import BaseSettings

from jobs.largest import LARGEST
from jobs.request import Priority

#: Most requests a second that a limit may say: Redis keeps the time of each.
MAX_RATE = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """What an organisation may have when the operator has said nothing of it (`store.tenants`). 0: no limit."""

    #: Sentences that may wait, and that may be scheduled, the first batch on an empty queue too.
    waiting: int = 0
    #: Sentences that are accepted on one day (UTC).
    day: int = 0
    #: Bytes of texts, what was sent with them, and results that are kept; files have a limit of their own.
    bytes: int = 0
    #: Requests within any second.
    rate: int = 0
    #: Requests that wait for something, and streams, in each API process.
    open: int = 0
    #: The only priorities that jobs of its keys may have; None: all.
    priorities: tuple[Priority, ...] | None = None


NO_LIMIT = Allowance()


class AllowanceSettings(BaseSettings):
    """How much may wait, and how much of it one organisation may have."""

    #: Redis' memory is what bounds it in earnest: full, it refuses new work and finishes what it has.
    max_backlog: int = Field(
        1_000_000,
        ge=0,
        le=LARGEST,
        description="most sentences that may wait, and that may be scheduled; more get 503; 0: no limit",
    )
    #: Half of all, and a file of 50,000 reviews of ten sentences each.
    max_tenant_backlog: int = Field(
        500_000,
        ge=0,
        le=LARGEST,
        description="most sentences of one organisation that may wait, and that may be scheduled; more get 429; 0: no"
        " limit",
    )
    max_tenant_day: int = Field(
        0,
        ge=0,
        le=LARGEST,
        description="most sentences of one organisation that are accepted on a day (UTC); more get 429; 0: no limit",
    )
    max_tenant_bytes: int = Field(
        0,
        ge=0,
        le=LARGEST,
        description="most bytes of one organisation's reviews and results, while they are kept; more get 429; what only"
        " webhooks that are still due have to tell is not counted; 0: no limit",
    )
    max_tenant_rate: int = Field(
        2_000, ge=0, le=MAX_RATE,
        description="most requests of one organisation's keys within a second; more get 429; 0: no limit",
    )  # fmt: skip
    max_key_rate: int = Field(
        0, ge=0, le=MAX_RATE, description="most requests of one key within a second, unless it has its own; 0: no limit"
    )
    max_tenant_open: int = Field(
        0,
        ge=0,
        le=LARGEST,
        description="most waiting clients and streams of one organisation in each API process; more get 429; 0: as many"
        " as KRITIQ_MAX_WAITING",
    )

    @property
    def allowance(self) -> Allowance:
        """What an organisation may have of which the operator has said nothing else."""
        return Allowance(
            waiting=self.max_tenant_backlog,
            day=self.max_tenant_day,
            bytes=self.max_tenant_bytes,
            rate=self.max_tenant_rate,
            open=self.max_tenant_open,
        )
