"""The health of an endpoint on a real Redis: its breaker, and how it is disabled.

The receiver is a stub and time is the test's; the network has its own tests.
"""

import pytest

from jobs.errors import EndpointDisabled
from telemetry.logs import fields_of
from tests.support.post import TENANT, Post, disable, enable
from tests.support.receiver_stub import ReceiverStub
from webhooks.delivery import DeliveryStatus
from webhooks.endpoint import DisabledReason, Endpoint
from worker.delivery.response import Failure

PENDING, SENDING, SUCCEEDED = DeliveryStatus.PENDING, DeliveryStatus.SENDING, DeliveryStatus.SUCCEEDED
FAILED, DROPPED = DeliveryStatus.FAILED, DeliveryStatus.DROPPED


class TestBreaker:
    def fail(self, post: Post, times: int) -> None:
        for _ in range(times):
            (lease,) = post.lease(1)
            post.deliverer.deliver(lease)

    def opened(self, post: Post, receiver: ReceiverStub, *, jobs: int) -> Endpoint:
        """An endpoint that has failed ten times, and `jobs` of which those ten were the first."""
        endpoint = post.endpoint()
        receiver.says = 500
        for _ in range(jobs):
            post.end_job()
        self.fail(post, 10)
        return endpoint

    def test_the_breaker_opens_after_ten_failures_in_a_row_and_probes_ever_more_rarely(
        self, post: Post, receiver: ReceiverStub
    ) -> None:
        endpoint = self.opened(post, receiver, jobs=30)
        assert post.lease() == []
        # What is held burns no attempt.
        assert len([delivery for delivery in post.all() if delivery.attempts == 0]) == 20
        held = post.endpoints.health(TENANT, endpoint.id).held_until
        assert held is not None
        assert 0 < held - post.deliveries.now_ms() <= 30_000
        for closed_s in (30, 60, 120, 240, 480, 900, 900):
            post.advance(s=closed_s - 20)
            assert post.lease() == []
            post.advance(s=21)
            (probe,) = post.lease()
            assert post.lease() == []
            post.deliverer.deliver(probe)

    def test_a_probe_that_succeeds_closes_the_breaker(self, post: Post, receiver: ReceiverStub) -> None:
        self.opened(post, receiver, jobs=15)
        receiver.says = 200
        post.advance(s=31)
        (probe,) = post.lease()
        post.deliverer.deliver(probe)
        assert len(post.lease()) == 4

    def test_the_breaker_opens_when_most_of_five_minutes_fail(self, post: Post, receiver: ReceiverStub) -> None:
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
            post.deliverer.deliver(lease)
        assert post.endpoints.health(TENANT, endpoint.id).held_until is None

    def test_a_dead_endpoint_holds_up_nobody(self, post: Post, receiver: ReceiverStub) -> None:
        dead, well = post.endpoint("http://127.0.0.1:1/"), post.endpoint("http://127.0.0.1:2/")
        receiver.by_url = {dead.options.url: Failure.TIMEOUT}
        ids = [post.end_job() for _ in range(20)]
        post.turn()
        assert all(post.of(job_id, well).status is SUCCEEDED for job_id in ids)
        assert len([sent for sent in receiver.sent if sent.url == dead.options.url]) == 10

    def test_what_an_open_breaker_holds_is_seen_as_late(self, post: Post, receiver: ReceiverStub) -> None:
        self.opened(post, receiver, jobs=12)
        post.advance(s=25)
        assert post.lease() == []
        assert post.log.stats()["oldest_due_ms"] >= 25_000


