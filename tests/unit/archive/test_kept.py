"""What has ended is in the archive as it was: jobs, lines of batches, with or without a result."""

import redis
from sqlalchemy import Engine

from archive.tables import daily, opinions, reviews, sentences
from jobs.batch import Batch
from jobs.line import Line
from store.batches import BatchStore
from store.jobs import RedisStore
from tests.support.factories import claim, create, failed
from tests.support.worlds import RedisWorld
from tests.unit.archive.conftest import Archive
from tests.unit.archive.endings import end_batch, work


def test_a_review_is_kept_with_its_sentences_and_opinions(redis_client: redis.Redis, archive: Archive) -> None:
    store = RedisStore(redis_client)
    job = create(store, restaurant="adler", reviewed_at="2026-10-03", external_author="anna", metadata={"x": 1})
    work(store)
    archive.catch_up()
    (review,) = archive.rows(reviews)
    assert review["job_id"] == job.id
    told = ("tenant", "line", "status", "restaurant", "author", "language", "model", "model_version", "metadata")
    assert [review[name] for name in told] == [
        "default", 0, "succeeded", "adler", "anna", "de", "fake", "1", '{"x":1}',
    ]  # fmt: skip
    assert (review["day"].isoformat(), review["version"], review["forget_at"]) == ("2026-10-03", 3, None)
    assert [(row["sentence"], row["begins"], row["text"]) for row in archive.rows(sentences)] == [
        (0, 0, "Das Essen war gut."), (1, 19, "Der Service war schlecht."),
    ]  # fmt: skip
    assert [(row["sentence"], row["aspect"], row["polarity"], row["confidence"]) for row in archive.rows(opinions)] == [
        (0, "food", "positive", 0.9), (1, "service", "negative", 0.7),
    ]  # fmt: skip
    assert [(row["restaurant"], row["aspect"], row["polarity"], row["sentences"]) for row in archive.rows(daily)] == [
        ("adler", "food", "positive", 1), ("adler", "service", "negative", 1),
    ]  # fmt: skip


def test_a_review_without_a_result_is_kept_as_that(redis_client: redis.Redis, archive: Archive) -> None:
    store = RedisStore(redis_client)
    create(store, restaurant="adler")
    store.complete([failed(each) for each in claim(store)])
    canceled = create(store)
    store.cancel("default", canceled.id)
    archive.catch_up()
    assert {(row["status"], row["error_code"], row["model"]) for row in archive.rows(reviews)} == {
        ("failed", "prediction_failed", "fake"), ("canceled", None, None),
    }  # fmt: skip
    assert archive.rows(opinions) == []


def test_a_line_of_a_batch_is_a_review(redis_client: redis.Redis, archive: Archive) -> None:
    lines = [
        Line(number=1, custom_id="a", text="Gut.", external_author="anna", reviewed_at="2025-01-02"),
        Line(number=2, problem="no text"),
        Line(number=3, text="Gut.", restaurant="krone"),
    ]
    end_batch(redis_client, "batch_1", lines)
    archive.catch_up()
    found = archive.rows(reviews)
    assert [(row["batch_id"], row["line"], row["custom_id"], row["status"], row["restaurant"]) for row in found] == [
        ("batch_1", 1, "a", "succeeded", "adler"), ("batch_1", 2, None, "failed", "adler"),
        ("batch_1", 3, None, "succeeded", "krone"),
    ]  # fmt: skip
    assert found[0]["day"].isoformat() == "2025-01-02"
    assert found[1]["error_code"] == "invalid_line"
    BatchStore(redis_client).delete("default", "batch_1")
    archive.catch_up()
    assert archive.all() == {"reviews": [], "sentences": [], "opinions": [], "daily": []}


def test_a_batch_that_was_called_off_is_kept_line_by_line(redis_client: redis.Redis, archive: Archive) -> None:
    batches = BatchStore(redis_client)
    batches.create(Batch(id="batch_1"), [Line(number=1, text="Gut."), Line(number=2, text="Gut.")], target=9)
    batches.cancel("default", "batch_1")
    archive.catch_up()
    assert [(row["line"], row["status"], row["text"]) for row in archive.rows(reviews)] == [
        (1, "canceled", "Gut."), (2, "canceled", "Gut."),
    ]  # fmt: skip


def test_a_job_that_ends_again_under_its_id_replaces_what_there_was(
    redis_client: redis.Redis, archive: Archive
) -> None:
    world = RedisWorld(redis_client)
    first = create(world.store, id="mine", restaurant="adler")
    work(world.store)
    archive.catch_up()
    world.advance(7 * 86_400_000)
    world.store.reconcile()
    world.advance(2 * 86_400_000)
    create(world.store, id=first.id, restaurant="krone")
    work(world.store)
    archive.catch_up()
    assert [row["restaurant"] for row in archive.rows(reviews)] == ["krone"]
    assert {row["restaurant"] for row in archive.rows(daily)} == {"krone"}


def test_texts_can_be_left_out(redis_client: redis.Redis, engine: Engine) -> None:
    archive = Archive(redis_client, engine, texts=False)
    archive.outbox.switch_on(10)
    create(RedisStore(redis_client), "Zeisig.", metadata={"x": "Zeisig"})
    work(RedisStore(redis_client))
    end_batch(redis_client, "batch_1", [Line(number=1, text="Gut.", warnings=("There is no 'Zeisig' here.",))])
    archive.catch_up()
    assert len(archive.rows(opinions)) == 4
    assert "Zeisig" not in repr(archive.all())
    assert {row["text"] for row in archive.rows(sentences)} == {None}


def test_texts_that_postgresql_would_refuse_are_kept_as_good_as_it_can(
    redis_client: redis.Redis, archive: Archive
) -> None:
    create(RedisStore(redis_client), "Gut\0.")
    work(RedisStore(redis_client))
    archive.catch_up()
    assert archive.rows(reviews)[0]["text"] == "Gut\ufffd."
