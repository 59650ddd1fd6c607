"""What people say of judgements is in the archive, beside the reviews that it has and for as long as these."""

import re
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, bindparam, text
from sqlalchemy.exc import OperationalError

from archive.changes import Erase, Say
from archive.sink import Sink
from archive.tables import OF_REVIEWS, SUMS, feedback, progress, reviews
from jobs.errors import NotFound
from jobs.feedback import Correction, Feedback, JudgedLine, judged_sentences
from jobs.job import Job, task_id
from jobs.line import Line
from store import feedback_keys, keys
from store.batches import BatchStore
from store.erasure import Eraser
from store.feedback import FeedbackStore
from store.jobs import RedisStore
from store.key import author_digest
from store.outbox import BEGINNING, Outbox, What
from store.whose import Whose
from tests.support.factories import create
from tests.support.worlds import RedisWorld
from tests.unit.archive.conftest import Archive
from tests.unit.archive.endings import RESULT, end_batch, work
from tests.unit.archive.generated import feedback_on, make_reviews, put, tell
from tests.unit.archive.test_archiver import Dies

DOCUMENT = (Path(__file__).parents[3] / "docs" / "archive.md").read_text()
(CORRECTED,) = re.findall(r"```sql\n(SELECT [^`]*FROM feedback\n[^`]*)```", DOCUMENT)
SENTENCES = {each.index: each for each in judged_sentences(orjson.dumps(RESULT))}


def say(
    client: redis.Redis, about: Job | JudgedLine, polarity: str, *, sentence: int = 0, aspect: str = "food",
    by: str | None = None,
) -> None:  # fmt: skip
    said = Correction(sentence=sentence, aspect=aspect, polarity=polarity, by=by)
    store = FeedbackStore(client)
    assert store.put(about, "de", SENTENCES[sentence], said, most=99, ttl_ms=60_000)


def judged(client: redis.Redis, **changes: Any) -> Job:
    """A job that has ended with `RESULT`."""
    store = RedisStore(client)
    job = create(store, **changes)
    work(store)
    return store.get(job.tenant, job.id).job


def judged_line(client: redis.Redis, number: int) -> JudgedLine:
    batches = BatchStore(client)
    return batches.judged_line(batches.get("default", "batch_1"), number)


def forget(client: redis.Redis, tenant: str, id: str) -> None:
    """The time of what was said of it in Redis is over."""
    client.hset(feedback_keys.FEEDBACK(tenant, id), "expires_at", 1)
    client.zadd(feedback_keys.FEEDBACK_EXPIRING, {task_id(tenant, id): 1}, xx=True)
    RedisStore(client).reconcile()
    assert not client.exists(feedback_keys.FEEDBACK(tenant, id))


def said(archive: Archive) -> list[tuple[str, int, int, str, str]]:
    return [
        (row["job_id"], row["line"], row["sentence"], row["aspect"], row["polarity"]) for row in archive.rows(feedback)
    ]


def test_what_is_said_stands_beside_what_the_model_said(redis_client: redis.Redis, archive: Archive) -> None:
    job = judged(redis_client)
    say(redis_client, job, "negative", by="anna")
    say(redis_client, job, "positive", sentence=1, aspect="price")
    end_batch(redis_client, "batch_1", [Line(number=1, text="Gut."), Line(number=2, text="Gut.")])
    say(redis_client, judged_line(redis_client, 2), "none", sentence=1, aspect="service")
    archive.catch_up()
    first, second, of_line = sorted(archive.rows(feedback), key=lambda row: (row["line"], row["sentence"]))
    assert abs(first.pop("said_at").replace(tzinfo=UTC) - datetime.now(UTC)) < timedelta(minutes=5)
    assert first == {
        "tenant": "default", "job_id": job.id, "line": 0, "sentence": 0, "aspect": "food", "polarity": "negative",
        "judged": "positive", "confidence": 0.9, "model": "fake", "model_version": "1", "said_by": "anna",
        "said_by_digest": author_digest("anna"),
    }  # fmt: skip
    told = ("aspect", "polarity", "judged", "confidence", "said_by", "said_by_digest")
    assert [second[name] for name in told] == ["price", "positive", "none", None, None, None]
    assert (of_line["job_id"], of_line["line"]) in archive.ids()
    assert [of_line[name] for name in ("line", "polarity", "judged")] == [2, "none", "negative"]
    assert archive.outbox.lag().waiting == 0


