"""Delivers one webhook: snapshot, render, sign, send, record."""

import logging
import ssl
import time
from collections.abc import Callable, Mapping

from jobs.errors import KritiqError, TextKeyMissing, Unavailable
from store.deliveries import DeliveryStore
from telemetry.meter import Meter
from telemetry.metric import STAGE_SECONDS
from telemetry.traces import Span, Tracer, headers_of, trace_id
from webhooks.delivery import Attempt, Lease, Recorded, Verdict
from webhooks.message import SignedRequest, render, sign
from webhooks.schedule import STEPS_S, next_delay_s
from webhooks.snapshot import DeliverySnapshot, Dropped
from webhooks.ssrf import Policy, Resolve, addresses_of
from worker.delivery import sender
from worker.delivery.response import Response, SendFailed
from worker.log_fields import of_delivery

log = logging.getLogger(__name__)

#: Seconds until the next try after a fault of ours.
INTERNAL_DELAY_S = 60.0
#: Seconds between two tries to write down what became of an attempt while Redis is away.
RECORD_AGAIN_S = 0.2


class Deliverer:
    """Delivers what was leased. One instance serves all threads of a process.

    `patience_s` is how long it tries to write down what became of an attempt while Redis is away: not longer than
    the lease, because after that the delivery belongs to another worker. Links in messages begin with `public_url`.
    `now` gives Unix seconds, which the receiver sees; `clock` only measures.
    """

    def __init__(
        self,
        deliveries: DeliveryStore,
        *,
        policy: Policy,
        tls: ssl.SSLContext,
        public_url: str = "",
        resolve: Resolve = addresses_of,
        deadline_s: float = sender.DEADLINE_S,
        patience_s: float = 15.0,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        meter: Meter | None = None,
        tracer: Tracer | None = None,
    ) -> None:
        self._deliveries = deliveries
        self._policy, self._tls, self._resolve, self._deadline_s = policy, tls, resolve, deadline_s
        self._public_url, self._meter, self._tracer = public_url, meter or Meter(on=False), tracer or Tracer()
        self._patience_s, self._now, self._clock, self._sleep = patience_s, now, clock, sleep

    def deliver(self, lease: Lease) -> Recorded | None:
        """Send what `lease` is for and write down what came of it. Never raises for what a receiver does.

        None when the lease was lost; Unavailable when the store stayed away: then the lease runs out, and the
        delivery is sent again under the same id.
        """
        try:
            snapshot = self._deliveries.snapshot(lease)
            request = sign(snapshot, render(snapshot, self._public_url), int(self._now()))
        except Dropped as dropped:
            return self._record(lease, Verdict.DROPPED, reason=dropped.reason)
        except Exception as error:
            if isinstance(error, Unavailable) and not isinstance(error, TextKeyMissing):
                raise
            # A settings error, a record that cannot be read: logged once here, and no endpoint is blamed for it.
            why = error if isinstance(error, KritiqError) else type(error).__name__
            log.error("webhook not made: %s", why, extra=of_delivery(lease))
            attempt = _attempt(lease, self._deliveries.now_ms(), error="internal_error")
            return self._record(lease, Verdict.INTERNAL, attempt, delay_s=INTERNAL_DELAY_S, reason="internal_error")
        if not self._tracer.on:
            return self._delivered(snapshot, request)
        span = self._begin(snapshot)
        try:
            return self._delivered(snapshot, request, span)
        finally:
            span.end()

    def _delivered(
        self, snapshot: DeliverySnapshot, request: SignedRequest, span: Span | None = None
    ) -> Recorded | None:
        """Send it, and write down what came of it."""
        place = span.place if span is not None else ""
        try:
            response = self._send(request, headers_of(place) if place else {})
        except SendFailed as failed:
            if span is not None:
                span.tell({"http.response.status_code": failed.response.status if failed.response else None})
                span.fail(failed.kind.value)
            return self._record_failure(snapshot, failed, place)
        if span is not None:
            span.tell({"http.response.status_code": response.status})
        attempt = _attempt(snapshot.lease, snapshot.read_at, response)
        return self._record(snapshot.lease, Verdict.SUCCEEDED, attempt, place=place)

    def _begin(self, snapshot: DeliverySnapshot) -> Span:
        about = {f"kritiq.{name}": value for name, value in of_delivery(snapshot.lease).items()}
        return self._tracer.begin(
            f"webhook {snapshot.lease.type}", kind="client", parent=snapshot.trace,
            attributes=about | {"http.request.method": "POST"},
        )  # fmt: skip

    def _send(self, request: SignedRequest, more: Mapping[str, str]) -> Response:
        return sender.attempt(
            request.url,
            {**request.headers, **more},
            request.body,
            policy=self._policy,
            resolve=self._resolve,
            deadline_s=self._deadline_s,
            tls=self._tls,
            clock=self._clock,
            now=self._now,
        )

    def _record_failure(self, snapshot: DeliverySnapshot, failed: SendFailed, place: str) -> Recorded | None:
        lease, started_at = snapshot.lease, snapshot.read_at
        status = failed.response.status if failed.response else None
        reason = str(status) if status else failed.kind.value
        delay_s = next_delay_s(STEPS_S, lease.step, reason, failed.response.retry_after_s if failed.response else None)
        attempt = _attempt(lease, started_at, failed.response, error=failed.kind.value, duration_ms=failed.duration_ms)
        verdict = Verdict.GONE if status == 410 else Verdict.FAILED
        return self._record(lease, verdict, attempt, delay_s=delay_s, reason=reason, place=place)

    def _record(
        self,
        lease: Lease,
        verdict: Verdict,
        attempt: Attempt | None = None,
        *,
        delay_s: float | None = None,
        reason: str = "",
        place: str = "",
    ) -> Recorded | None:
        until = self._clock() + self._patience_s
        while True:
            try:
                recorded = self._deliveries.record(lease, verdict, attempt=attempt, delay_s=delay_s, reason=reason)
                break
            except Unavailable:
                if self._clock() >= until:
                    raise
                self._sleep(RECORD_AGAIN_S)
        if attempt is not None and attempt.duration_ms is not None:
            self._meter.observe(STAGE_SECONDS, attempt.duration_ms / 1000, "deliver", place=place)
        _log(lease, verdict, reason, recorded, place)
        return recorded


def _attempt(
    lease: Lease,
    started_at: int,
    response: Response | None = None,
    *,
    error: str | None = None,
    duration_ms: int | None = None,
) -> Attempt:
    return Attempt(
        number=lease.attempt,
        trigger=lease.trigger,
        started_at=started_at,
        duration_ms=response.duration_ms if response else duration_ms,
        status=response.status if response else None,
        error=error,
        answer=response.body if response else "",
    )


def _log(lease: Lease, verdict: Verdict, reason: str, recorded: Recorded | None, place: str) -> None:
    fields = of_delivery(lease) | {"reason": reason or None, "trace_id": trace_id(place) if place else None}
    if recorded is None:
        log.warning("webhook lease lost", extra=fields)
        return
    log.info("webhook %s", verdict, extra=fields)
    match recorded.notice:
        case "":
            pass
        case "opened":
            log.warning("webhook breaker opened", extra=fields)
        case "disabled":
            log.error("webhook endpoint disabled", extra=fields)
        case notice:
            log.error("webhook endpoint has failed for %s", notice.partition("_")[2], extra=fields)
