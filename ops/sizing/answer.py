"""What to buy: workers, API, delivery and Redis for so many reviews a day."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from jobs.errors import KritiqError
from ops.sizing.measured import Measured
from ops.sizing.waiting import percentile, without_waiting

DAY_S = 86_400
#: Of whom a promise tells.
SHARE = 0.95
#: Workers or cores of which nobody has more: such an answer comes of a number that was mistyped.
MOST = 100_000


class CannotBe(KritiqError):
    """No number of workers does what is asked, or none that anybody has."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What comes in. Only the first two are known beforehand; the others are assumptions to put yours in place of."""

    reviews_a_day: float
    tenants: int = 1
    #: Share of the reviews that somebody waits for, one by one; the others come in batches.
    single: float = 0.5
    #: Sentences of a review, on average.
    sentences: float = 8.0
    #: How much more comes in the busiest hour than on average.
    peak: float = 4.0
    #: Webhooks for each single review; a batch has one for itself.
    webhooks: float = 1.0
    #: Days that results are kept in Redis, and webhooks' deliveries that have ended.
    kept_days: float = 4.0


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What is to hold in the busiest hour."""

    #: Seconds from the POST of a single review to its result, for 95 of 100.
    p95_s: float = 5.0
    #: Share of its time that anything may be busy.
    busy: float = 0.7


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What that takes. Cores are of the machine of `Measured`, and a worker is what judges at its rate."""

    reviews_s: float
    sentences_s: float
    workers: int
    #: How busy they are then, and when 95 of 100 single reviews are done.
    busy: float
    p95_s: float
    api_cores: int
    delivery_cores: int
    #: Of one core: above 1 one Redis does not carry it.
    redis_busy: float
    #: What Redis keeps, in bytes; it needs as much again while it writes its file anew.
    redis_bytes: float
    #: Seconds for what one organisation sends in batches a day, alone and when all send at once.
    batch_alone_s: float
    batch_together_s: float
    #: Sentences: what KRITIQ_MAX_TENANT_BACKLOG and KRITIQ_MAX_BACKLOG have to let wait for that.
    tenant_backlog: int
    backlog: int


def answer(load: Load, promise: Promise, rate: float, measured: Measured) -> Answer:
    """For workers of `rate` sentences a second. Raises CannotBe."""
    peak = load.reviews_a_day * load.peak / DAY_S
    single, bulk = peak * load.single, peak * (1 - load.single)
    work_s = load.sentences / (rate * measured.single_share)
    needed = single * work_s + bulk * load.sentences / (rate * measured.bulk_share)
    workers = _counted(needed / promise.busy, "workers")
    # Single reviews go before batches, which so lengthen no queue of theirs: they wait for one that is in the network.
    own = single * work_s
    beside = measured.single_s + (measured.held_s(rate) if bulk else 0)
    most = promise.p95_s - beside
    least = without_waiting(SHARE, work_s)
    if least >= most:
        raise CannotBe(
            f"95 of 100 reviews of {load.sentences:g} sentences take up to {least + beside:.2f} s with"
            f" workers of {rate:,.0f} sentences a second, however many: {promise.p95_s:g} s needs faster ones."
        )
    workers = _fewest(lambda count: percentile(SHARE, servers=count, load=own, work_s=work_s) <= most, workers)
    webhooks = single * load.webhooks
    share = load.reviews_a_day * (1 - load.single) * load.sentences / load.tenants
    capacity = workers * rate * measured.bulk_share
    waiting = share * load.tenants / load.sentences
    ended = load.single * (measured.ended_single.of(load.sentences) + load.webhooks * measured.webhook_bytes)
    ended += (1 - load.single) * measured.ended_bulk.of(load.sentences)
    kept = load.reviews_a_day * load.kept_days * ended + waiting * measured.waiting.of(load.sentences)
    return Answer(
        reviews_s=peak, sentences_s=peak * load.sentences, workers=workers, busy=needed / workers,
        p95_s=percentile(SHARE, servers=workers, load=own, work_s=work_s) + beside,
        api_cores=_counted((single * measured.api_single_s + bulk * measured.api_bulk_s) / promise.busy, "cores"),
        delivery_cores=_counted(webhooks * measured.webhook_s / promise.busy, "cores"),
        redis_busy=single * measured.redis_single_s + bulk * measured.redis_bulk_s
        + webhooks * measured.redis_webhook_s,
        redis_bytes=kept + measured.cache_bytes,
        batch_alone_s=share / capacity, batch_together_s=share * load.tenants / capacity,
        tenant_backlog=math.ceil(share), backlog=math.ceil(share * load.tenants),
    )  # fmt: skip


def _counted(busy: float, what: str) -> int:
    """As many as are needed, at least one. Raises CannotBe, also for what is more than floats hold."""
    if not busy <= MOST:
        raise CannotBe(f"That takes more than {MOST:,} {what}: look at the numbers again.")
    return max(1, math.ceil(busy))


def _fewest(enough: Callable[[int], bool], least: int) -> int:
    """The smallest number from `least` on that is enough, where more is never less than enough."""
    high = least
    while not enough(high):
        high *= 2
    low = least - 1 if high == least else high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