JOBS = ("one", "two")
WHICH = st.tuples(st.sampled_from(JOBS), st.integers(0, 1), st.sampled_from(["food", "price"]))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), WHICH, st.sampled_from(["positive", "negative"])),
        st.tuples(st.just("take back"), WHICH),
        st.tuples(st.just("take all back"), WHICH),
        st.tuples(st.just("delete the job"), WHICH),
        st.tuples(st.just("its time in Redis is over"), WHICH),
        st.tuples(st.just("the archive reads"), WHICH),
    ),
    max_size=15,
)  # fmt: skip


def emptied(archive: Archive) -> Archive:
    with archive.engine.begin() as connection:
        for table in (*OF_REVIEWS, *SUMS):
            connection.execute(table.delete())
        connection.execute(progress.update().values(place=BEGINNING))
    return archive


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_it_has_what_was_said_and_not_taken_back_however_short_redis_keeps_it(
    redis_client: redis.Redis, archive: Archive, steps: list[tuple[Any, ...]]
) -> None:
    redis_client.flushall()
    emptied(archive).outbox.switch_on(1000)
    store = FeedbackStore(redis_client)
    jobs = {name: judged(redis_client, id=name) for name in JOBS}
    kept: dict[str, dict[tuple[int, str], str]] = {name: {} for name in JOBS}
    in_redis: dict[str, set[tuple[int, str]]] = {name: set() for name in JOBS}
    gone = set[str]()
    for kind, (name, *of), *more in steps:
        part = (of[0], of[1])
        if kind == "say" and name not in gone:
            say(redis_client, jobs[name], more[0], sentence=part[0], aspect=part[1])
            kept[name][part] = more[0]
            in_redis[name].add(part)
        elif kind == "take back" and store.delete("default", name, part):
            kept[name].pop(part)
            in_redis[name].discard(part)
        elif kind == "take all back":
            store.delete("default", name)
            kept[name], in_redis[name] = {}, set()
        elif kind == "delete the job":
            with suppress(NotFound):
                RedisStore(redis_client).delete("default", name)
            gone.add(name)
            kept[name], in_redis[name] = {}, set()
        elif kind == "its time in Redis is over" and in_redis[name]:
            archive.catch_up()
            forget(redis_client, "default", name)
            in_redis[name] = set()
        elif kind == "the archive reads":
            archive.catch_up()
    archive.catch_up()
    found: dict[str, dict[tuple[int, str], str]] = {name: {} for name in JOBS}
    for name, _, sentence, aspect, polarity in said(archive):
        found[name][sentence, aspect] = polarity
    assert found == kept
    assert {name for name, _ in archive.ids()} == set(JOBS) - gone


@pytest.mark.parametrize("written", [False, True])
def test_whoever_dies_in_the_middle_loses_nothing_of_it(
    redis_client: redis.Redis, archive: Archive, written: bool
) -> None:
    job = judged(redis_client)
    for polarity in ("negative", "neutral"):
        say(redis_client, job, polarity)
    say(redis_client, job, "positive", aspect="price")
    FeedbackStore(redis_client).delete("default", job.id, (0, "price"))
    archive.archiver._sink = Dies(archive, written=written)
    with pytest.raises(OperationalError):
        archive.archiver.step(wait_ms=0)
    archive.catch_up()
    assert said(archive) == [(job.id, 0, 0, "food", "neutral")]
    assert archive.outbox.lag().waiting == 0


def test_it_goes_with_its_review(redis_client: redis.Redis, engine: Engine) -> None:
    archive = Archive(redis_client, engine)
    archive.outbox.switch_on(100)
    world = RedisWorld(redis_client)
    deleted, own_time = judged(redis_client), judged(redis_client, ttl_s=3600, ttl_ms=3_600_000)
    end_batch(redis_client, "batch_1", [Line(number=1, text="Gut.")])
    for about in (deleted, own_time, judged_line(redis_client, 1)):
        say(redis_client, about, "negative")
    archive.catch_up()
    assert len(said(archive)) == 3
    world.advance(5 * 86_400_000)
    world.store.reconcile()
    with suppress(NotFound):
        world.store.delete("default", deleted.id)
    with suppress(NotFound):
        BatchStore(redis_client).delete("default", "batch_1")
    archive.catch_up()
    assert said(archive) == [(own_time.id, 0, 0, "food", "negative")]
    archive.sink.forget(datetime.now(UTC) + timedelta(hours=2))
    assert said(archive) == []


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
    left = {name for name, *_ in said(archive)}
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
    assert len(said(archive)) == 2
    archive.outbox.erase(Whose(tenant="default", external_author="anna"))
    archive.catch_up()
    assert said(archive) == [(job.id, 0, 0, "price", "negative")]
    assert archive.ids() == [(job.id, 0)]


