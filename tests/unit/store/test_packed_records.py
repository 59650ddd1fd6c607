"""A succeeded job's record is packed with its result and its text, and whoever reads it finds all as it was."""

from base64 import b64decode
from dataclasses import replace
from typing import Any

import orjson
import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.job import DEFAULT_TENANT, Job
from jobs.stored import JobFilter
from store import keys
from store.ended import EndedJobs
from store.erasure import Eraser
from store.extraction import Extractor
from store.jobs import RedisStore
from store.packed_record import opened, pack
from store.packed_results import PackedResults
from store.sealing import PLAIN
from store.short_tally import shortened
from store.whose import Whose
from tests.support.factories import MODEL, REVIEW, TIMINGS, claim, create, succeeded
from tests.support.post import Post
from tests.support.results import found_in
from tests.support.worlds import RedisWorld

RESULT = found_in(REVIEW)
COUNTS = {"food|positive": 2, "service|negative": 1, "style|neutral": 1, "price|conflict": 13}
REST = st.dictionaries(st.sampled_from(("model", "timings", "request")), st.binary().filter(lambda b: b"\n" not in b))


def judged(client: redis.Redis, *, day: str = "2026-11-30", **changes: Any) -> Job:
    """A job that has ended, as workers end it."""
    store = RedisStore(client)
    job = create(store, day="2026-11-30", **({"restaurant": "adler", "external_author": "anna-7"} | changes))
    tally = {job.request.restaurant: {day: COUNTS}} if job.request.restaurant else {}
    outcomes = [replace(succeeded(each), result=RESULT, tally=tally, timings=TIMINGS) for each in claim(store)]
    store.complete(outcomes)
    return job


def packed(client: redis.Redis) -> int:
    return PackedResults(client, lambda: True, after_s=0).pack()


def fields_of(client: redis.Redis, job: Job) -> dict[bytes, bytes]:
    found: Any = client.hgetall(keys.JOB(job.tenant, job.id))
    return dict(found)


@settings(max_examples=50)
@given(st.text(), st.text(), st.integers(0, 40), REST, st.none() | st.integers(-5, 9_999_999))
def test_what_is_packed_is_the_same_to_the_byte(
    text: str, quoted: str, times: int, rest: dict[str, bytes], took: int | None
) -> None:
    result = orjson.dumps({"language": "de", "sentences": [quoted, text] * times})
    review = text.encode("utf-8", "surrogatepass")
    values = {name: value for name, value in rest.items() if value} | {"text": review, "finished_at": b"1796046787015"}
    if took is not None:
        values["started_at"] = b"%d" % (1796046787015 - took)
    found = pack(DEFAULT_TENANT, values, result, PLAIN, sealed=False)
    assert found is not None
    again = opened(DEFAULT_TENANT, found.whole, PLAIN, values["finished_at"])
    assert (again.text, again.result) == (review, result)
    stays = {name: values[name] for name in values if name not in found.taken}
    assert {**stays, **again.fields, "text": again.text} == values


def test_what_was_packed_once_is_read_for_ever() -> None:
    # Made by the first release that packs records. A change of the form, and of its words, is another form.
    token = (
        "g1uUlpidSsgGIyQbDNFtMAcpR/FEYgqw8FFCtdWIywxos7aZoam5taEFLOzMTUwUwaFkYWRmbWQKEzazMIIKm1lwoTYjgBWyHkqb"
        "AyQILKhyUkGtCAA="
    )
    found = opened(DEFAULT_TENANT, b"\x02" + b64decode(token), PLAIN, b"1796046787015")
    assert (found.text, found.result) == (REVIEW.encode(), RESULT)
    assert found.fields == {
        "model": orjson.dumps(MODEL), "timings": b'{"tokenize_ms":2,"wait_ms":1,"inference_ms":7}',
        "request": b'{"restaurant":"adler"}', "attempt": b"1", "ttl_ms": b"345600000", "weight": b"2",
        "started_at": b"1796046787009",
    }  # fmt: skip


