"""When to send a request again, and after how long."""

import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from kritiq_client.errors import ApiError, KritiqError, TransportError
from kritiq_client.steps import Request

#: Said by the service or by a proxy in front of it: later may work.
LATER = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, kw_only=True, slots=True)
class Retries:
    """How patient a client is. Times are seconds."""

    #: Requests in all, the first included.
    attempts: int = 6
    #: Before the second request; doubles from there.
    base_s: float = 0.25
    cap_s: float = 20.0
    #: A `Retry-After` that is longer is not waited for.
    longest_retry_after_s: float = 60.0
    #: From the first request; no wait goes beyond it.
    total_s: float = 120.0

    def delay(self, attempt: int, retry_after: float | None, chance: float) -> float | None:
        """Seconds to wait after failed request number `attempt`, from 1; None to give up. `chance` is 0 to 1.

        Never sooner than the service asked; up to a fifth later, so that clients do not come back all at once.
        """
        if attempt >= self.attempts:
            return None
        if retry_after is not None and retry_after > self.longest_retry_after_s:
            return None
        backoff = min(self.cap_s, self.base_s * 2.0 ** min(attempt - 1, 30)) * (0.5 + 0.5 * chance)
        return max(backoff, (retry_after or 0.0) * (1.0 + 0.2 * chance))


#: One request, whatever happens.
NEVER = Retries(attempts=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Core:
    """What flows decide with; tests put their own time and chance in."""

    retries: Retries = field(default_factory=Retries)
    #: Seconds that only ever grow.
    clock: Callable[[], float] = time.monotonic
    #: Evenly from 0 to 1.
    chance: Callable[[], float] = random.random
    new_key: Callable[[], str] = lambda: uuid.uuid4().hex
    #: Hears of each failure after which a request or stream is tried again.
    told: Callable[[KritiqError], object] = lambda failure: None


def worth_repeating(error: KritiqError, request: Request) -> bool:
    """Whether `request` may be sent again after `error` without risk of doing something twice.

    A request that is not repeatable goes out again only if it was certainly not acted on: it never left, or it was
    refused for the caller's quota.
    """
    if isinstance(error, TransportError):
        return request.repeatable or not error.sent
    if isinstance(error, ApiError):
        return error.status in LATER and (request.repeatable or error.status == 429)
    return False