def test_nothing_is_kept_of_a_review_that_the_archive_has_not_or_another_of_its_id(
    redis_client: redis.Redis, either: Engine
) -> None:
    outbox, archive = Outbox(redis_client), Archive(redis_client, either)
    before = judged(redis_client)
    outbox.switch_on(100)
    say(redis_client, before, "negative")
    (review,) = make_reviews(1)
    put(archive.sink, [review])
    other = Feedback(job_id=review.job_id, sentences=[*SENTENCES.values()], corrections=[
        Correction(sentence=0, aspect="food", polarity="neutral")
    ])  # fmt: skip
    tell(archive.sink, [Say(tenant="default", feedback=other, made_at=1)])
    archive.catch_up()
    assert said(archive) == []
    assert archive.ids() == [(review.job_id, 0)]


def test_feedback_that_went_before_the_archive_read_it_is_no_loss(redis_client: redis.Redis, archive: Archive) -> None:
    job = judged(redis_client)
    say(redis_client, job, "negative")
    FeedbackStore(redis_client).delete("default", job.id)
    archive.catch_up()
    counts = archive.meter.take()
    assert {what: counts.get(f"kritiq_archive_entries|{what}", 0) for what in ("unsaid", "taken-back", "missed")} == {
        "unsaid": 1, "taken-back": 1, "missed": 0,
    }  # fmt: skip


def test_an_older_release_takes_it_for_an_end_that_it_has_read(redis_client: redis.Redis, archive: Archive) -> None:
    job = judged(redis_client)
    say(redis_client, job, "negative", by="Zeisig")
    FeedbackStore(redis_client).delete("default", job.id, (0, "food"))
    raw: Any = redis_client.xrange(keys.OUTBOX)
    assert [entry[b"what"] for _, entry in raw] == [b"ended"] * 3
    assert b"Zeisig" not in repr(raw).encode()
    entries = archive.outbox.read(BEGINNING, most=9, wait_ms=0)
    assert [entry.what for entry in entries] == [What.ENDED, What.SAID, What.TAKEN_BACK]
    assert entries[-1].part == (0, "food")


def test_a_full_outbox_leaves_out_what_is_said_and_nothing_that_is_taken_back(redis_client: redis.Redis) -> None:
    outbox, store = Outbox(redis_client), FeedbackStore(redis_client)
    job = judged(redis_client)
    outbox.switch_on(1)
    for aspect in ("food", "price"):
        say(redis_client, job, "negative", aspect=aspect)
    assert (outbox.lag().waiting, outbox.lag().dropped) == (1, 1)
    store.delete("default", job.id, (0, "price"))
    store.delete("default", job.id)
    assert (outbox.lag().waiting, outbox.lag().dropped) == (3, 1)
    # There is nothing any more that could be asked for without end.
    for _ in range(3):
        store.delete("default", job.id)
    assert outbox.lag().waiting == 3


def test_without_an_archive_nothing_of_it_is_noted(redis_client: redis.Redis) -> None:
    job = judged(redis_client)
    say(redis_client, job, "negative")
    FeedbackStore(redis_client).delete("default", job.id)
    assert not redis_client.exists(keys.OUTBOX, keys.ARCHIVE)


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_guide_finds_which_aspects_are_corrected_most(either: Engine, version: str) -> None:
    made, others = make_reviews(200), make_reviews(20, seed=2, tenant="acme")
    told = feedback_on(made)
    put(Sink(either), made)
    put(Sink(either), others)
    tell(Sink(either), told + feedback_on(others))
    all_of, corrected = Counter[str](), Counter[str]()
    for each in (say.feedback for say in told if (say.feedback.model or {})["version"] == version):
        for one in each.corrections:
            all_of[one.aspect] += 1
            corrected[one.aspect] += one.polarity != each.sentence(one.sentence).polarity(one.aspect)
    asked = {"tenant": "default", "model": "kritiq-mini", "version": version}
    kinds = [bindparam(name, value) for name, value in asked.items()]
    with either.begin() as connection:
        found = [tuple(row) for row in connection.execute(text(CORRECTED).bindparams(*kinds))]
    rows = [(aspect, count, corrected[aspect]) for aspect, count in all_of.items()]
    assert found == sorted(rows, key=lambda row: (-row[2], row[0]))


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
