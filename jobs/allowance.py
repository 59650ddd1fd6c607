"""How much one organisation may have made, whatever the others have."""

from dataclasses import dataclass

#: Most requests a second that a limit may say: Redis keeps the time of each.
MAX_RATE = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """What an organisation may have when the operator has said nothing of it (`store.tenants`). 0: no limit."""

    #: Sentences that may wait, and that may be scheduled, the first batch on an empty queue too.
    waiting: int = 0
    #: Sentences that are accepted on one day (UTC).
    day: int = 0
    #: Requests within any second.
    rate: int = 0
    #: Requests that wait for something, and streams, in each API process.
    open: int = 0


NO_LIMIT = Allowance()
