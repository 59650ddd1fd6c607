"""Delivers one webhook: read again, render, check, sign, send, record."""

import logging
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

from jobs.errors import KritiqError, NotFound, Unavailable
from jobs.store import JobStore
from store.batches import BatchStore
from store.deliveries import DeliveryStore
from store.endpoints import EndpointStore
from webhooks.delivery import Attempt, Lease, Recorded, Trigger, Verdict
from webhooks.endpoint import Endpoint
from webhooks.schedule import next_delay_s
from webhooks.signatures import Secret, sign
from webhooks.ssrf import Policy, Resolve, addresses_of
from worker.delivery import sender
from worker.delivery.payload import batch_event, endpoint_event, job_event
from worker.delivery.response import Answer, SendFailed
from worker.log_fields import of_delivery

log = logging.getLogger(__name__)

#: Seconds until the next try after a fault of ours.
INTERNAL_DELAY_S = 60.0


class Dropped(Exception):
    """Nothing is sent, and why: a fixed word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedRequest:
    """What is about to be sent."""

    url: str
    body: bytes
    secrets: tuple[Secret, ...]


class Deliverer:
    """Delivers what was leased. One instance serves all threads of a process.

    `patience_s` is how long it tries to write down what became of an attempt while Redis is away: not longer than
    the lease, because after that the delivery belongs to another worker.
    """

    def __init__(
        self,
        jobs: JobStore,
        batches: BatchStore,
        endpoints: EndpointStore,
        deliveries: DeliveryStore,
        *,
        policy: Policy,
        tls: ssl.SSLContext,
        resolve: Resolve = addresses_of,
        deadline_s: float = sender.DEADLINE_S,
        patience_s: float = 15.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._jobs, self._batches, self._endpoints, self._deliveries = jobs, batches, endpoints, deliveries
        self._policy, self._tls, self._resolve, self._deadline_s = policy, tls, resolve, deadline_s
        self._patience_s, self._sleep = patience_s, sleep

    def deliver(self, lease: Lease) -> Recorded | None:
        """Send what `lease` is for and write down what came of it. Never raises for what a receiver does.

        None when the lease was lost; Unavailable when the store stayed away: then the lease runs out, and the
        delivery is sent again under the same id.
        """
        started = self._deliveries.now_ms()
        try:
            request = self._request(lease)
        except Dropped as dropped:
            return self._record(lease, Verdict.DROPPED, None, reason=dropped.reason)
        except Unavailable:
            raise
        except Exception as error:
            # A settings error, a record that cannot be read: said once here, and no endpoint is blamed for it.
            why = error if isinstance(error, KritiqError) else type(error).__name__
            log.error("webhook not made: %s", why, extra=of_delivery(lease))
            attempt = _attempt(lease, started, error="internal_error")
            return self._record(lease, Verdict.INTERNAL, attempt, delay_s=INTERNAL_DELAY_S, reason="internal_error")
        try:
            answer = self._send(lease, request)
        except SendFailed as failed:
            return self._failed(lease, started, failed)
        return self._record(lease, Verdict.SUCCEEDED, _attempt(lease, started, answer))

    def _request(self, lease: Lease) -> SignedRequest:
        """Everything read again; the endpoint last, so that little time is left for it to change."""
        try:
            render = self._renderer(lease)
        except NotFound:
            raise Dropped("job_gone") from None
        endpoint = self._endpoint(lease)
        secrets = endpoint.signers(self._endpoints.cipher, self._deliveries.now_ms())
        return SignedRequest(url=lease.url or endpoint.url, body=render(endpoint.include_text), secrets=tuple(secrets))

    def _renderer(self, lease: Lease) -> Callable[[bool], bytes]:
        match lease.type.partition(".")[0]:
            case "job":
                stored = self._jobs.get(lease.tenant, lease.subject)
                return lambda include_text: job_event(lease, stored, include_text=include_text)
            case "batch":
                batch = self._batches.get(lease.tenant, lease.subject)
                return lambda include_text: batch_event(lease, batch)
            case _:
                return lambda include_text: endpoint_event(lease, self._deliveries.detail(lease.tenant, lease.id))

    def _endpoint(self, lease: Lease) -> Endpoint:
        if lease.url:
            once = self._endpoints.once(lease.tenant)
            if once is None:
                raise Dropped("no_secret")
            return once
        try:
            endpoint = self._endpoints.get(lease.tenant, lease.endpoint)
        except NotFound:
            raise Dropped("endpoint_deleted") from None
        if not endpoint.takes(manual=lease.trigger in (Trigger.REPLAY, Trigger.PING)):
            raise Dropped("endpoint_disabled")
        return endpoint

    def _send(self, lease: Lease, request: SignedRequest) -> Answer:
        """One attempt. Raises SendFailed."""
        now_s = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": lease.id,
            "webhook-timestamp": str(now_s),
            "webhook-signature": sign(request.secrets, lease.id, now_s, request.body),
        }
        return sender.attempt(
            request.url,
            headers,
            request.body,
            policy=self._policy,
            resolve=self._resolve,
            deadline_s=self._deadline_s,
            tls=self._tls,
        )

    def _failed(self, lease: Lease, started: int, failed: SendFailed) -> Recorded | None:
        status = failed.answer.status if failed.answer else None
        word = str(status) if status else failed.kind.value
        delay_s = next_delay_s(lease.step, word, failed.answer.retry_after_s if failed.answer else None)
        attempt = _attempt(lease, started, failed.answer, error=failed.kind.value, duration_ms=failed.duration_ms)
        verdict = Verdict.GONE if status == 410 else Verdict.FAILED
        return self._record(lease, verdict, attempt, delay_s=delay_s, reason=word)

    def _record(
        self, lease: Lease, verdict: Verdict, attempt: Attempt | None, *, delay_s: float | None = None, reason: str = ""
    ) -> Recorded | None:
        until = time.monotonic() + self._patience_s
        while True:
            try:
                recorded = self._deliveries.record(lease, verdict, attempt=attempt, delay_s=delay_s, reason=reason)
                break
            except Unavailable:
                if time.monotonic() >= until:
                    raise
                self._sleep(0.2)
        self._say(lease, verdict, reason, recorded)
        return recorded

    def _say(self, lease: Lease, verdict: Verdict, reason: str, recorded: Recorded | None) -> None:
        fields = of_delivery(lease) | {"reason": reason or None}
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


def _attempt(
    lease: Lease,
    started: int,
    answer: Answer | None = None,
    *,
    error: str | None = None,
    duration_ms: int | None = None,
) -> Attempt:
    return Attempt(
        number=lease.attempt,
        trigger=lease.trigger,
        started_at=started,
        duration_ms=answer.duration_ms if answer else duration_ms,
        status=answer.status if answer else None,
        error=error,
        answer=answer.body if answer else "",
    )
