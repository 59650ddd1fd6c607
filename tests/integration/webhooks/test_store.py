"""Deliveries on a real Redis: made with the job's end, leased, tried again, listed, and forgotten with their job.

The receiver is a stub and time is the test's; the network has its own tests.
"""

from dataclasses import replace

import pytest

from jobs.batch import Batch
from jobs.errors import Gone
from jobs.job import Status
from jobs.line import Line, decode_chunk, encode_results, success_line
from jobs.request import JobRequest
from jobs.store import Claim, Outcome
from store.batches import BatchStore
from tests.support.factories import claim, create, failed, succeeded
from tests.support.post import RESULT, TENANT, Post
from tests.support.receiver_stub import ReceiverStub, Sent
from webhooks.delivery import DeliveryStatus
from webhooks.event import DEFAULT_EVENTS
from webhooks.schedule import STEPS_S
from worker.delivery.response import Failure

PENDING, SENDING, SUCCEEDED = DeliveryStatus.PENDING, DeliveryStatus.SENDING, DeliveryStatus.SUCCEEDED
FAILED, DROPPED = DeliveryStatus.FAILED, DeliveryStatus.DROPPED


class TestMaking:
    def test_a_delivery_is_made_with_the_end_of_its_job(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint(events=("job.succeeded", "job.failed", "job.canceled"))
        ids = [post.end_job(status) for status in (Status.SUCCEEDED, Status.FAILED, Status.CANCELED)]
        assert [post.of(job_id, endpoint).type for job_id in ids] == ["job.succeeded", "job.failed", "job.canceled"]
        post.turn()
        # In no promised order: what ends within one millisecond is due at once.
        assert {sent.event["data"]["status"] for sent in receiver.sent} == {"succeeded", "failed", "canceled"}

    def test_deliveries_are_made_only_for_events_that_were_asked_for(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint(events=("job.failed",))
        post.end_job()
        assert post.all() == []

    def test_each_endpoint_gets_a_delivery_of_its_own(self, post: Post, receiver: ReceiverStub) -> None:
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
        types = [sent.event["type"] for sent in receiver.sent]
        assert types == ["job.succeeded", "job.deleted", "job.succeeded"]
        assert len({sent.id for sent in receiver.sent}) == 3

    def test_ids_have_no_dots(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint()
        post.end_job(id="batch.1")
        post.turn()
        assert "." not in receiver.sent[0].id

    def test_a_one_off_webhook_is_a_delivery_without_an_endpoint(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoints.rotate_once(TENANT, grace_s=0)
        post.end_job(webhook="http://127.0.0.1:7/once")
        post.turn()
        assert [sent.url for sent in receiver.sent] == ["http://127.0.0.1:7/once"]
        assert [delivery.status for delivery in post.all()] == [SUCCEEDED]


class TestSchedule:
    def test_after_ten_attempts_a_delivery_has_failed(self, post: Post, receiver: ReceiverStub) -> None:
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
            # What is left of it after as much as half a minute on a busy machine.
            assert planned * 0.79 - 30 <= waited <= planned * 1.21
        delivery = post.of(job_id, endpoint)
        assert (delivery.status, delivery.reason, delivery.attempts) == (FAILED, "500", 10)
        assert [attempt.status for attempt in delivery.log] == [500] * 10
        assert delivery.log[-1].next_attempt_at is None
        assert delivery.log[0].next_attempt_at is not None
        assert 3_950 <= delivery.log[0].next_attempt_at - delivery.created_at <= 36_050

    def test_a_receiver_that_was_down_gets_it_once_it_is_up(self, post: Post, receiver: ReceiverStub) -> None:
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
        waited = post.wait()
        assert waited is not None
        assert waits_s - 30 < waited <= waits_s

    def test_each_attempt_has_a_fresh_signature_and_timestamp(self, post: Post, receiver: ReceiverStub) -> None:
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
        assert post.deliverer.deliver(lost) is None
        assert post.of(job_id, endpoint).status is SENDING
        receiver.says = 200
        post.deliverer.deliver(again)
        assert post.deliverer.deliver(lost) is None
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

    def test_workers_that_were_lost_between_attempts_do_not_add_up(self, post: Post, receiver: ReceiverStub) -> None:
        """As in deployments of days."""
        endpoint = post.endpoint()
        receiver.says = 500
        job_id = post.end_job()
        for _ in range(3):
            for _ in range(4):
                assert len(post.lease()) == 1
                post.advance(s=31)
            post.turn()
            post.wait()
        assert post.of(job_id, endpoint).status is PENDING
        receiver.says = 204
        post.turn()
        assert post.of(job_id, endpoint).status is SUCCEEDED

    def test_one_endpoint_gets_four_at_once_and_no_more_than_were_asked_for(
        self, post: Post, receiver: ReceiverStub
    ) -> None:
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
            post.deliverer.deliver(lease)
        assert len(post.lease(100)) == 4

    def test_an_endpoint_that_fails_gets_one_at_a_time(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint()
        receiver.says = Failure.TIMEOUT
        for _ in range(6):
            post.end_job()
        for lease in post.lease(4):
            post.deliverer.deliver(lease)
        assert len(post.lease(100)) == 1


class TestErasure:
    def test_a_deleted_job_is_never_delivered(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        job_id = post.end_job()
        post.jobs.delete(TENANT, job_id)
        post.turn()
        # That it was deleted is told, and its end is not.
        assert [sent.event["type"] for sent in receiver.sent] == ["job.deleted"]
        delivery = post.of(job_id, endpoint)
        assert (delivery.status, delivery.reason) == (DROPPED, "job_gone")
        with pytest.raises(Gone):
            post.log.replay(TENANT, delivery.id)

    def test_what_receivers_said_of_it_is_forgotten(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        receiver.says, receiver.body = 500, "Sie schrieben: Das Essen war gut."
        job_id = post.end_job()
        post.turn()
        post.jobs.delete(TENANT, job_id)
        (attempt,) = post.of(job_id, endpoint).log
        assert (attempt.status, attempt.answer) == (500, "")

    def test_of_a_job_deleted_during_the_attempt_nothing_is_kept_or_sent_again(
        self, post: Post, receiver: ReceiverStub
    ) -> None:
        endpoint = post.endpoint()
        receiver.says, receiver.body = 500, "Das Essen war gut."
        job_id = post.end_job()

        def delete_during_its_attempt(sent: Sent) -> None:
            if sent.event["type"] == "job.succeeded":
                post.jobs.delete(TENANT, job_id)

        receiver.on_send = delete_during_its_attempt
        post.turn()
        delivery = post.of(job_id, endpoint)
        assert (delivery.status, delivery.log[0].answer) == (DROPPED, "")
        while post.wait() is not None:
            post.turn()
        types = [sent.event["type"] for sent in receiver.sent]
        assert types.count("job.succeeded") == 1
        assert set(types) == {"job.succeeded", "job.deleted"}


class TestListing:
    def test_pages_join_without_gap_or_repeat(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint()
        ids = {f"msg_{post.end_job()}" for _ in range(25)}
        found, place = [], None
        while True:
            page = post.log.page(TENANT, size=4, before=place)
            found += [delivery.id.rpartition("_ep_")[0] for delivery in page.deliveries]
            if page.next is None:
                break
            place = page.next
        assert len(found) == 25
        assert set(found) == ids

    def test_a_listing_fits_all_its_filters(self, post: Post, receiver: ReceiverStub) -> None:
        one, two = post.endpoint("http://127.0.0.1:1/"), post.endpoint("http://127.0.0.1:2/")
        receiver.by_url = {two.options.url: 500}
        first, _ = post.end_job(), post.end_job()
        post.turn()
        assert len(post.log.page(TENANT, size=9, endpoint=one.id).deliveries) == 2
        assert len(post.log.page(TENANT, size=9, subject=first).deliveries) == 2
        assert len(post.log.page(TENANT, size=9, status=PENDING).deliveries) == 2
        assert len(post.log.page(TENANT, size=9, subject=first, endpoint=two.id, status=PENDING).deliveries) == 1
        assert post.log.page("other", size=9).deliveries == []


def test_jobs_that_never_ended_say_nothing(post: Post) -> None:
    post.endpoint()
    create(post.jobs)
    assert post.all() == []


@pytest.mark.parametrize(("lines", "told"), [(1, [1, 2, 3, 4]), (2, [2, 4]), (3, [3]), (10, [])])
def test_an_endpoint_that_wants_it_hears_how_far_a_batch_is(
    post: Post, receiver: ReceiverStub, lines: int, told: list[int]
) -> None:
    post.endpoint(events=("batch.progress", "batch.completed"), progress_lines=lines)
    post.endpoint("http://127.0.0.1:2/", events=DEFAULT_EVENTS)
    reviews = [Line(number=number, text="Gut. " * 20) for number in range(1, 6)]
    BatchStore(post.redis).create(Batch(id="batch_a"), reviews, target=20)
    for held in claim(post.jobs):
        post.jobs.complete([replace(succeeded(held), good=1)])
        post.turn()
    progress = [sent.event["data"] for sent in receiver.sent if sent.event["type"] == "batch.progress"]
    assert [data["counts"]["succeeded"] for data in progress] == told
    assert {(data["status"], data["finished_at"]) for data in progress} <= {("running", None)}
    assert [sent.event["type"] for sent in receiver.sent].count("batch.completed") == 2
    assert len({sent.id for sent in receiver.sent}) == len(receiver.sent)


def test_progress_that_was_not_sent_yet_is_told_once(post: Post, receiver: ReceiverStub) -> None:
    post.endpoint(events=("batch.progress",), progress_lines=1)
    reviews = [Line(number=number, text="Gut. " * 20) for number in range(1, 6)]
    BatchStore(post.redis).create(Batch(id="batch_a"), reviews, target=20)
    held = claim(post.jobs)
    post.jobs.complete([replace(succeeded(chunk), good=1) for chunk in held[:3]])
    post.turn()
    post.jobs.complete([replace(succeeded(chunk), good=1) for chunk in held[3:]])
    post.turn()
    assert [sent.event["data"]["counts"]["waiting"] for sent in receiver.sent] == [2, 0]


class TestLines:
    """`batch.lines`: what became of lines, by choice of the endpoint."""

    @pytest.mark.parametrize(("most", "told"), [(1, [[1], [2], [3], [4], [5]]), (2, [[1, 2], [3], [4, 5]])])
    def test_an_endpoint_that_wants_it_hears_of_every_line(
        self, post: Post, receiver: ReceiverStub, most: int, told: list[list[int]]
    ) -> None:
        post.endpoint(events=("batch.lines", "batch.completed"), lines_per_event=most)
        post.endpoint("http://127.0.0.1:2/", events=DEFAULT_EVENTS)
        end_lines(post)
        post.turn()
        events = [sent.event for sent in receiver.sent if sent.event["type"] == "batch.lines"]
        lines = [[line["line"] for line in event["data"]["lines"]] for event in events]
        assert sorted(lines) == told
        assert {line["custom_id"] for event in events for line in event["data"]["lines"]} == set("12345")
        assert {line["status"] for event in events for line in event["data"]["lines"]} == {"succeeded"}
        assert [event["data"]["results_url"][-1] for event in events] == [str(first - 1) for first, *_ in lines]
        assert len({sent.id for sent in receiver.sent}) == len(receiver.sent)

    def test_of_a_chunk_one_waits_for_its_first_attempt(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint(events=("batch.lines",), lines_per_event=1)
        end_lines(post)
        assert len(post.all()) == 2
        post.deliverer.deliver(post.lease(1)[0])
        assert len(post.all()) == 3

    def test_a_receiver_that_fails_hears_of_the_other_lines_all_the_same(
        self, post: Post, receiver: ReceiverStub
    ) -> None:
        post.endpoint(events=("batch.lines",), lines_per_event=1)
        receiver.on_send = lambda sent: setattr(receiver, "says", 500 if len(receiver.sent) == 1 else 204)
        end_lines(post)
        post.turn()
        waiting = [delivery for delivery in post.all() if delivery.status is PENDING]
        assert len(waiting) == 1
        post.wait()
        post.turn()
        assert {delivery.status for delivery in post.all()} == {SUCCEEDED}
        assert {delivery.attempts for delivery in post.all()} == {1, 2}
        assert len(receiver.sent) == 6

    def test_a_replay_tells_the_same_lines_under_the_same_id(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint(events=("batch.lines",), lines_per_event=1)
        end_lines(post)
        post.turn()
        made = len(post.all())
        post.log.replay(TENANT, receiver.sent[0].id)
        post.turn()
        assert (receiver.sent[-1].id, receiver.sent[-1].event) == (receiver.sent[0].id, receiver.sent[0].event)
        assert len(post.all()) == made

    def test_what_failed_says_why(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint(events=("batch.lines",))
        BatchStore(post.redis).create(Batch(id="batch_a"), [Line(number=1, text="Gut.")], target=20)
        post.jobs.complete([failed(held) for held in claim(post.jobs)])
        post.turn()
        (line,) = receiver.sent[0].event["data"]["lines"]
        assert (line["status"], line["result"], line["error"]["code"]) == ("failed", None, "prediction_failed")

    def test_what_was_called_off_is_told_by_its_end_alone(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint(events=("batch.lines", "batch.completed"), lines_per_event=1)
        batches = BatchStore(post.redis)
        batches.create(Batch(id="batch_a"), [Line(number=1, text="Gut.")], target=20)
        batches.cancel(TENANT, "batch_a")
        post.turn()
        assert [sent.event["type"] for sent in receiver.sent] == ["batch.completed"]

    def test_nothing_is_told_of_a_batch_that_was_deleted_meanwhile(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint(events=("batch.lines",), lines_per_event=1)
        end_lines(post)
        BatchStore(post.redis).delete(TENANT, "batch_a")
        post.turn()
        assert receiver.sent == []
        assert {delivery.reason for delivery in post.all()} == {"job_gone"}

    def test_an_endpoint_for_one_restaurant_hears_no_line_of_another(self, post: Post, receiver: ReceiverStub) -> None:
        post.endpoint(events=("batch.lines",), restaurants=("krone",))
        lines = [Line(number=1, text="Gut."), Line(number=2, text="Gut.", restaurant="adler")]
        BatchStore(post.redis).create(Batch(id="batch_a", request=JobRequest(restaurant="krone")), lines, target=20)
        post.jobs.complete([judged(held) for held in claim(post.jobs)])
        assert post.all() == []


def end_lines(post: Post) -> None:
    """Batch `batch_a` of five reviews in two chunks, of three and two lines, that has ended."""
    reviews = [Line(number=number, custom_id=str(number), text="Gut. " * 20) for number in range(1, 6)]
    BatchStore(post.redis).create(Batch(id="batch_a"), reviews, target=60)
    post.jobs.complete([judged(held) for held in claim(post.jobs)])


def judged(held: Claim) -> Outcome:
    """All lines of a chunk with a result."""
    lines = decode_chunk(held.text)
    rows = [success_line(line, held.request, RESULT) for line in lines]
    return replace(succeeded(held, encode_results(rows)), good=len(lines))


def test_a_batch_says_so_once_when_its_last_chunk_has_ended(post: Post, receiver: ReceiverStub) -> None:
    post.endpoint()
    batches = BatchStore(post.redis)
    lines = [Line(number=number, custom_id=None, text="Gut. " * 20) for number in (1, 2)]
    batch = batches.create(Batch(id="batch_a"), lines, target=20)
    for held in claim(post.jobs):
        assert post.turn() == []
        post.jobs.complete([replace(succeeded(held), good=1)])
    post.turn()
    assert [(sent.event["type"], sent.event["data"]["batch_id"]) for sent in receiver.sent] == [
        ("batch.completed", batch.id)
    ]
    assert receiver.sent[0].event["data"]["counts"]["succeeded"] == 2
