"""What people said is deleted with the review that it is about, and erased with whoever said it."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import redis
from sqlalchemy import Engine

from archive.changes import Erase
from archive.sink import Sink
from archive.tables import feedback, reviews
from jobs.errors import NotFound
from jobs.line import Line
from store.batches import BatchStore
from store.erasure import Eraser
from store.key import author_digest
from store.whose import Whose
from tests.support.worlds import RedisWorld
from tests.unit.archive.conftest import Archive
from tests.unit.archive.endings import end_batch
from tests.unit.archive.generated import feedback_on, make_reviews, put, tell
from tests.unit.archive.saying import forget, judged, judged_line, kept_feedback, say


def test_it_goes_with_its_review(redis_client: redis.Redis, engine: Engine) -> None:
    archive = Archive(redis_client, engine)
    archive.outbox.switch_on(100)
    world = RedisWorld(redis_client)
    deleted, own_time = judged(redis_client), judged(redis_client, ttl_s=3600, ttl_ms=3_600_000)
    end_batch(redis_client, "batch_1", [Line(number=1, text="Gut.")])
    for about in (deleted, own_time, judged_line(redis_client, 1)):
        say(redis_client, about, "negative")
    archive.catch_up()
    assert len(kept_feedback(archive)) == 3
    world.advance(5 * 86_400_000)
    world.store.reconcile()
    with suppress(NotFound):
        world.store.delete("default", deleted.id)
    with suppress(NotFound):
        BatchStore(redis_client).delete("default", "batch_1")
    archive.catch_up()
    assert kept_feedback(archive) == [(own_time.id, 0, 0, "food", "negative")]
    archive.sink.forget(datetime.now(UTC) + timedelta(hours=2))
    assert kept_feedback(archive) == []


@pytest.mark.parametrize("whose", [{"external_author": "anna"}, {"restaurant": "adler"}, {}])
def test_an_erasure_takes_it_with_the_reviews(
    redis_client: redis.Redis, archive: Archive, whose: dict[str, str]
) -> None:
    theirs = judged(redis_client, restaurant="adler", external_author="anna")
    others = judged(redis_client, restaurant="krone", external_author="bert")
    elsewhere = judged(redis_client, tenant="acme", restaurant="adler", external_author="anna")
    for job in (theirs, others, elsewhere):
        say(redis_client, job, "negative")
    archive.catch_up()
    for job in (theirs, others, elsewhere):
        forget(redis_client, job.tenant, job.id)
    Eraser(redis_client).erase(Whose(tenant="default", **whose))
    archive.catch_up()
    left = {name for name, *_ in kept_feedback(archive)}
    assert left == ({others.id, elsewhere.id} if whose else {elsewhere.id})


def test_who_said_something_is_erased_with_it_where_redis_has_forgotten_it(
    redis_client: redis.Redis, archive: Archive
) -> None:
    job = judged(redis_client, external_author="bert")
    say(redis_client, job, "negative", by="anna")
    say(redis_client, job, "negative", aspect="price", by="carl")
    archive.catch_up()
    forget(redis_client, "default", job.id)
    archive.outbox.erase(Whose(tenant="acme", external_author="anna"))
    archive.catch_up()
    assert len(kept_feedback(archive)) == 2
    archive.outbox.erase(Whose(tenant="default", external_author="anna"))
    archive.catch_up()
    assert kept_feedback(archive) == [(job.id, 0, 0, "price", "negative")]
    assert archive.ids() == [(job.id, 0)]


def test_what_a_person_said_is_found_by_an_index(engine: Engine) -> None:
    made = make_reviews(40)
    put(Sink(engine), made)
    tell(Sink(engine), feedback_on(made))
    with engine.begin() as connection:
        steps = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN DELETE FROM feedback WHERE tenant = ? AND said_by_digest IN (?, ?)", ("a", "b", "c")
        ).all()
    assert "feedback_by_person" in steps[0][-1]
    place = Sink(engine).place()
    erased = Erase(tenant="default", author_digest=author_digest("anna"))
    Sink(engine).apply([erased], after=place, to=place)
    with engine.begin() as connection:
        left = connection.execute(feedback.select()).mappings().all()
        there = {(row.job_id, row.line) for row in connection.execute(reviews.select())}
    assert {row["said_by"] for row in left} == {"bert", None}
    assert {(row["job_id"], row["line"]) for row in left} <= there
