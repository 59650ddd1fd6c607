"""Deliveries on a real Redis: made with the job's end, leased, retried, held back, given up, replayed, recovered.

The receiver is a stub and time is the test's; the network has its own tests.
"""

from dataclasses import replace

import pytest
import redis

from jobs.batch import Batch, Line
from jobs.batch_store import BatchStore
from jobs.deliveries import DeliveryStatus, Trigger
from jobs.endpoints import DisabledReason, Endpoint
from jobs.errors import Conflict, EndpointDisabled, Gone, NotFound, TooManyEndpoints
from jobs.job import Options, Status
from jobs.schedule import STEPS_S
from tests.support.factories import claim, create, succeeded
from tests.support.post import TENANT, Post
from tests.support.receiver_stub import ReceiverStub
from worker.answer import Failure

PENDING, SENDING, SUCCEEDED = DeliveryStatus.PENDING, DeliveryStatus.SENDING, DeliveryStatus.SUCCEEDED
FAILED, DROPPED = DeliveryStatus.FAILED, DeliveryStatus.DROPPED


@pytest.fixture
def post(redis_client: redis.Redis) -> Post:
    return Post(redis_client)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> ReceiverStub:
    return ReceiverStub().install(monkeypatch)


def disable(post: Post, endpoint: Endpoint) -> None:
    post.endpoints.change(TENANT, endpoint.id, lambda old: replace(old, enabled=False))


def enable(post: Post, endpoint: Endpoint) -> None:
    post.endpoints.change(
        TENANT, endpoint.id, lambda old: replace(old, enabled=True, disabled_reason=None), fresh_start=True
    )


