"""Whatever happens, in whatever order: what was accepted is delivered at least once or visibly failed or dropped, a
disabled or deleted endpoint is sent nothing, and the store's sets agree with its records."""

from collections import defaultdict
from collections.abc import Iterator, Sized
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from jobs.errors import Conflict, KritiqError
from store import webhook_keys
from store.deliveries import DeliveryStore
from tests.support.post import TENANT, Post
from tests.support.receiver_stub import ReceiverStub, Sent
from tests.support.redis_server import RedisServer
from webhooks.delivery import TRANSITIONS, DeliveryStatus, Lease, Trigger
from webhooks.endpoint import DisabledReason, Endpoint
from worker.delivery import sender
from worker.delivery.response import Failure

ANSWERS = st.sampled_from([200, 200, 204, 400, 410, 429, 500, Failure.TIMEOUT, Failure.RESET, Failure.TLS_ERROR])
#: Deliveries under way to one endpoint: fewer than a worker may take.
MOST_AT_ONCE = 5
ENDED = {DeliveryStatus.SUCCEEDED, DeliveryStatus.FAILED, DeliveryStatus.DROPPED}


def place_of(data: st.DataObject, items: Sized) -> int:
    """Which of `items` is meant. However many there are by the clock of the machine, the draw is the same."""
    return int(data.draw(st.integers(0, 999))) % len(items)


class Killed(BaseException):
    """The worker is dead, after the receiver got the webhook."""


@contextmanager
def stubbed(stub: ReceiverStub) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sender, "attempt", stub.attempt)
        yield


