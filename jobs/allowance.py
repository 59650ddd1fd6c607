"""How much one organisation may have made, whatever the others have."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """What an organisation may have when the operator has said nothing of it (`store.tenants`). 0: no limit."""

    #: Sentences that may wait, and that may be scheduled, the first batch on an empty queue too.
    waiting: int = 0
    #: Sentences that are accepted on one day (UTC).
    day: int = 0


NO_LIMIT = Allowance()
