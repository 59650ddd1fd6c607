"""Deliveries on a real Redis once more: replayed one by one, recovered since a time.

The receiver is a stub and time is the test's; the network has its own tests.
"""

from dataclasses import replace

import pytest

from jobs.batch import Batch
from jobs.errors import EndpointDisabled, Gone, NotFound
from jobs.job import Status
from jobs.line import Line
from store.batches import BatchStore
from tests.support.factories import claim, create, succeeded
from tests.support.post import TENANT, Post, disable, enable, end_batch, take_away
from tests.support.receiver_stub import ReceiverStub
from tests.support.worlds import RedisWorld
from webhooks.delivery import DeliveryStatus, Trigger

PENDING, SENDING, SUCCEEDED = DeliveryStatus.PENDING, DeliveryStatus.SENDING, DeliveryStatus.SUCCEEDED
FAILED, DROPPED = DeliveryStatus.FAILED, DeliveryStatus.DROPPED
SUCCESS, DAY_MS = Status.SUCCEEDED, 86_400_000


class TestReplay:
    def test_a_replay_sends_the_same_id_once_more(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        job_id = post.end_job()
        post.turn()
        post.log.replay(TENANT, post.of(job_id, endpoint).id)
        post.log.replay(TENANT, post.of(job_id, endpoint).id)
        post.turn()
        assert len(receiver.sent) == 2
        assert len({sent.id for sent in receiver.sent}) == 1
        assert [attempt.trigger for attempt in post.of(job_id, endpoint).log] == [Trigger.SCHEDULE, Trigger.REPLAY]

    @pytest.mark.parametrize("before", [SUCCEEDED, FAILED])
    def test_a_failed_replay_leaves_everything_as_it_was(
        self, post: Post, receiver: ReceiverStub, before: DeliveryStatus
    ) -> None:
        endpoint = post.endpoint()
        receiver.says = 200 if before is SUCCEEDED else 400
        job_id = post.end_job()
        while post.of(job_id, endpoint).status is PENDING:
            post.turn()
            post.wait()
        health = post.endpoints.health(TENANT, endpoint.id)
        receiver.says = 410
        post.log.replay(TENANT, post.of(job_id, endpoint).id)
        post.turn()
        assert post.of(job_id, endpoint).status is before
        assert post.endpoints.health(TENANT, endpoint.id) == health
        assert post.endpoints.get(TENANT, endpoint.id).enabled

    def test_why_a_delivery_failed_before_is_not_told_of_it_while_it_is_sent_again(
        self, post: Post, receiver: ReceiverStub
    ) -> None:
        endpoint = post.endpoint()
        receiver.says = 410
        job_id = post.end_job()
        post.turn()
        assert post.of(job_id, endpoint).reason == "410"
        replayed = post.log.replay(TENANT, post.of(job_id, endpoint).id)
        assert (replayed.status, replayed.reason, replayed.ended_at) == (PENDING, None, None)
        post.lease()
        assert (post.of(job_id, endpoint).status, post.of(job_id, endpoint).reason) == (SENDING, None)

    def test_why_the_last_attempt_of_the_schedule_failed_is_told_during_a_replay_and_after_one_that_failed(
        self, post: Post, receiver: ReceiverStub
    ) -> None:
        endpoint = post.endpoint()
        receiver.says = 500
        job_id = post.end_job()
        post.turn()
        reason = post.of(job_id, endpoint).reason
        receiver.says = 410
        replayed = post.log.replay(TENANT, post.of(job_id, endpoint).id)
        assert reason is not None
        post.turn()
        assert (replayed.reason, post.of(job_id, endpoint).reason) == (reason, reason)

    def test_replaying_a_waiting_delivery_does_not_move_its_schedule(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 500
        job_id = post.end_job()
        post.turn()
        planned = post.of(job_id, endpoint).next_at
        post.log.replay(TENANT, post.of(job_id, endpoint).id)
        post.turn()
        delivery = post.of(job_id, endpoint)
        assert (delivery.status, delivery.next_at, delivery.attempts) == (PENDING, planned, 2)

    def test_a_waiting_delivery_whose_replay_failed_is_not_late(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 500
        job_id = post.end_job()
        for _ in range(3):
            post.turn()
            post.wait()
        post.turn()
        post.log.replay(TENANT, post.of(job_id, endpoint).id)
        post.turn()
        post.advance(h=1)
        assert post.log.stats()["oldest_due_ms"] == 0
        assert post.webhooks.counts.overdue(TENANT, None, late_ms=0).number == 0

    def test_an_endpoint_that_disabled_itself_still_gets_replays(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 410
        job_id = post.end_job()
        post.turn()
        receiver.says = 200
        post.log.replay(TENANT, post.of(job_id, endpoint).id)
        post.turn()
        assert post.of(job_id, endpoint).status is SUCCEEDED
        assert not post.endpoints.get(TENANT, endpoint.id).enabled

    def test_a_replay_passes_an_open_breaker(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 500
        ids = [post.end_job() for _ in range(12)]
        post.turn()
        receiver.says = 200
        waiting = next(job_id for job_id in ids if post.of(job_id, endpoint).attempts == 0)
        post.log.replay(TENANT, post.of(waiting, endpoint).id)
        post.turn()
        assert post.of(waiting, endpoint).status is SUCCEEDED

    def test_an_unknown_delivery_is_not_replayed(self, post: Post) -> None:
        with pytest.raises(NotFound):
            post.log.replay(TENANT, "msg_none")

    def test_another_tenants_delivery_is_not_replayed(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        job_id = post.end_job()
        with pytest.raises(NotFound):
            post.log.replay("other", post.of(job_id, endpoint).id)

    @pytest.mark.parametrize("subject", ["job", "batch"])
    def test_what_was_deleted_is_neither_replayed_nor_recovered(
        self, post: Post, receiver: ReceiverStub, subject: str
    ) -> None:
        endpoint = post.endpoint()
        ended = post.end_job() if subject == "job" else end_batch(post)
        receiver.says = 400
        post.turn()
        take_away(post, ended)
        with pytest.raises(Gone):
            post.log.replay(TENANT, post.of(ended, endpoint).id)
        assert post.log.recover(TENANT, endpoint.id, since_ms=0) == 0

    @pytest.mark.parametrize("subject", ["job", "batch"])
    def test_of_what_is_deleted_while_it_is_sent_no_answer_is_kept(
        self, post: Post, receiver: ReceiverStub, subject: str
    ) -> None:
        endpoint = post.endpoint(events=("job.succeeded", "batch.completed"))
        ended = post.end_job() if subject == "job" else end_batch(post)
        receiver.says, receiver.body = 500, "What we think of your guests"
        receiver.on_send = lambda _: take_away(post, ended)
        post.turn()
        delivery = post.of(ended, endpoint)
        assert (delivery.status, delivery.reason) == (DROPPED, "job_gone")
        assert [attempt.answer for attempt in delivery.log] == [""]

    def test_a_ping_is_one_attempt_without_blame(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 500
        ping = post.log.ping(TENANT, endpoint.id)
        post.turn()
        assert post.delivery(ping.id).status is FAILED
        assert post.endpoints.health(TENANT, endpoint.id).consecutive_failures == 0
        assert post.wait() is None


class TestRecovery:
    def test_a_recovery_sends_everything_that_was_missed_once(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        delivered = post.end_job()
        post.turn()
        receiver.says = 410
        failed = post.end_job()
        post.turn()
        untold = post.end_job()
        post.end_job(Status.CANCELED)
        receiver.says = 200
        with pytest.raises(EndpointDisabled):
            post.log.recover(TENANT, endpoint.id, since_ms=0)
        enable(post, endpoint)
        assert post.log.recover(TENANT, endpoint.id, since_ms=0) == 3
        assert post.log.recover(TENANT, endpoint.id, since_ms=0) == 0
        receiver.sent.clear()
        post.turn()
        assert post.log.recover(TENANT, endpoint.id, since_ms=0) == 0
        ids = [sent.id for sent in receiver.sent]
        assert len(ids) == 3
        assert {f"msg_{failed}_{endpoint.id}", f"msg_{untold}_{endpoint.id}"} < set(ids)
        assert f"msg_{delivered}_{endpoint.id}" not in ids

    def test_a_recovery_sends_only_what_was_missed_since_then(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 410
        post.end_job()
        post.turn()
        enable(post, endpoint)
        assert post.log.recover(TENANT, endpoint.id, since_ms=post.deliveries.now_ms() + 1000) == 0

    def test_what_happened_before_is_not_recovered_for_having_been_recovered_before(
        self, post: Post, receiver: ReceiverStub
    ) -> None:
        world, endpoint = RedisWorld(post.redis), post.endpoint()
        disable(post, endpoint)
        old = post.end_job()
        world.advance(DAY_MS)
        since = post.deliveries.now_ms()
        enable(post, endpoint)
        receiver.says = 410
        assert post.log.recover(TENANT, endpoint.id, since_ms=0) == 1
        post.turn()
        assert post.of(old, endpoint).status is FAILED
        enable(post, endpoint)
        assert post.log.recover(TENANT, endpoint.id, since_ms=since) == 0
        assert post.log.recover(TENANT, endpoint.id, since_ms=0) == 1

    def test_events_that_it_no_longer_asks_for_were_not_missed(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 410
        job_id = post.end_job()
        post.turn()
        enable(post, endpoint)
        asked = replace(endpoint.options, events=("job.failed",))
        post.endpoints.change(TENANT, endpoint.id, lambda old: replace(old, options=asked))
        assert post.log.recover(TENANT, endpoint.id, since_ms=0) == 0
        assert post.of(job_id, endpoint).status is FAILED

    def test_a_recovery_finds_what_was_made_long_before_it_ended(self, post: Post, receiver: ReceiverStub) -> None:
        world, endpoint = RedisWorld(post.redis), post.endpoint()
        disable(post, endpoint)
        monthly = create(post.jobs, id="scheduled", due_at=world.now() + 30 * DAY_MS)
        batch = Batch(id="batch_scheduled", due_at=world.now() + 30 * DAY_MS)
        BatchStore(post.redis).create(batch, [Line(number=1, custom_id=None, text="Gut.")], target=20)
        world.advance(30 * DAY_MS + 1)
        since = world.now()
        assert post.jobs.complete([replace(succeeded(held), good=1) for held in claim(post.jobs)]) == [SUCCESS, SUCCESS]
        enable(post, endpoint)
        assert post.log.recover(TENANT, endpoint.id, since_ms=since) == 2
        assert post.log.recover(TENANT, endpoint.id, since_ms=since) == 0
        post.turn()
        assert {post.of(ended, endpoint).status for ended in (monthly.id, batch.id)} == {SUCCEEDED}

    def test_a_recovery_tells_of_batches_that_ended_since_then_and_of_no_other(
        self, post: Post, receiver: ReceiverStub
    ) -> None:
        endpoint, other = post.endpoint(), post.endpoint(events=("job.failed",))
        for each in (endpoint, other):
            disable(post, each)
        end_batch(post)
        RedisWorld(post.redis).advance(DAY_MS)
        since = post.deliveries.now_ms()
        missed = end_batch(post)
        BatchStore(post.redis).create(Batch(id="runs"), [Line(number=1, custom_id=None, text="Gut.")], target=20)
        for each in (endpoint, other):
            enable(post, each)
        assert post.log.recover(TENANT, endpoint.id, since_ms=since) == 1
        assert post.of(missed, endpoint).type == "batch.completed"
        assert post.log.recover(TENANT, other.id, since_ms=since) == 0

    def test_a_recovery_of_a_range_leaves_out_what_came_after_it(self, post: Post, receiver: ReceiverStub) -> None:
        world, endpoint = RedisWorld(post.redis), post.endpoint()
        receiver.says = 410
        failed = post.end_job()
        post.turn()
        untold = end_batch(post)
        world.advance(DAY_MS)
        until = world.now() - 1
        post.end_job()
        end_batch(post)
        enable(post, endpoint)
        receiver.says = 204
        assert post.log.recover(TENANT, endpoint.id, since_ms=0, until_ms=until) == 2
        post.turn()
        assert {post.of(ended, endpoint).status for ended in (failed, untold)} == {SUCCEEDED}
        assert post.log.recover(TENANT, endpoint.id, since_ms=0) == 2

    def test_a_recovery_begins_the_schedule_anew(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 500
        job_id = post.end_job()
        while post.of(job_id, endpoint).status is PENDING:
            post.turn()
            post.wait()
        assert post.log.recover(TENANT, endpoint.id, since_ms=0) == 1
        post.turn()
        assert (post.of(job_id, endpoint).status, post.of(job_id, endpoint).attempts) == (PENDING, 11)
