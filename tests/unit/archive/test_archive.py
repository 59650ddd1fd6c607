"""What has ended is in the archive once, what was deleted is not, whoever was away or killed in between."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
import redis
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from archive.sink import Moved
from archive.tables import daily, opinions, reviews, sentences
from jobs.batch import Batch
from jobs.errors import NotFound
from jobs.job import Claim
from jobs.line import Line, encode_results, error_line, success_line
from jobs.request import JobRequest
from store import keys
from store.batches import BatchStore
from store.jobs import RedisStore
from store.outbox import BEGINNING, Lag, Outbox, behind
from store.whose import Whose
from tests.support.factories import claim, create, failed, succeeded, work_off
from tests.support.worlds import RedisWorld
from tests.unit.archive.conftest import Archive

RESULT = {
    "language": "de",
    "sentences": [
        {"index": 0, "start": 0, "end": 18, "text": "Das Essen war gut.", "truncated": False, "aspects": {
            "food": {"polarity": "positive", "confidence": 0.9}, "service": {"polarity": "none", "confidence": 0.8}}},
        {"index": 1, "start": 19, "end": 45, "text": "Der Service war schlecht.", "truncated": False, "aspects": {
            "service": {"polarity": "negative", "confidence": 0.7}}},
    ],
}  # fmt: skip


def work(store: RedisStore) -> None:
    work_off(store, orjson.dumps(RESULT))


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
        ("failed", "prediction_failed", None), ("canceled", None, None),
    }  # fmt: skip
    assert archive.rows(opinions) == []


def end_batch(client: redis.Redis, batch_id: str, lines: list[Line]) -> None:
    """Lines without a problem are judged."""
    BatchStore(client).create(Batch(id=batch_id, request=JobRequest(restaurant="adler")), lines, target=1)
    store = RedisStore(client)

    def judged(each: Claim) -> bytes:
        number = int(each.id.rpartition(".")[2]) + 1
        (line,) = [line for line in lines if line.number == number]
        if line.problem:
            return encode_results([error_line(line, each.request, "invalid_line", line.problem)])
        return encode_results([success_line(line, each.request, orjson.dumps(RESULT))])

    while held := claim(store):
        store.complete([replace(succeeded(each, judged(each)), good=1) for each in held])


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


def test_what_is_deleted_goes_from_the_archive_and_what_is_past_its_time_stays(
    redis_client: redis.Redis, archive: Archive
) -> None:
    world = RedisWorld(redis_client)
    deleted, stays = (create(world.store, restaurant="adler").id for _ in range(2))
    work(world.store)
    archive.catch_up()
    world.store.delete("default", deleted)
    world.advance(5 * 86_400_000)
    world.store.reconcile()
    archive.catch_up()
    assert archive.ids() == [(stays, 0)]
    assert sum(row["sentences"] for row in archive.rows(daily)) == 2


def test_what_redis_has_forgotten_can_still_be_deleted(redis_client: redis.Redis, archive: Archive) -> None:
    world = RedisWorld(redis_client)
    end_batch(redis_client, "batch_1", [Line(number=1, text="Gut.")])
    job = create(world.store)
    work(world.store)
    archive.catch_up()
    assert len(archive.ids()) == 2
    world.advance(5 * 86_400_000)
    world.store.reconcile()
    with pytest.raises(NotFound):
        world.store.delete("default", job.id)
    with pytest.raises(NotFound):
        BatchStore(redis_client).delete("default", "batch_1")
    archive.catch_up()
    assert archive.ids() == []


@pytest.mark.parametrize("whose", [{"external_author": "anna"}, {"restaurant": "adler"}, {}])
def test_an_erasure_reaches_the_archive(redis_client: redis.Redis, archive: Archive, whose: dict[str, str]) -> None:
    store = RedisStore(redis_client)
    create(store, restaurant="adler", external_author="anna")
    others = create(store, restaurant="krone", external_author="bert").id
    create(store, tenant="acme", restaurant="adler", external_author="anna")
    work(store)
    archive.catch_up()
    place = archive.outbox.erase(Whose(tenant="default", **whose))
    assert place is not None
    assert archive.outbox.has(place)
    archive.catch_up()
    assert not archive.outbox.has(place)
    left = {(row["tenant"], row["job_id"]) for row in archive.rows(reviews)}
    assert len(left) == (2 if whose else 1)
    assert (("default", others) in left) == bool(whose)


def test_no_name_of_anybody_is_in_the_outbox(redis_client: redis.Redis, archive: Archive) -> None:
    store = RedisStore(redis_client)
    create(store, external_author="Zeisig", metadata={"x": "Zeisig"}, text="Zeisig.")
    work(store)
    archive.outbox.erase(Whose(tenant="default", external_author="Zeisig"))
    assert b"Zeisig" not in repr(redis_client.xrange(keys.OUTBOX)).encode()


def test_texts_can_be_left_out(redis_client: redis.Redis, engine: Engine) -> None:
    archive = Archive(redis_client, engine, texts=False)
    archive.outbox.switch_on(10)
    create(RedisStore(redis_client), "Zeisig.", metadata={"x": "Zeisig"})
    work(RedisStore(redis_client))
    archive.catch_up()
    assert len(archive.rows(opinions)) == 2
    assert "Zeisig" not in repr(archive.all())
    assert {row["text"] for row in archive.rows(sentences)} == {None}


def test_what_a_client_said_of_how_long_a_review_is_kept_holds_in_the_archive(
    redis_client: redis.Redis, engine: Engine
) -> None:
    now = datetime.now(UTC)
    archive = Archive(redis_client, engine, days=30)
    archive.outbox.switch_on(10)
    store = RedisStore(redis_client)
    create(store, ttl_s=3600, ttl_ms=3_600_000, restaurant="adler")
    create(store, ttl_s=2_592_000, ttl_ms=2_592_000_000)
    longer = create(store).id
    work(store)
    archive.catch_up()
    archive.sink.forget(now + timedelta(minutes=59))
    assert len(archive.ids()) == 3
    assert archive.sink.forget(now + timedelta(minutes=61)) == 1
    assert archive.rows(daily) == []
    assert longer in [name for name, _ in archive.ids()]
    assert archive.sink.forget(now + timedelta(days=31)) == 2


def test_without_an_archive_nothing_is_noted(redis_client: redis.Redis) -> None:
    store = RedisStore(redis_client)
    job = create(store)
    work(store)
    store.delete("default", job.id)
    outbox = Outbox(redis_client)
    assert outbox.erase(Whose(tenant="default")) is None
    assert not redis_client.exists(keys.OUTBOX, keys.ARCHIVE)
    assert outbox.lag() == Lag(on=False)


def test_a_full_outbox_leaves_out_ends_and_counts_them_but_no_deletion(redis_client: redis.Redis) -> None:
    outbox, store = Outbox(redis_client), RedisStore(redis_client)
    outbox.switch_on(2)
    jobs = [create(store).id for _ in range(4)]
    work(store)
    store.delete("default", jobs[0])
    lag = outbox.lag()
    assert (lag.on, lag.waiting, lag.dropped) == (True, 3, 2)
    assert lag.oldest_s >= 0
    assert [entry.what for entry in outbox.read(BEGINNING, most=9, wait_ms=1)] == ["ended", "ended", "deleted"]
    outbox.switch_off()
    assert not redis_client.exists(keys.OUTBOX, keys.ARCHIVE)


def test_deletions_of_what_never_was_do_not_fill_redis(redis_client: redis.Redis) -> None:
    outbox, store = Outbox(redis_client), RedisStore(redis_client)
    outbox.switch_on(2)
    for number in range(5):
        with pytest.raises(NotFound):
            store.delete("default", f"job_{number}")
    assert outbox.lag().waiting == 2


class Dies:
    """A sink that dies at a call of `apply`: before it has written, or after."""

    def __init__(self, archive: Archive, *, written: bool) -> None:
        self.archive, self.written, self.left = archive, written, 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self.archive.sink, name)

    def apply(self, *args: Any, **more: Any) -> None:
        if self.left:
            self.left = 0
            if self.written:
                self.archive.sink.apply(*args, **more)
            raise OperationalError("", {}, Exception("gone"))
        self.archive.sink.apply(*args, **more)


@pytest.mark.parametrize("written", [False, True])
def test_whoever_dies_in_the_middle_nothing_is_lost_and_nothing_is_there_twice(
    redis_client: redis.Redis, archive: Archive, written: bool
) -> None:
    store = RedisStore(redis_client)
    jobs = [create(store, restaurant="adler").id for _ in range(3)]
    work(store)
    store.delete("default", jobs[1])
    archive.archiver._sink = Dies(archive, written=written)
    with pytest.raises(OperationalError):
        archive.archiver.step(wait_ms=1)
    assert archive.outbox.lag().waiting == 4
    archive.catch_up()
    assert sorted(archive.ids()) == sorted([(jobs[0], 0), (jobs[2], 0)])
    assert sum(row["sentences"] for row in archive.rows(daily)) == 4
    assert archive.outbox.lag().waiting == 0


def test_of_two_that_write_the_archive_only_one_does(redis_client: redis.Redis, archive: Archive) -> None:
    place = archive.sink.place()
    archive.sink.apply([], after=place, to="5-0")
    with pytest.raises(Moved):
        archive.sink.apply([], after=place, to="4-0")
    assert archive.sink.place() == "5-0"


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


def test_an_outbox_that_began_anew_is_read_from_its_beginning(redis_client: redis.Redis, archive: Archive) -> None:
    archive.sink.apply([], after=BEGINNING, to="99999999999999-7")
    job = create(RedisStore(redis_client))
    work(RedisStore(redis_client))
    archive.catch_up()
    archive.catch_up()
    assert archive.ids() == [(job.id, 0)]


def test_what_no_database_takes_holds_up_nothing(
    redis_client: redis.Redis, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RedisStore(redis_client)
    one, broken, other = (create(store).id for _ in range(3))
    work(store)
    redis_client.set(keys.RESULT(broken), redis_client.get(keys.RESULT(broken)).replace(b'"start":0', b'"start":null'))  # type: ignore[union-attr]
    unreadable = create(store).id
    work(store)
    redis_client.set(keys.RESULT(unreadable), b'{,"status":"SUCCESS","traceback":null,"result":{"x":1}}')
    archive.catch_up()
    assert sorted(archive.ids()) == sorted([(one, 0), (other, 0)])
    counts = archive.meter.take()
    assert (counts["kritiq_archive_entries|refused"], counts["kritiq_archive_entries|ended"]) == (2, 2)


def test_texts_that_postgresql_would_refuse_are_kept_as_good_as_it_can(
    redis_client: redis.Redis, archive: Archive
) -> None:
    create(RedisStore(redis_client), "Gut\0.")
    work(RedisStore(redis_client))
    archive.catch_up()
    assert archive.rows(reviews)[0]["text"] == "Gut\ufffd."


def test_places_are_compared_as_numbers() -> None:
    assert behind("10-0", "9-5")
    assert behind("10-10", "10-9")
    assert not behind("10-9", "10-9")
