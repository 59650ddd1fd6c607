"""Attempts whose worker was killed, as spans: it can tell nothing any more, so whoever takes the job back does."""

import time
from collections.abc import Callable, Sequence

from jobs.stored import LostAttempt
from telemetry.traces import Attributes, Tracer

#: What such a span's status and error are called.
LOST = "worker_lost"


def lost_spans(tracer: Tracer, now: Callable[[], float] = time.time) -> Callable[[Sequence[LostAttempt]], None]:
    """What makes the spans of attempts that are taken back now (`jobs.store.Upkeep.on_lost`); `now` gives Unix seconds.

    An attempt ends when it is taken back, which is later than its worker was lost by up to a lease.
    """

    def tell(lost: Sequence[LostAttempt]) -> None:
        for each in lost:
            about: Attributes = {
                "kritiq.tenant": each.tenant, "kritiq.job_id": each.id, "kritiq.attempt": each.attempt,
            }  # fmt: skip
            began = each.started_at / 1000
            tracer.begin("queue", parent=each.trace, at=each.queued_at / 1000, attributes=about).end(began)
            span = tracer.begin("attempt", kind="consumer", parent=each.trace, at=began, attributes=about)
            span.tell({"kritiq.status": LOST})
            span.fail(LOST)
            # Redis' clock says when it began: it may be ahead of this one.
            span.end(max(began, now()))

    return tell