class TestDisabling:
    def test_410_disables_at_once_and_the_other_endpoints_hear_of_it(self, post: Post, receiver: ReceiverStub) -> None:
        gone, well = (
            post.endpoint("http://127.0.0.1:1/"),
            post.endpoint("http://127.0.0.1:2/", events=("endpoint.disabled",)),
        )
        receiver.by_url = {gone.options.url: 410}
        job_id, other = post.end_job(), post.end_job()
        post.turn()
        assert [sent.url for sent in receiver.sent].count(gone.options.url) == 1
        endpoint = post.endpoints.get(TENANT, gone.id)
        assert (endpoint.enabled, endpoint.disabled_reason) == (False, DisabledReason.GONE)
        assert sorted([post.of(job_id, gone).status, post.of(other, gone).status]) == [DROPPED, FAILED]
        (notice,) = [sent for sent in receiver.sent if sent.url == well.options.url]
        assert notice.event["data"] == {"endpoint_id": gone.id, "reason": "gone"}

    def test_for_a_disabled_endpoint_nothing_is_made_nor_sent_until_it_is_enabled_again(
        self, post: Post, receiver: ReceiverStub
    ) -> None:
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

    def test_five_days_of_failures_disable_after_notices(
        self, post: Post, receiver: ReceiverStub, caplog: pytest.LogCaptureFixture
    ) -> None:
        endpoint = post.endpoint()
        well = post.endpoint("http://127.0.0.1:2/", events=("endpoint.disabled",))
        receiver.by_url = {endpoint.options.url: 500}
        days = 0.0
        while post.endpoints.get(TENANT, endpoint.id).enabled:
            assert days < 6
            post.end_job()
            for lease in post.lease():
                post.deliverer.deliver(lease)
            post.advance(h=6)
            days += 0.25
        assert 5 <= days <= 5.5
        assert post.endpoints.get(TENANT, endpoint.id).disabled_reason is DisabledReason.FAILING
        logged = [(record.message, fields_of(record)) for record in caplog.records if record.levelname == "ERROR"]
        assert [message for message, _ in logged] == [
            "webhook endpoint has failed for 24h", "webhook endpoint has failed for 72h", "webhook endpoint disabled"
        ]  # fmt: skip
        assert {(fields["endpoint_id"], fields["reason"]) for _, fields in logged} == {(endpoint.id, "500")}
        post.turn()
        assert [sent.event["type"] for sent in receiver.sent if sent.url == well.options.url] == ["endpoint.disabled"]
        assert all(delivery.status is not PENDING for delivery in post.all())

    def test_any_success_begins_the_five_days_anew(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        for day in range(8):
            receiver.says = 200 if day == 4 else 500
            post.end_job()
            post.turn()
            post.advance(h=24)
        assert post.endpoints.get(TENANT, endpoint.id).enabled

    def test_an_endpoint_that_its_owner_disabled_gets_nothing_at_all(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        job_id = post.end_job()
        disable(post, endpoint)
        post.turn()
        delivery = post.of(job_id, endpoint)
        assert (delivery.status, delivery.reason, receiver.sent) == (DROPPED, "endpoint_disabled", [])
        with pytest.raises(EndpointDisabled):
            post.log.replay(TENANT, delivery.id)
        with pytest.raises(EndpointDisabled):
            post.log.ping(TENANT, endpoint.id)

    def test_an_endpoint_disabled_between_lease_and_send_gets_nothing(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        job_id = post.end_job()
        (lease,) = post.lease()
        disable(post, endpoint)
        post.deliverer.deliver(lease)
        assert (receiver.sent, post.of(job_id, endpoint).status) == ([], DROPPED)

    def test_when_it_is_disabled_during_an_attempt_what_is_left_is_dropped(
        self, post: Post, receiver: ReceiverStub
    ) -> None:
        endpoint = post.endpoint()
        receiver.says, receiver.on_send = 500, lambda sent: disable(post, endpoint)
        job_id = post.end_job()
        post.turn()
        assert (len(receiver.sent), post.of(job_id, endpoint).status) == (1, DROPPED)

    def test_to_an_endpoint_deleted_between_attempts_nothing_more_is_sent(
        self, post: Post, receiver: ReceiverStub
    ) -> None:
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
            post.end_job(webhook="http://127.0.0.1:7/once")
        post.turn()
        assert len(receiver.sent) == 1
        assert sorted(delivery.status for delivery in post.all()) == [DROPPED, DROPPED, FAILED]
