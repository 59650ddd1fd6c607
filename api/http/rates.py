"""How often callers may ask: requests a second of each key and of each organisation, and what is left of them.

Redis counts, for all processes. So that not every request asks it, a process takes a hundredth of a limit at a time,
which it may let in within the second that follows: a limit holds to within that much for each process, and costs a
round trip as seldom.
"""

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Response

from access.caller import Caller
from jobs.allowance import Allowance
from jobs.errors import TooOften
from jobs.settings import Settings
from store.rates import Left, RateStore
from store.tenants import TenantStore

#: The part of a limit that a process takes at once.
SHARE = 100
#: For how long it may use what it took, and the window of every limit, in seconds.
WINDOW_S = 1.0
#: What the operator said of an organisation is believed for so long, in seconds.
BELIEVED_S = 5.0
#: Callers, and organisations, that a process remembers.
MOST_REMEMBERED = 1024
#: Whose limit that is which all of an organisation's keys share.
ALL = "all"
#: What limits are called in headers: by whose they are.
_NAMES = {ALL: "organisation"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What a caller may still do, as the headers of the IETF's draft say it."""

    limits: Mapping[str, int]
    #: Of each limit, requests that are left.
    left: Mapping[str, int]
    #: The limit that has no room for this request, if any, and in how many seconds it will have.
    full: str | None = None
    wait_s: float = 0.0

    @property
    def policy(self) -> str:
        """`RateLimit-Policy`."""
        return ", ".join(f'"{_NAMES.get(of, "key")}";q={limit};w=1' for of, limit in self.limits.items())

    @property
    def now(self) -> str:
        """`RateLimit`."""
        return ", ".join(f'"{_NAMES.get(of, "key")}";r={left};t=1' for of, left in self.left.items())

    def tell(self, response: Response) -> Response:
        """Have an answer say it."""
        response.headers["RateLimit-Policy"] = self.policy
        response.headers["RateLimit"] = self.now
        return response

    def check(self) -> None:
        """Raises TooOften for a request beyond a limit."""
        if self.full is not None:
            whose = "Your organisation" if self.full == ALL else "This API key"
            text = f"{whose} may make {self.limits[self.full]} requests a second."
            # A limit is free a millisecond after its second, and that passes while the answer is on its way. Counted in
            # whole milliseconds, since a difference of two times is never quite 1.001.
            wait_ms = round(self.wait_s * 1000) - 1
            raise TooOften(text, retry_after_s=max(1, math.ceil(wait_ms / 1000)))


@dataclass(kw_only=True, slots=True)
class _Block:
    """What a process has taken of a caller's limits."""

    limits: Mapping[str, int]
    requests: int
    #: Until when it is good, by this process' clock.
    until: float
    left: Mapping[str, Left]
    #: The limit that had no room, if any.
    full: str | None = None


class RateLimiter:
    """Lets callers in as often as they may. May be shared by threads."""

    def __init__(
        self, settings: Settings, rates: RateStore, tenants: TenantStore, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings, self._rates, self._tenants, self._clock = settings, rates, tenants, clock
        self._lock = threading.Lock()
        self._blocks: dict[tuple[str, str], _Block] = {}
        self._allowances: dict[str, tuple[float, Allowance]] = {}

    def admit(self, caller: Caller) -> Standing | None:
        """Count a request; None where no limit holds. Who shows no key, where none is asked for, has none.

        Raises Unavailable when nobody can count: nothing falls open.
        """
        if caller.key_id is None:
            return None
        limits = self._limits(caller, caller.key_id)
        if not limits:
            return None
        name = (caller.tenant, caller.key_id)
        with self._lock:
            block = self._blocks.get(name)
            good = block is not None and self._clock() < block.until and block.limits == limits
            if block is not None and good and (block.requests or block.full is not None):
                return _standing(block, self._clock())
        return self._took(name, limits)

    def open(self, tenant: str) -> int:
        """How many waiting clients and streams an organisation may have in this process; 0: no limit of its own."""
        return self.allowance(tenant).open

    def allowance(self, tenant: str) -> Allowance:
        """What an organisation may have, as the operator said at most `BELIEVED_S` ago. Raises Unavailable."""
        now, known = self._clock(), self._allowances.get(tenant)
        if known is None or now >= known[0]:
            if len(self._allowances) >= MOST_REMEMBERED:
                self._allowances.clear()
            known = now + BELIEVED_S, self._tenants.allowance(tenant, self._settings.allowance)
            self._allowances[tenant] = known
        return known[1]

    def _limits(self, caller: Caller, key_id: str) -> dict[str, int]:
        own = self._settings.max_key_rate if caller.rate is None else caller.rate
        found = {ALL: self.allowance(caller.tenant).rate, key_id: own}
        return {of: limit for of, limit in found.items() if limit}

    def _took(self, name: tuple[str, str], limits: Mapping[str, int]) -> Standing:
        asked_at = self._clock()
        taken = self._rates.take(name[0], limits, most=max(1, min(limits.values()) // SHARE))
        block = _Block(limits=limits, requests=taken.requests, until=asked_at + WINDOW_S, left=taken.left)
        if not taken.requests:
            block.full = next(of for of, left in taken.left.items() if not left.requests)
            # Until then nobody needs to ask: nothing becomes free before.
            block.until = asked_at + taken.left[block.full].next_ms / 1000
        with self._lock:
            old = self._blocks.get(name)
            if old is not None and asked_at < old.until and old.limits == limits:
                # Another thread asked at the same time: what it took is good, too.
                block.requests += old.requests
            if len(self._blocks) >= MOST_REMEMBERED:
                self._blocks.clear()
            self._blocks[name] = block
            return _standing(block, asked_at)


def _standing(block: _Block, now: float) -> Standing:
    """One request of what was taken, or none when there is none. Under the lock."""
    full = None if block.requests else block.full
    block.requests -= full is None
    left = {of: each.requests + block.requests for of, each in block.left.items()}
    return Standing(limits=block.limits, left=left, full=full, wait_s=block.until - now)