class TestMaking:
    def test_with_the_end_of_the_job(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint(events=("job.succeeded", "job.failed", "job.canceled"))
        ids = [post.end_job(status) for status in (Status.SUCCEEDED, Status.FAILED, Status.CANCELED)]
        assert [post.of(job_id, endpoint).type for job_id in ids] == ["job.succeeded", "job.failed", "job.canceled"]
        post.turn()
        # In no promised order: what ends within one millisecond is due at once.
        assert {sent.event["data"]["status"] for sent in receiver.sent} == {"succeeded", "failed", "canceled"}

    def test_only_for_events_that_were_asked_for(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint(events=("job.failed",))
        post.end_job()
        assert post.all() == []

    def test_one_for_each_endpoint(self, post: Post, receiver: ReceiverStub) -> None:
        endpoints = [post.endpoint(f"http://127.0.0.1:{port}/") for port in (1, 2, 3)]
        job_id = post.end_job()
        post.turn()
        assert {sent.id for sent in receiver.sent} == {f"msg_{job_id}_{endpoint.id}" for endpoint in endpoints}

    def test_a_job_whose_id_was_used_before_is_another_event(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint()
        post.end_job(id="mine")
        post.turn()
        post.jobs.delete(TENANT, "mine")
        post.redis.delete("kritiq:default:job:mine")
        post.end_job(id="mine")
        post.turn()
        assert len({sent.id for sent in receiver.sent}) == len(receiver.sent) == 2

    def test_ids_have_no_dots(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint()
        post.end_job(id="batch.1")
        post.turn()
        assert "." not in receiver.sent[0].id

    def test_a_one_off_webhook(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoints.rotate_once(TENANT, grace_s=0)
        post.end_job(webhook={"url": "http://127.0.0.1:7/once"})
        post.turn()
        assert [sent.url for sent in receiver.sent] == ["http://127.0.0.1:7/once"]
        assert [delivery.status for delivery in post.all()] == [SUCCEEDED]


class TestSchedule:
    def test_ten_attempts_then_failed(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 500
        job_id = post.end_job()
        waits = []
        while post.of(job_id, endpoint).status is PENDING:
            post.turn()
            waits.append(post.wait())
        assert len(receiver.sent) == 10
        assert len({sent.id for sent in receiver.sent}) == 1
        for planned, waited in zip(STEPS_S, waits[:-1], strict=True):
            assert waited is not None
            assert planned * 0.79 <= waited <= planned * 1.21
        delivery = post.of(job_id, endpoint)
        assert (delivery.status, delivery.reason, delivery.attempts) == (FAILED, "500", 10)
        assert [attempt.status for attempt in delivery.log] == [500] * 10
        assert delivery.log[-1].next_attempt_at is None
        assert delivery.log[0].next_attempt_at == pytest.approx(delivery.created_at + 5000, abs=1500)

    def test_down_then_up(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = Failure.CONNECT_ERROR
        job_id = post.end_job()
        post.turn()
        post.wait()
        receiver.says = 200
        post.turn()
        delivery = post.of(job_id, endpoint)
        assert (delivery.status, delivery.attempts) == (SUCCEEDED, 2)
        assert [(attempt.error, attempt.status) for attempt in delivery.log] == [("connect_error", None), (None, 200)]

    @pytest.mark.parametrize(("retry_after_s", "waits_s"), [(7.0, 60), (None, 60), (600_000.0, 60)])
    def test_a_busy_receiver_has_a_minute(
        self, post: Post, receiver: ReceiverStub, retry_after_s: float | None, waits_s: float
    ) -> None:
        post.endpoint()
        receiver.says, receiver.retry_after_s = 429, retry_after_s
        post.end_job()
        post.turn()
        assert post.wait() == pytest.approx(waits_s, abs=0.1)

    def test_fresh_signature_and_timestamp_for_each_attempt(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint()
        receiver.says = 500
        post.end_job()
        post.turn()
        post.advance(s=10)
        post.turn()
        assert [set(sent.headers) >= {"webhook-timestamp", "webhook-signature"} for sent in receiver.sent] == [True] * 2

    def test_the_answer_is_kept(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says, receiver.body = 500, "Ende\nmit\nZeilen ä"
        job_id = post.end_job()
        post.turn()
        assert post.of(job_id, endpoint).log[0].answer == "Ende\nmit\nZeilen ä"


class TestLeases:
    def test_a_lost_worker_costs_no_step_and_the_id_stays(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        job_id = post.end_job()
        (lost,) = post.lease()
        assert post.of(job_id, endpoint).status is SENDING
        assert post.lease() == []
        post.advance(s=31)
        (again,) = post.lease()
        assert (again.id, again.attempt, again.step) == (lost.id, lost.attempt + 1, 0)
        assert [attempt.error for attempt in post.of(job_id, endpoint).log] == ["worker_lost"]

    def test_a_late_writer_changes_nothing(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        job_id = post.end_job()
        (lost,) = post.lease()
        post.advance(s=31)
        (again,) = post.lease()
        receiver.says = 500
        assert post.courier.deliver(lost) is None
        assert post.of(job_id, endpoint).status is SENDING
        receiver.says = 200
        post.courier.deliver(again)
        assert post.courier.deliver(lost) is None
        assert post.of(job_id, endpoint).status is SUCCEEDED

    def test_what_kills_its_workers_is_given_up(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        job_id = post.end_job()
        for _ in range(5):
            assert len(post.lease()) == 1
            post.advance(s=31)
        assert post.lease() == []
        delivery = post.of(job_id, endpoint)
        assert (delivery.status, delivery.reason) == (FAILED, "worker_lost")

    def test_four_at_once_to_one_endpoint_and_no_more_than_asked(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint("http://127.0.0.1:1/")
        post.endpoint("http://127.0.0.1:2/")
        for _ in range(6):
            post.end_job()
        first = post.lease(5)
        assert len(first) == 5
        rest = post.lease(100)
        assert sorted(
            [lease.endpoint for lease in first + rest].count(name) for name in {x.endpoint for x in first}
        ) in (
            [4, 4],
            [4],
        )
        assert len(first + rest) == 8
        assert post.lease(100) == []
        for lease in first + rest:
            post.courier.deliver(lease)
        assert len(post.lease(100)) == 4

    def test_one_at_a_time_while_it_fails(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint()
        receiver.says = Failure.TIMEOUT
        for _ in range(6):
            post.end_job()
        for lease in post.lease(4):
            post.courier.deliver(lease)
        assert len(post.lease(100)) == 1


class TestBreaker:
    def fail(self, post: Post, times: int) -> None:
        for _ in range(times):
            (lease,) = post.lease(1)
            post.courier.deliver(lease)

    def test_opens_after_ten_in_a_row_and_probes_ever_more_rarely(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 500
        for _ in range(30):
            post.end_job()
        self.fail(post, 10)
        assert post.lease() == []
        # What is held burns no attempt.
        assert len([delivery for delivery in post.all() if delivery.attempts == 0]) == 20
        held = post.endpoints.health(TENANT, endpoint.id).held_until
        assert held == pytest.approx(post.deliveries.now_ms() + 30_000, abs=2000)
        for closed_s in (30, 60, 120, 240, 480, 900, 900):
            post.advance(s=closed_s - 3)
            assert post.lease() == []
            post.advance(s=4)
            (probe,) = post.lease()
            assert post.lease() == []
            post.courier.deliver(probe)

    def test_a_probe_that_succeeds_closes_it(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint()
        receiver.says = 500
        for _ in range(15):
            post.end_job()
        self.fail(post, 10)
        receiver.says = 200
        post.advance(s=31)
        (probe,) = post.lease()
        post.courier.deliver(probe)
        assert len(post.lease()) == 4

    def test_opens_when_most_of_five_minutes_fail(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        for status in (200, 200, 500, 500, 500, 200, 500, 500, 500, 500):
            post.end_job()
            receiver.says = status
            self.fail(post, 1)
        assert post.endpoints.health(TENANT, endpoint.id).consecutive_failures == 4
        assert post.endpoints.health(TENANT, endpoint.id).held_until is not None

    def test_old_failures_do_not_count(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        for status in (500, 500, 500, 500, 500, 500, 200, 200, 200, 500):
            if status == 200:
                post.advance(s=200)
            post.end_job()
            receiver.says = status
            (lease,) = [lease for lease in post.lease(100) if lease.step == 0][:1]
            post.courier.deliver(lease)
        assert post.endpoints.health(TENANT, endpoint.id).held_until is None

    def test_a_dead_endpoint_holds_up_nobody(self, post: Post, receiver: ReceiverStub) -> None:
        dead, well = post.endpoint("http://127.0.0.1:1/"), post.endpoint("http://127.0.0.1:2/")
        receiver.by_url = {dead.url: Failure.TIMEOUT}
        ids = [post.end_job() for _ in range(20)]
        post.turn()
        assert all(post.of(job_id, well).status is SUCCEEDED for job_id in ids)
        assert len([sent for sent in receiver.sent if sent.url == dead.url]) == 10

    def test_held_ones_are_seen_as_late(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint()
        receiver.says = 500
        for _ in range(12):
            post.end_job()
        self.fail(post, 10)
        post.advance(s=25)
        assert post.lease() == []
        assert post.deliveries.stats()["oldest_due_ms"] >= 25_000


class TestDisabling:
    def test_410_at_once_and_the_others_hear_of_it(self, post: Post, receiver: ReceiverStub) -> None:
        gone, well = (
            post.endpoint("http://127.0.0.1:1/"),
            post.endpoint("http://127.0.0.1:2/", events=("endpoint.disabled",)),
        )
        receiver.by_url = {gone.url: 410}
        job_id, other = post.end_job(), post.end_job()
        post.turn()
        assert [sent.url for sent in receiver.sent].count(gone.url) == 1
        endpoint = post.endpoints.get(TENANT, gone.id)
        assert (endpoint.enabled, endpoint.disabled_reason) == (False, DisabledReason.GONE)
        assert sorted([post.of(job_id, gone).status, post.of(other, gone).status]) == [DROPPED, FAILED]
        (said,) = [sent for sent in receiver.sent if sent.url == well.url]
        assert said.event["data"] == {"endpoint_id": gone.id, "reason": "gone"}

    def test_nothing_is_made_nor_sent_until_it_is_enabled_again(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 410
        post.end_job()
        post.turn()
        receiver.says = 200
        post.end_job()
        assert post.turn() == []
        enable(post, endpoint)
        post.end_job()
        assert len(post.turn()) == 1

    def test_after_five_days_of_failures_with_notices(
        self, post: Post, receiver: ReceiverStub, caplog: pytest.LogCaptureFixture
    ) -> None:
        endpoint = post.endpoint()
        well = post.endpoint("http://127.0.0.1:2/", events=("endpoint.disabled",))
        receiver.by_url = {endpoint.url: 500}
        days = 0.0
        while post.endpoints.get(TENANT, endpoint.id).enabled:
            assert days < 6
            post.end_job()
            for lease in post.lease():
                post.courier.deliver(lease)
            post.advance(h=6)
            days += 0.25
        assert 5 <= days <= 5.5
        assert post.endpoints.get(TENANT, endpoint.id).disabled_reason is DisabledReason.FAILING
        logged = [record.message for record in caplog.records if record.levelname == "ERROR"]
        assert [line.split(" ")[2:5] for line in logged] == [
            ["fails", "since", "24h:"],
            ["fails", "since", "72h:"],
            ["disabled:", f"endpoint={endpoint.id}", "reason=500"],
        ]
        post.turn()
        assert [sent.event["type"] for sent in receiver.sent if sent.url == well.url] == ["endpoint.disabled"]
        assert all(delivery.status is not PENDING for delivery in post.all())

    def test_any_success_resets(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        for day in range(8):
            receiver.says = 200 if day == 4 else 500
            post.end_job()
            post.turn()
            post.advance(h=24)
        assert post.endpoints.get(TENANT, endpoint.id).enabled

    def test_by_its_owner_nothing_at_all_is_sent(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        job_id = post.end_job()
        disable(post, endpoint)
        post.turn()
        delivery = post.of(job_id, endpoint)
        assert (delivery.status, delivery.reason, receiver.sent) == (DROPPED, "endpoint_disabled", [])
        with pytest.raises(EndpointDisabled):
            post.deliveries.replay(TENANT, delivery.id)
        with pytest.raises(EndpointDisabled):
            post.deliveries.ping(TENANT, endpoint.id)

    def test_between_lease_and_send(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        job_id = post.end_job()
        (lease,) = post.lease()
        disable(post, endpoint)
        post.courier.deliver(lease)
        assert (receiver.sent, post.of(job_id, endpoint).status) == ([], DROPPED)

    def test_during_the_attempt_what_is_left_is_dropped(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says, receiver.on_send = 500, lambda sent: disable(post, endpoint)
        job_id = post.end_job()
        post.turn()
        assert (len(receiver.sent), post.of(job_id, endpoint).status) == (1, DROPPED)

    def test_deleted_mid_retry_nothing_more_is_sent(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 500
        ids = [post.end_job() for _ in range(3)]
        post.turn()
        sent = len(receiver.sent)
        post.endpoints.delete(TENANT, endpoint.id)
        post.turn()
        for _ in range(20):
            post.advance(h=24)
            post.turn()
        assert len(receiver.sent) == sent
        assert {(post.of(job_id, endpoint).status, post.of(job_id, endpoint).reason) for job_id in ids} == {
            (DROPPED, "endpoint_deleted")
        }
        assert post.wait() is None

    def test_a_one_off_url_that_said_410_is_left_alone_for_a_day(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoints.rotate_once(TENANT, grace_s=0)
        receiver.says = 410
        for _ in range(3):
            post.end_job(webhook={"url": "http://127.0.0.1:7/once"})
        post.turn()
        assert len(receiver.sent) == 1
        assert sorted(delivery.status for delivery in post.all()) == [DROPPED, DROPPED, FAILED]


class TestErasure:
    def test_a_deleted_job_is_never_delivered(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        job_id = post.end_job()
        post.jobs.delete(TENANT, job_id)
        assert (post.turn(), receiver.sent) == ([], [])
        delivery = post.of(job_id, endpoint)
        assert (delivery.status, delivery.reason) == (DROPPED, "job_gone")
        with pytest.raises(Gone):
            post.deliveries.replay(TENANT, delivery.id)

    def test_what_receivers_said_of_it_is_forgotten(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says, receiver.body = 500, "Sie schrieben: Das Essen war gut."
        job_id = post.end_job()
        post.turn()
        post.jobs.delete(TENANT, job_id)
        (attempt,) = post.of(job_id, endpoint).log
        assert (attempt.status, attempt.answer) == (500, "")

    def test_deleted_during_the_attempt(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says, receiver.body = 500, "Das Essen war gut."
        job_id = post.end_job()
        receiver.on_send = lambda sent: post.jobs.delete(TENANT, job_id)
        post.turn()
        delivery = post.of(job_id, endpoint)
        assert (delivery.status, delivery.log[0].answer) == (DROPPED, "")


class TestReplay:
    def test_the_same_id_once_more(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        job_id = post.end_job()
        post.turn()
        post.deliveries.replay(TENANT, post.of(job_id, endpoint).id)
        post.deliveries.replay(TENANT, post.of(job_id, endpoint).id)
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
        post.deliveries.replay(TENANT, post.of(job_id, endpoint).id)
        post.turn()
        assert post.of(job_id, endpoint).status is before
        assert post.endpoints.health(TENANT, endpoint.id) == health
        assert post.endpoints.get(TENANT, endpoint.id).enabled

    def test_of_a_waiting_one_does_not_move_its_schedule(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 500
        job_id = post.end_job()
        post.turn()
        planned = post.of(job_id, endpoint).next_at
        post.deliveries.replay(TENANT, post.of(job_id, endpoint).id)
        post.turn()
        delivery = post.of(job_id, endpoint)
        assert (delivery.status, delivery.next_at, delivery.attempts) == (PENDING, planned, 2)

    def test_on_an_endpoint_that_disabled_itself(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 410
        job_id = post.end_job()
        post.turn()
        receiver.says = 200
        post.deliveries.replay(TENANT, post.of(job_id, endpoint).id)
        post.turn()
        assert post.of(job_id, endpoint).status is SUCCEEDED
        assert not post.endpoints.get(TENANT, endpoint.id).enabled

    def test_past_an_open_breaker(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 500
        ids = [post.end_job() for _ in range(12)]
        post.turn()
        receiver.says = 200
        waiting = next(job_id for job_id in ids if post.of(job_id, endpoint).attempts == 0)
        post.deliveries.replay(TENANT, post.of(waiting, endpoint).id)
        post.turn()
        assert post.of(waiting, endpoint).status is SUCCEEDED

    def test_unknown(self, post: Post) -> None:
        with pytest.raises(NotFound):
            post.deliveries.replay(TENANT, "msg_none")

    def test_another_tenants(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        job_id = post.end_job()
        with pytest.raises(NotFound):
            post.deliveries.replay("other", post.of(job_id, endpoint).id)

    def test_a_ping_is_one_attempt_without_blame(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 500
        ping = post.deliveries.ping(TENANT, endpoint.id)
        post.turn()
        assert post.delivery(ping.id).status is FAILED
        assert post.endpoints.health(TENANT, endpoint.id).consecutive_failures == 0
        assert post.wait() is None


class TestRecovery:
    def test_everything_missed_once(self, post: Post, receiver: ReceiverStub) -> None:
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
            post.deliveries.recover(TENANT, endpoint.id, since_ms=0)
        enable(post, endpoint)
        assert post.deliveries.recover(TENANT, endpoint.id, since_ms=0) == 3
        assert post.deliveries.recover(TENANT, endpoint.id, since_ms=0) == 0
        receiver.sent.clear()
        post.turn()
        assert post.deliveries.recover(TENANT, endpoint.id, since_ms=0) == 0
        ids = [sent.id for sent in receiver.sent]
        assert len(ids) == 3
        assert {f"msg_{failed}_{endpoint.id}", f"msg_{untold}_{endpoint.id}"} < set(ids)
        assert f"msg_{delivered}_{endpoint.id}" not in ids

    def test_only_since_then(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 410
        post.end_job()
        post.turn()
        enable(post, endpoint)
        assert post.deliveries.recover(TENANT, endpoint.id, since_ms=post.deliveries.now_ms() + 1000) == 0

    def test_begins_the_schedule_anew(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says = 500
        job_id = post.end_job()
        while post.of(job_id, endpoint).status is PENDING:
            post.turn()
            post.wait()
        assert post.deliveries.recover(TENANT, endpoint.id, since_ms=0) == 1
        post.turn()
        assert (post.of(job_id, endpoint).status, post.of(job_id, endpoint).attempts) == (PENDING, 11)


class TestEndpoints:
    def test_there_is_a_limit(self, post: Post) -> None:
        for _ in range(50):
            post.endpoint()
        with pytest.raises(TooManyEndpoints):
            post.endpoint()

    def test_nobody_overwrites_what_another_changed(self, post: Post) -> None:
        endpoint = post.endpoint()
        tries = []

        def change(old: Endpoint) -> Endpoint:
            tries.append(old.version)
            if len(tries) == 1:
                post.endpoints.change(TENANT, endpoint.id, lambda other: replace(other, description="theirs"))
            return replace(old, include_text=True)

        found = post.endpoints.change(TENANT, endpoint.id, change)
        assert (found.description, found.include_text, len(tries)) == ("theirs", True, 2)

    def test_gives_up_when_others_never_stop(self, post: Post) -> None:
        endpoint = post.endpoint()

        def change(old: Endpoint) -> Endpoint:
            post.redis.hincrby(f"kritiq:default:endpoint:{endpoint.id}", "version", 1)
            return old

        with pytest.raises(Conflict):
            post.endpoints.change(TENANT, endpoint.id, change)

    def test_waiting_deliveries_go_to_the_new_url(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        post.end_job()
        post.endpoints.change(TENANT, endpoint.id, lambda old: replace(old, url="http://127.0.0.1:5/new"))
        post.turn()
        assert [sent.url for sent in receiver.sent] == ["http://127.0.0.1:5/new"]

    def test_secrets_are_encrypted_at_rest(self, post: Post) -> None:
        endpoint, secret = post.endpoint_and_secret("http://127.0.0.1:5/")
        everything = b"".join(
            b"".join([*raw.keys(), *raw.values()])
            for raw in [post.redis.hgetall(f"kritiq:default:endpoint:{endpoint.id}")]
        )
        assert secret.reveal().removeprefix("whsec_").encode() not in everything

    def test_a_secret_that_cannot_be_opened_blames_no_endpoint(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        post.redis.hset(f"kritiq:default:endpoint:{endpoint.id}", "secrets", '[{"sealed": "rubbish"}]')
        job_id = post.end_job()
        post.turn()
        delivery = post.of(job_id, endpoint)
        assert (delivery.status, delivery.reason, receiver.sent) == (PENDING, "internal_error", [])
        assert post.endpoints.health(TENANT, endpoint.id).consecutive_failures == 0


class TestListing:
    def test_pages_join_without_gap_or_repeat(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint()
        ids = {f"msg_{post.end_job()}" for _ in range(25)}
        found, place = [], None
        while True:
            page = post.listing.page(TENANT, size=4, before=place)
            found += [delivery.id.rpartition("_ep_")[0] for delivery in page.deliveries]
            if page.next is None:
                break
            place = page.next
        assert len(found) == 25
        assert set(found) == ids

    def test_filters(self, post: Post, receiver: ReceiverStub) -> None:
        one, two = post.endpoint("http://127.0.0.1:1/"), post.endpoint("http://127.0.0.1:2/")
        receiver.by_url = {two.url: 500}
        first, _ = post.end_job(), post.end_job()
        post.turn()
        assert len(post.listing.page(TENANT, size=9, endpoint=one.id).deliveries) == 2
        assert len(post.listing.page(TENANT, size=9, subject=first).deliveries) == 2
        assert len(post.listing.page(TENANT, size=9, status=PENDING).deliveries) == 2
        assert len(post.listing.page(TENANT, size=9, subject=first, endpoint=two.id, status=PENDING).deliveries) == 1
        assert post.listing.page("other", size=9).deliveries == []


def test_jobs_that_never_ended_say_nothing(post: Post) -> None:
    post.endpoint()
    create(post.jobs)
    assert post.all() == []


def test_a_batch_says_so_once_when_its_last_chunk_has_ended(post: Post, receiver: ReceiverStub) -> None:
    post.endpoint()
    batches = BatchStore(post.redis)
    lines = [Line(number=number, custom_id=None, text="Gut. " * 20) for number in (1, 2)]
    batch = batches.create(Batch(id="batch_a"), lines, Options(), target=20)
    for held in claim(post.jobs):
        assert post.turn() == []
        post.jobs.complete([replace(succeeded(held), good=1)])
    post.turn()
    assert [(sent.event["type"], sent.event["data"]["batch_id"]) for sent in receiver.sent] == [
        ("batch.completed", batch.id)
    ]
    assert receiver.sent[0].event["data"]["counts"]["succeeded"] == 2