class Deliveries(RuleBasedStateMachine):
    """Owners, workers, receivers and time, all against each other."""

    client: redis.Redis

    def __init__(self) -> None:
        super().__init__()
        self.client.flushall()
        self.post = Post(self.client)
        self.post.deliveries = DeliveryStore(
            self.client, self.post.cipher, at_once=(2, MOST_AT_ONCE), offset_ms=lambda: self.post.ahead_ms
        )
        self.stub = ReceiverStub(on_send=self.on_send)
        self.endpoints: list[Endpoint] = []
        self.jobs: list[str] = []
        self.held: list[Lease] = []
        self.arrived: dict[str, int] = defaultdict(int)
        self.seen: dict[str, DeliveryStatus] = {}
        self.lease: Lease | None = None

    def on_send(self, sent: Sent) -> None:
        assert self.lease is not None
        endpoint = self.post.endpoints.get(TENANT, self.lease.endpoint)
        manual = self.lease.trigger in ("replay", "ping")
        assert endpoint.enabled or (manual and endpoint.disabled_reason is not DisabledReason.OWNER)
        about_job = self.lease.type.startswith("job.")
        assert not about_job or (self.lease.subject in self.jobs) is (self.lease.type != "job.deleted")
        assert sent.id == self.lease.id
        if self.stub.says in (200, 204) or isinstance(self.stub.says, Killed):
            self.arrived[sent.id] += 1

    @rule()
    def add_endpoint(self) -> None:
        if len(self.endpoints) < 3:
            self.endpoints.append(self.post.endpoint())

    @rule(times=st.integers(1, 4))
    def end_jobs(self, times: int) -> None:
        self.jobs += [self.post.end_job() for _ in range(times)]

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def delete_job(self, data: st.DataObject) -> None:
        job_id = self.jobs.pop(place_of(data, self.jobs))
        self.post.jobs.delete(TENANT, job_id)

    @rule(most=st.integers(1, 8))
    def take(self, most: int) -> None:
        self.held += self.post.lease(most)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), says=ANSWERS)
    def attempt(self, data: st.DataObject, says: int | Failure) -> None:
        """One worker does what it holds, perhaps long after its lease ran out."""
        self.stub.says = says
        self.lease = self.held.pop(place_of(data, self.held))
        before = self.post.delivery(self.lease.id)
        owned = before.status is DeliveryStatus.SENDING and before.attempts == self.lease.attempt
        with stubbed(self.stub):
            recorded = self.post.deliverer.deliver(self.lease)
        assert (recorded is not None) == owned
        assert owned or self.post.delivery(self.lease.id) == before

    @precondition(lambda self: self.held)
    @rule(sent=st.booleans())
    def kill_worker(self, sent: bool) -> None:
        """One worker dies, before or after the receiver got the webhook."""
        self.lease = self.held.pop()
        if sent:
            self.stub.says = Killed()
            with stubbed(self.stub), suppress(Killed):
                self.post.deliverer.deliver(self.lease)

    @rule(seconds=st.sampled_from([1, 31, 301, 3600, 43_200, 86_400]))
    def pass_time(self, seconds: int) -> None:
        self.post.advance(s=seconds)

    @precondition(lambda self: self.held)
    @rule()
    def be_slow(self) -> None:
        """The leases run out, and another worker takes over while the first one still believes in his."""
        self.post.advance(s=31)
        self.held += self.post.lease(8)

    @precondition(lambda self: self.endpoints)
    @rule(data=st.data(), enabled=st.booleans())
    def switch(self, data: st.DataObject, enabled: bool) -> None:
        endpoint = self.endpoints[place_of(data, self.endpoints)]
        reason = None if enabled else DisabledReason.OWNER
        self.post.endpoints.change(
            TENANT, endpoint.id, lambda old: replace(old, enabled=enabled, disabled_reason=reason), fresh_start=enabled
        )

    @precondition(lambda self: len(self.endpoints) > 1)
    @rule()
    def delete_endpoint(self) -> None:
        self.post.endpoints.delete(TENANT, self.endpoints.pop().id)

    @precondition(lambda self: self.endpoints)
    @rule(data=st.data())
    def recover_or_ping(self, data: st.DataObject) -> None:
        endpoint = self.endpoints[place_of(data, self.endpoints)]
        try:
            if data.draw(st.booleans()):
                self.post.log.recover(TENANT, endpoint.id, since_ms=0)
                assert self.post.log.recover(TENANT, endpoint.id, since_ms=0) == 0
            else:
                self.post.log.ping(TENANT, endpoint.id)
        except Conflict:
            assert not self.post.endpoints.get(TENANT, endpoint.id).enabled

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        message = sorted(self.seen)[place_of(data, self.seen)]
        with suppress(KritiqError):
            self.post.log.replay(TENANT, message)

    @invariant()
    def sets_agree_with_records(self) -> None:
        pending: Any = self.client.zrange(webhook_keys.PENDING, 0, -1, withscores=True)
        waiting = {name.decode(): int(due) for name, due in pending}
        for delivery in self.post.all():
            before = self.seen.get(delivery.id, DeliveryStatus.PENDING)
            assert delivery.status is before or delivery.status in TRANSITIONS[before], (before, delivery)
            self.seen[delivery.id] = delivery.status
            base = webhook_keys.ENDPOINT(TENANT, delivery.endpoint)
            places = [
                part for part in ("due", "manual", "inflight") if self.client.zscore(f"{base}:{part}", delivery.id)
            ]
            ended = delivery.status in ENDED
            assert len(places) == (0 if ended else 1), (delivery, places)
            assert (delivery.status is DeliveryStatus.SENDING) == (places == ["inflight"])
            assert (f"{TENANT}:{delivery.id}" in waiting) == (not ended)
            # A replay of what waits is due before its next attempt by the schedule, and until it has ended only.
            assert delivery.trigger is Trigger.REPLAY or waiting.get(f"{TENANT}:{delivery.id}") == delivery.next_at
            if not ended:
                assert self.client.zscore(webhook_keys.DUE, f"{TENANT}:{delivery.endpoint}") is not None
            if delivery.status is DeliveryStatus.SUCCEEDED:
                assert self.arrived[delivery.id] >= 1

    @invariant()
    def never_too_many_at_once(self) -> None:
        for endpoint in self.endpoints:
            assert self.client.zcard(f"{webhook_keys.ENDPOINT(TENANT, endpoint.id)}:inflight") <= MOST_AT_ONCE

    def teardown(self) -> None:
        """The receivers come back: everything ends, visibly."""
        self.stub.says = 200
        self.held.clear()
        for _ in range(300):
            for lease in self.post.lease(8):
                self.lease = lease
                with stubbed(self.stub):
                    self.post.deliverer.deliver(lease)
            if self.post.wait() is None:
                break
        else:
            pytest.fail("something is never due")
        for delivery in self.post.all():
            assert delivery.status in ENDED
            assert delivery.reason or delivery.status is DeliveryStatus.SUCCEEDED
        # Many steps have passed since they were last seen.
        self.seen.clear()
        self.seen.update((delivery.id, delivery.status) for delivery in self.post.all())
        self.sets_agree_with_records()


def test_accepted_means_delivered_or_visibly_not(redis_server: RedisServer) -> None:
    with redis_server.client() as client:
        Deliveries.client = client
        run_state_machine_as_test(
            Deliveries,
            settings=settings(
                max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