def test_all_that_is_read_of_it_is_as_before(redis_world: RedisWorld) -> None:
    client, store = redis_world.redis, redis_world.store
    job, reader, extractor = judged(client), EndedJobs(client), Extractor(client)
    whose = Whose(tenant=DEFAULT_TENANT, external_author="anna-7")

    def read() -> list[Any]:
        return [
            store.get(DEFAULT_TENANT, job.id), store.text(DEFAULT_TENANT, job.id), store.course(DEFAULT_TENANT, job.id),
            reader.read([(DEFAULT_TENANT, job.id)]), list(extractor.reviews(whose)),
            *(store.page(DEFAULT_TENANT, JobFilter(**asked), size=9)
              for asked in ({"model": "fake"}, {"model": "other"}, {"restaurant": "adler"}, {})),
        ]  # fmt: skip

    before = read()
    assert before[5].jobs == [before[0].job]
    assert packed(client) == 1
    left = set(fields_of(client, job))
    assert not left & {b"text", b"request", b"model", b"timings", b"started_at", b"attempt", b"weight", b"ttl_ms"}
    assert read() == before


@pytest.mark.parametrize("day", ["2026-11-30", "2026-01-01"])
def test_its_restaurants_summary_forgets_it_as_before(redis_world: RedisWorld, day: str) -> None:
    client, store = redis_world.redis, redis_world.store
    stays, goes = judged(client, day=day), judged(client, day=day)
    whole = store.judgements(DEFAULT_TENANT, "adler", first="2020-01-01", last="2030-01-01")
    assert packed(client) == 2
    store.delete(DEFAULT_TENANT, goes.id)
    half = store.judgements(DEFAULT_TENANT, "adler", first="2020-01-01", last="2030-01-01")
    assert half[day]["price"]["conflict"] * 2 == whole[day]["price"]["conflict"] == 26
    store.delete(DEFAULT_TENANT, stays.id)
    assert store.judgements(DEFAULT_TENANT, "adler", first="2020-01-01", last="2030-01-01") == {}


def test_a_tally_is_short_where_that_says_the_same() -> None:
    def short(tally: Any) -> bytes | None:
        return shortened(orjson.dumps(tally), b"adler", b"2026-11-30")

    assert short({"adler": {"2026-11-30": COUNTS}}) == b"food+2,service-,style=,price~13"
    assert short({"adler": {"2026-11-30": {}}}) is None
    assert short({"krone": {"2026-11-30": COUNTS}}) is None
    assert short({"adler": {"2026-11-30": COUNTS}, "krone": {"2026-11-30": COUNTS}}) is None
    assert short({"adler": {"2026-11-30": COUNTS, "2026-11-29": COUNTS}}) is None
    for strange in ("vor-speise|positive", "food|good", "food", "{|positive", "|positive"):
        assert short({"adler": {"2026-11-30": {strange: 1}}}) is None
    assert short({"food|positive": 1}) is None


def test_who_gave_it_a_time_of_its_own_is_told_that_it_is_over(redis_world: RedisWorld) -> None:
    post = Post(redis_world.redis)
    post.endpoint(events=("job.deleted",))
    judged(post.redis, ttl_s=60, ttl_ms=60_000)
    judged(post.redis, ttl_ms=60_000)
    assert packed(post.redis) == 2
    redis_world.advance(61_000)
    assert post.jobs.reconcile().purged == 2
    assert len(post.all()) == 1


def test_an_erasure_searches_what_is_packed(redis_world: RedisWorld) -> None:
    client = redis_world.redis
    job = judged(client)
    packed(client)
    # Of what no index leads to nothing is deleted; the search has to find it.
    for index in (keys.JOBS(DEFAULT_TENANT), keys.AUTHOR(DEFAULT_TENANT, "*"), keys.RESTAURANT(DEFAULT_TENANT, "*")):
        client.delete(*(client.keys(index) or ["-"]))
    for whose in (Whose(tenant=DEFAULT_TENANT, external_author="anna-7"), Whose(tenant=DEFAULT_TENANT)):
        _, proof = Eraser(client).erase(whose)
        assert proof.found == [keys.JOB(DEFAULT_TENANT, job.id)]


def test_a_record_whose_text_is_not_there_stays_as_it_is(redis_world: RedisWorld) -> None:
    job = judged(redis_world.redis)
    redis_world.redis.hdel(keys.JOB(DEFAULT_TENANT, job.id), "text")
    before = fields_of(redis_world.redis, job)
    assert packed(redis_world.redis) == 1
    assert fields_of(redis_world.redis, job) == before
    assert redis_world.store.get(DEFAULT_TENANT, job.id).result == RESULT
