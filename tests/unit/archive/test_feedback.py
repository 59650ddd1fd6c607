"""What people say of judgements is in the archive, beside the reviews that it has and for as long as these."""

import re
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, bindparam, text
from sqlalchemy.exc import OperationalError

from archive.changes import Say
from archive.sink import Sink
from archive.tables import OF_REVIEWS, SUMS, feedback, progress
from jobs.errors import NotFound
from jobs.feedback import Correction, Feedback
from jobs.line import Line
from store.feedback import FeedbackStore
from store.jobs import RedisStore
from store.key import author_digest
from store.outbox import BEGINNING, Outbox
from tests.unit.archive.conftest import Archive
from tests.unit.archive.endings import end_batch
from tests.unit.archive.generated import feedback_on, make_reviews, put, tell
from tests.unit.archive.saying import SENTENCES, forget, judged, judged_line, kept_feedback, say
from tests.unit.archive.test_archiver import Dies

DOCUMENT = (Path(__file__).parents[3] / "docs" / "archive.md").read_text()
(CORRECTED,) = re.findall(r"```sql\n(SELECT [^`]*FROM feedback\n[^`]*)```", DOCUMENT)


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
    for name, _, sentence, aspect, polarity in kept_feedback(archive):
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
    assert kept_feedback(archive) == [(job.id, 0, 0, "food", "neutral")]
    assert archive.outbox.lag().waiting == 0


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
    assert kept_feedback(archive) == []
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


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_guide_finds_which_aspects_are_corrected_most(either: Engine, version: str) -> None:
    made, others = make_reviews(200), make_reviews(20, seed=2, tenant="acme")
    told = feedback_on(made)
    put(Sink(either), made)
    put(Sink(either), others)
    tell(Sink(either), told + feedback_on(others))
    all_of, corrected = Counter[str](), Counter[str]()
    for each in (one.feedback for one in told if (one.feedback.model or {})["version"] == version):
        for one in each.corrections:
            all_of[one.aspect] += 1
            corrected[one.aspect] += one.polarity != each.sentence(one.sentence).polarity(one.aspect)
    asked = {"tenant": "default", "model": "kritiq-mini", "version": version}
    kinds = [bindparam(name, value) for name, value in asked.items()]
    with either.begin() as connection:
        found = [tuple(row) for row in connection.execute(text(CORRECTED).bindparams(*kinds))]
    rows = [(aspect, count, corrected[aspect]) for aspect, count in all_of.items()]
    assert found == sorted(rows, key=lambda row: (-row[2], row[0]))
