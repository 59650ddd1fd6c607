"""Both clients against the real application, over a store in memory and, for batches, a real Redis."""

import itertools
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import redis
from flask.testing import FlaskClient

from kritiq_client import BatchOptions, BatchReview, Conflict, Gone, Invalid, NotFound, NotSucceeded, Overall, Review
from tests.support.factories import work_off
from tests.support.model_store import ModelStore
from tests.unit.client.shells import Both

pytestmark = pytest.mark.parametrize("kind", ["sync", "async"])

RESULT = orjson.dumps(
    {
        "language": "de",
        "overall": {"polarity": "positive", "confidence": 0.97},
        "sentences": [
            {
                "index": 0, "start": 0, "end": 4, "text": "Gut.", "truncated": False,
                "aspects": {"food": {"polarity": "positive", "confidence": 0.97}},
            }
        ],
    }
)  # fmt: skip


@pytest.fixture
def both(kind: str, client: FlaskClient) -> Both:
    """The client over the application over `model_store`."""
    return Both(kind, httpx.WSGITransport(client.application))


def test_a_review_goes_in_and_its_aspects_come_out(both: Both, model_store: ModelStore) -> None:
    review = Review(
        text="Gut.", restaurant="r.1", metadata={"a": ["ü", 1]}, reviewed_at=datetime(2026, 11, 14, tzinfo=UTC),
        priority="high", language="de", ttl_s=60, deadline_s=9.5, include_none=False,
    )  # fmt: skip
    job = both.submit(review)
    assert (job.status, job.restaurant, job.metadata, job.priority) == ("queued", "r.1", {"a": ["ü", 1]}, "high")
    work_off(model_store, RESULT)
    done = both.wait(job)
    assert done.require_result().sentences[0].aspects["food"].polarity == "positive"
    assert done.require_result().overall == Overall(polarity="positive", confidence=0.97)
    assert done == both.get(job.id)
    assert [seen.status for seen in both.events(job)] == ["succeeded"]
    assert [listed.id for listed in both.jobs(status="succeeded", restaurant="r.1")] == [job.id]
    assert [listed.id for listed in both.jobs(model="fake", error="worker_lost")] == []
    assert [listed.id for listed in both.jobs(model="fake/1")] == [job.id]
    summary = both.summary("r.1", first=date(2026, 11, 14), last=date(2026, 11, 14))
    assert (summary.restaurant, summary.first) == ("r.1", date(2026, 11, 14))
    assert both.queue().waiting["high"].jobs == 0


def test_a_review_for_later_is_scheduled(both: Both, model_store: ModelStore) -> None:
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    job = both.submit(Review(text="Gut.", not_before=at))
    assert (job.status, job.ended, job.not_before) == ("scheduled", False, at)
    assert (both.queue().scheduled.jobs, both.queue().celery) == (1, 0)
    assert [listed.id for listed in both.jobs(status="scheduled")] == [job.id]
    with pytest.raises(Invalid, match="offset"):
        both.submit(Review(text="Gut.", not_before=datetime(2026, 11, 14)))


def test_one_key_makes_one_job_and_one_id_too(both: Both) -> None:
    assert both.submit("Gut.", idempotency_key="k").id == both.submit("Gut.", idempotency_key="k").id
    assert both.put("mine", "Gut.").id == both.put("mine", "Gut.").id == "mine"
    with pytest.raises(Invalid) as raised:
        both.put("mine", "Anders.")
    assert raised.value.code == "idempotency-mismatch"


def test_a_list_is_read_over_all_its_pages(both: Both) -> None:
    made = [both.submit(f"Gut {number}.").id for number in range(7)]
    listed = both.jobs(page_size=3)
    # Newest first; of the same millisecond in any order.
    assert sorted(job.id for job in listed) == sorted(made)
    assert [job.created_at for job in listed] == sorted((job.created_at for job in listed), reverse=True)


def test_a_job_can_be_canceled_tried_again_and_deleted(both: Both) -> None:
    job = both.submit("Gut.")
    assert both.cancel(job.id).status == "canceled"
    with pytest.raises(NotSucceeded, match="is canceled"):
        both.get(job.id).require_result()
    again = both.retry(job.id)
    assert (again.retry_of, again.id != job.id) == (job.id, True)
    with pytest.raises(Conflict):
        both.retry(again.id)
    both.delete(job.id)
    with pytest.raises(Gone):
        both.get(job.id)
    with pytest.raises(NotFound):
        both.get("never/was?")


def test_a_bad_review_is_refused_with_the_member_at_fault(both: Both) -> None:
    with pytest.raises(Invalid) as raised:
        both.submit(Review(text="Gut.", restaurant="a b"))
    assert [item.pointer for item in raised.value.errors] == ["#/restaurant"]


def test_half_a_surrogate_is_refused_by_the_service_and_breaks_nothing_here(both: Both) -> None:
    with pytest.raises(Invalid) as raised:
        both.submit("kaputt \ud800")
    assert raised.value.code == "bad-json"


def test_of_too_many_reviews_nothing_is_sent_and_no_more_are_taken_than_tell(both: Both) -> None:
    reviews = (f"Gut, {n} Mal." for n in itertools.count(1))
    with pytest.raises(Invalid) as raised:
        both.submit_batch(reviews)
    assert [item.pointer for item in raised.value.errors] == ["#/reviews"]
    assert next(reviews) == "Gut, 10002 Mal."


@pytest.fixture
def hub(redis_client: redis.Redis) -> Iterator[Any]:
    from api.http.hub import RedisHub

    with closing(RedisHub(redis_client, most=4)) as found:
        yield found


def test_a_batch_is_made_once_read_in_order_canceled_and_deleted(
    kind: str, hub: Any, redis_client: redis.Redis
) -> None:
    from api.app import create_app
    from store.batches import BatchStore
    from store.jobs import RedisStore
    from tests.support.factories import make_settings

    batches = BatchStore(redis_client)
    app = create_app(make_settings(), RedisStore(redis_client), hub, batches)
    both = Both(kind, httpx.WSGITransport(app))
    plain = both.submit_batch(["Gut.", BatchReview(text=" ", custom_id="b")], idempotency_key="k")
    assert plain.id == both.submit_batch(["Gut.", BatchReview(text=" ", custom_id="b")], idempotency_key="k").id
    batch = both.submit_batch(["Gut."], options=BatchOptions(language="de", restaurant="r"))
    assert (batch.counts.total, batch.restaurant) == (1, "r")
    assert both.cancel_batch(plain.id).status == "canceled"
    lines = both.batch_results(plain.id)
    assert [(line.line, line.custom_id, line.result) for line in lines] == [(1, None, None), (2, "b", None)]
    assert [seen.status for seen in both.batch_progress(plain)] == ["canceled"]
    assert list(both.batch_events(plain)) == list(both.batch_progress(plain))
    both.delete_batch(batch.id)
    with pytest.raises(Gone):
        both.get_batch(batch.id)


def test_a_file_is_uploaded_read_back_made_a_batch_of_and_deleted(
    kind: str, hub: Any, redis_client: redis.Redis, tmp_path: Path
) -> None:
    from api.app import create_app
    from store.batches import BatchStore
    from store.files import FileStore
    from store.jobs import RedisStore
    from tests.support.factories import make_settings

    batches = BatchStore(redis_client)
    app = create_app(make_settings(), RedisStore(redis_client), hub, batches, files=FileStore(redis_client))
    both = Both(kind, httpx.WSGITransport(app))
    data = b'{"text": "Gut."}\n' * 50_000
    (tmp_path / "März.jsonl").write_bytes(data)
    of_path = both.upload_file(tmp_path / "März.jsonl", ttl_s=7200)
    of_bytes = both.upload_file(data[:17])
    assert (of_path.filename, of_path.bytes, of_bytes.bytes) == ("März.jsonl", len(data), 17)
    assert {file.id for file in both.files(page_size=1)} == {of_path.id, of_bytes.id}
    assert b"".join(both.file_content(of_path)) == data
    batch = both.submit_batch_file(of_path, options=BatchOptions(restaurant="r"), idempotency_key="k")
    assert (batch.counts.total, batch.restaurant, batch.input_file_id) == (50_000, "r", of_path.id)
    ended = both.cancel_batch(batch.id)
    errors = b"".join(both.file_content(str(ended.error_file_id))).splitlines()
    assert (len(errors), ended.output_file_id) == (50_000, None)
    assert both.retry_batch(batch.id).counts.total == 50_000
    both.delete_file(of_bytes.id)
    for gone in (both.get_file, both.submit_batch_file):
        with pytest.raises(Gone):
            gone(of_bytes.id)
    with pytest.raises(OSError, match="nowhere"):
        both.upload_file(tmp_path / "nowhere")


def test_what_was_used_is_told_by_day(kind: str, hub: Any, redis_client: redis.Redis) -> None:
    from api.app import create_app
    from store.batches import BatchStore
    from store.jobs import RedisStore
    from store.usage import UsageStore
    from tests.support.factories import make_settings

    batches, usage = BatchStore(redis_client), UsageStore(redis_client)
    app = create_app(make_settings(), RedisStore(redis_client), hub, batches, usage=usage)
    both = Both(kind, httpx.WSGITransport(app))
    both.submit(Review(text="Gut.", restaurant="adler"))
    used = both.usage()
    (day,) = used.days
    assert (day.restaurant, day.model, day.requests, day.reviews) == ("adler", None, 1, 0)
    assert f"{day.day:%Y-%m}" == used.month
    assert both.usage("2001-01").days == ()
    with pytest.raises(Invalid):
        both.usage("2026-13")
