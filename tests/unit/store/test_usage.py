"""What was used is counted once, however often a job was tried; what an organisation may have is not exceeded."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from jobs.allowance import Allowance
from jobs.batch import Batch
from jobs.errors import OverLimit, TooMuch
from jobs.job import Claim, Outcome, Status
from jobs.line import Line, encode_chunk
from jobs.usage import COLUMNS, UsageRow, Used, usage_csv
from store import keys
from store.batches import BatchStore
from store.line_erasure import LineEraser
from store.tenants import TenantStore
from store.usage import UsageStore
from tests.support.accounting import stored
from tests.support.factories import MODEL, RESULT, claim, create, failed, make_job, make_request, succeeded
from tests.support.redis_server import RedisServer
from tests.support.worlds import RedisWorld, World

DAY_MS = 86_400_000


def judged(taken: Claim) -> Outcome:
    used = Used(restaurant=taken.request.restaurant, reviews=1, sentences=taken.weight, characters=len(taken.text))
    return Outcome(claim=taken, status=Status.SUCCEEDED, result=RESULT, model=MODEL, used=(used,))


def month_of(world: RedisWorld, tenant: str = "default") -> list[UsageRow]:
    return UsageStore(world.redis).month(tenant, f"{datetime.fromtimestamp(world.now() / 1000, UTC):%Y-%m}")


def sums(rows: list[UsageRow]) -> Counter[str]:
    return +Counter({what: sum(getattr(row, what) for row in rows) for what in COLUMNS[4:]})


def test_a_request_counts_when_it_is_accepted_and_a_review_when_it_is_judged(redis_world: RedisWorld) -> None:
    job = create(redis_world.store, "Gut. Sehr gut.", restaurant="adler")
    assert sums(month_of(redis_world)) == {"requests": 1}
    redis_world.store.complete([judged(taken) for taken in claim(redis_world.store)])
    [asked, done] = month_of(redis_world)
    assert (asked.restaurant, asked.model, asked.requests, asked.reviews) == ("adler", None, 1, 0)
    assert (done.restaurant, done.model, done.requests, done.reviews) == ("adler", "fake/1", 0, 1)
    assert (done.sentences, done.characters) == (job.weight, len("Gut. Sehr gut."))


def test_the_same_call_again_counts_once(redis_world: RedisWorld) -> None:
    for _ in range(2):
        redis_world.store.create(make_job(), "Gut.", idempotency="key", digest="d")
    assert sums(month_of(redis_world)) == {"requests": 1}


def test_a_batch_is_one_request_and_as_many_reviews_as_have_a_result(redis_world: RedisWorld) -> None:
    batch = Batch(id="batch_1", tenant="acme", request=make_request({"restaurant": "adler"}), ttl_ms=DAY_MS)
    BatchStore(redis_world.redis).create(batch, [Line(number=n, text="Gut.") for n in (1, 2, 3)], target=2)
    for taken in claim(redis_world.store):
        used = (Used(restaurant="adler", reviews=2, sentences=2, characters=8), Used(reviews=1, sentences=1))
        redis_world.store.complete([replace(judged(taken), used=used)])
    counted = sums(month_of(redis_world, "acme"))
    assert (counted["requests"], counted["reviews"], counted["characters"]) == (1, 6, 16)
    assert month_of(redis_world) == []


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.sampled_from(["come", "claim", "end", "end late", "die", "cancel", "delete"]), max_size=40))
def test_no_interleaving_counts_anything_twice_or_not_at_all(redis_server: RedisServer, steps: list[str]) -> None:
    client = redis_server.client()
    client.flushall()
    world = RedisWorld(client)
    held: list[Claim] = []
    lost: list[Claim] = []
    names: list[str] = []
    expected: Counter[str] = Counter()
    for number, step in enumerate(steps):
        if step == "come":
            names.append(create(world.store, "Gut." * (number % 3 + 1), restaurant=f"r{number % 2}").id)
            expected["requests"] += 1
        elif step == "claim":
            held += claim(world.store, jobs=2)
        elif step in ("end", "end late"):
            ends, rest = (held[:1], held[1:]) if step == "end" else (lost[:1], held)
            for taken, state in zip(ends, world.store.complete([judged(taken) for taken in ends]), strict=True):
                if state is Status.SUCCEEDED:
                    expected += Counter(reviews=1, sentences=taken.weight, characters=len(taken.text))
                # The answer was lost on the way: the same call again changes nothing.
                assert world.store.complete([judged(taken)]) == [None]
            held = rest
        elif step == "die" and held:
            world.store.renew(held, lease_ms=1_000)
            lost += held
            held = []
            world.advance(2_000)
            world.store.sweep(strikes=100)
        elif step == "cancel" and names:
            name = names[number % len(names)]
            if not world.store.get("default", name).job.status.terminal:
                world.store.cancel("default", name)
        elif step == "delete" and names:
            gone = names.pop(number % len(names))
            world.store.delete("default", gone)
            held = [taken for taken in held if taken.id != gone]
    assert sums(month_of(world)) == expected
    client.close()


def test_usage_is_kept_for_thirteen_months(redis_world: RedisWorld) -> None:
    create(redis_world.store)
    today = f"{datetime.fromtimestamp(redis_world.now() / 1000, UTC):%Y-%m-%d}"
    assert 399 * DAY_MS < redis_world.redis.pttl(keys.USAGE("default", today)) <= 400 * DAY_MS


def test_the_table_has_a_head_and_a_row_for_each() -> None:
    row = UsageRow(tenant="acme", day="2026-11-28", restaurant="adler", requests=3)
    assert usage_csv([row]).splitlines() == [",".join(COLUMNS), "acme,2026-11-28,adler,,3,0,0,0"]


def wait(world: World, weight: int, own: Allowance, tenant: str = "default") -> None:
    world.store.create(make_job(weight=weight, tenant=tenant), "Gut.", own=own)


def test_what_is_heavier_than_may_ever_wait_is_refused_on_an_empty_queue(world: World) -> None:
    with pytest.raises(TooMuch):
        wait(world, 11, Allowance(waiting=10))


def test_an_organisation_has_no_more_waiting_than_it_may(world: World) -> None:
    own = Allowance(waiting=10)
    wait(world, 6, own)
    with pytest.raises(OverLimit):
        wait(world, 5, own)
    wait(world, 5, own, "acme")
    claim(world.store, jobs=1)
    claim(world.store, jobs=1)
    wait(world, 10, own)


def test_an_organisation_has_no_more_scheduled_than_may_wait(world: World) -> None:
    own, soon = Allowance(waiting=10), 60_000

    def schedule(weight: int, tenant: str = "default") -> str:
        job = make_job(weight=weight, tenant=tenant, due_at=world.now() + soon)
        return world.store.create(job, "Gut.", own=own).job.id

    with pytest.raises(TooMuch):
        schedule(11)
    first = schedule(6)
    with pytest.raises(OverLimit):
        schedule(5)
    schedule(10, "acme")
    wait(world, 10, own)
    world.store.cancel("default", first)
    schedule(4)
    schedule(6)
    world.advance(soon)
    claim(world.store)
    schedule(10)


def test_one_organisation_cannot_schedule_all_that_may_be(redis_world: RedisWorld) -> None:
    due, own = redis_world.now() + 60_000, Allowance(waiting=5)

    def schedule(number: int) -> None:
        batch = Batch(id=f"batch_{number}", tenant="acme", ttl_ms=DAY_MS, due_at=due)
        BatchStore(redis_world.redis).create(batch, [Line(number=1, text="Gut.")], target=9, limit=10, own=own)

    for number in range(5):
        schedule(number)
    with pytest.raises(OverLimit, match="scheduled"):
        schedule(5)
    redis_world.store.create(make_job(tenant="zeta", due_at=due), "Gut.", limit=10, own=own)


def test_an_organisation_has_no_more_accepted_on_a_day_than_it_may(world: World) -> None:
    own = Allowance(day=10)
    wait(world, 10, own)
    claim(world.store)
    with pytest.raises(OverLimit):
        wait(world, 1, own)
    wait(world, 10, own, "acme")


def test_a_refusal_for_the_day_says_when_the_next_one_begins(redis_world: RedisWorld) -> None:
    wait(redis_world, 1, Allowance(day=1))
    with pytest.raises(OverLimit) as refused:
        wait(redis_world, 1, Allowance(day=1))
    midnight = DAY_MS - redis_world.now() % DAY_MS
    assert refused.value.retry_after_s == pytest.approx(midnight / 1000, abs=2)


def hold(world: World, text: str, most: int, tenant: str = "default") -> None:
    """Beside the text is what was asked: nothing, `{}`."""
    world.store.create(make_job(tenant=tenant, ttl_ms=60_000), text, own=Allowance(bytes=most))


def test_what_is_larger_than_may_ever_be_stored_is_refused(world: World) -> None:
    hold(world, "ä" * 4, 10)
    with pytest.raises(TooMuch):
        hold(world, "ä" * 4 + "a", 10, "acme")


def test_an_organisation_stores_no_more_than_it_may_until_some_of_it_goes(world: World) -> None:
    hold(world, "Gut.", 12)
    first = claim(world.store)[0]
    hold(world, "Gut.", 12)
    with pytest.raises(OverLimit):
        hold(world, "", 12)
    hold(world, "Gut.", 12, "acme")
    world.store.delete("default", first.id)
    hold(world, "Gut.", 12)


def test_results_are_stored_too_and_what_is_past_its_time_is_not(world: World) -> None:
    hold(world, "Gut.", 400)
    world.store.complete([succeeded(held) for held in claim(world.store)])
    with pytest.raises(OverLimit):
        hold(world, "Gut." * 50, 250)
    world.advance(61_000)
    world.store.reconcile()
    hold(world, "Gut." * 50, 250)


def test_a_refusal_for_what_is_stored_says_when_something_goes(redis_world: RedisWorld) -> None:
    hold(redis_world, "Gut.", 12)
    with pytest.raises(OverLimit) as refused:
        hold(redis_world, "Gut. Gut.", 12)
    assert refused.value.retry_after_s == 60, "nothing has ended: nobody knows"
    redis_world.store.complete([failed(held) for held in claim(redis_world.store)])
    redis_world.advance(20_000)
    with pytest.raises(OverLimit) as refused:
        hold(redis_world, "Gut. Gut.", 12)
    assert refused.value.retry_after_s == pytest.approx(40, abs=3)


def test_what_the_operator_says_of_an_organisation_goes_before_what_holds_for_all(redis_world: RedisWorld) -> None:
    tenants = TenantStore(redis_world.redis)
    tenants.limit("acme", {"waiting": 2})
    assert tenants.allowance("acme", Allowance(waiting=10, day=7)) == Allowance(waiting=2, day=7)
    with pytest.raises(TooMuch):
        wait(redis_world, 3, Allowance(waiting=10), "acme")
    tenants.limit("acme", {"waiting": None})
    wait(redis_world, 3, Allowance(waiting=10), "acme")
    assert tenants.all() == ["acme"]


def test_a_batch_is_held_to_it_too(redis_world: RedisWorld) -> None:
    batches = BatchStore(redis_world.redis)
    batch = Batch(id="batch_1", tenant="acme", ttl_ms=DAY_MS)
    with pytest.raises(TooMuch):
        batches.create(batch, [Line(number=n, text="Gut.") for n in (1, 2, 3)], target=9, own=Allowance(waiting=2))
    assert redis_world.store.backlog().waiting["bulk"] == 0


#: A batch that says much of all of its lines, one in each chunk.
TOLD = Batch(
    id="batch_1",
    tenant="acme",
    request=make_request({"external_author": "anna", "metadata": {"note": "x" * 2000}}),
    ttl_ms=60_000,
)
LINES = [Line(number=n, text="Gut.") for n in range(1, 26)]
REQUEST_BYTES = len(TOLD.request.encode())
TOLD_BYTES = REQUEST_BYTES + sum(len(encode_chunk([line])) + REQUEST_BYTES for line in LINES)


def kept(world: RedisWorld) -> int:
    """The bytes of text, request and result in the records of a batch, by reading them."""
    jobs: list[Any] = [
        world.redis.hmget(name, "text", "request") for name in world.redis.scan_iter(keys.JOB("acme", "*"))
    ]
    request: Any = world.redis.hget(keys.BATCH("acme", "batch_1"), "request")
    return sum(len(value or b"") for record in [*jobs, [request]] for value in record)


def test_what_a_batch_says_of_all_its_lines_is_stored_with_it_and_with_each_chunk(redis_world: RedisWorld) -> None:
    batches = BatchStore(redis_world.redis)
    with pytest.raises(TooMuch):
        batches.create(TOLD, LINES, target=1, own=Allowance(bytes=TOLD_BYTES - 1))
    batches.create(TOLD, LINES, target=1, own=Allowance(bytes=TOLD_BYTES))
    with pytest.raises(OverLimit):
        hold(redis_world, "", TOLD_BYTES, "acme")


def test_an_erased_author_of_a_whole_batch_is_stored_no_more(redis_world: RedisWorld) -> None:
    batches = BatchStore(redis_world.redis)
    batches.create(TOLD, LINES, target=1)
    assert stored(redis_world.redis, "acme") == kept(redis_world) == TOLD_BYTES
    LineEraser(redis_world.redis).erase(batches.get("acme", "batch_1"), "anna")
    assert stored(redis_world.redis, "acme") == kept(redis_world) < TOLD_BYTES
    batches.delete("acme", "batch_1")
    assert stored(redis_world.redis, "acme") == 0


def test_of_a_batch_that_is_past_its_time_nothing_is_stored(redis_world: RedisWorld) -> None:
    BatchStore(redis_world.redis).create(TOLD, LINES, target=1)
    while held := claim(redis_world.store):
        redis_world.store.complete([failed(taken) for taken in held])
    assert stored(redis_world.redis, "acme") == TOLD_BYTES
    redis_world.advance(61_000)
    redis_world.store.reconcile()
    assert stored(redis_world.redis, "acme") == 0


def test_of_a_batch_that_comes_line_by_line_no_more_waits_in_redis_than_may_be_stored(redis_world: RedisWorld) -> None:
    batches, most = BatchStore(redis_world.redis), 0

    def lines() -> Iterator[Line]:
        nonlocal most
        for line in LINES:
            yield line
            most = max(most, len(list(redis_world.redis.scan_iter(keys.JOB("acme", "*")))))

    with pytest.raises(TooMuch, match=f"This takes {TOLD_BYTES} bytes"):
        batches.create_in_parts(TOLD, lines(), target=1, own=Allowance(bytes=TOLD_BYTES // 5))
    assert 1 <= most <= 5
    assert kept(redis_world) == 0
    hold(redis_world, "Gut." * 100, 0, "acme")
    most = 0
    TenantStore(redis_world.redis).limit("acme", {"bytes": 400})
    with pytest.raises(TooMuch):
        batches.create_in_parts(TOLD, lines(), target=1, own=Allowance(bytes=TOLD_BYTES * 2))
    assert most == 1, "the review that was there"


def test_a_batch_that_came_line_by_line_is_given_again_where_no_other_may_be_stored(redis_world: RedisWorld) -> None:
    batches, own = BatchStore(redis_world.redis), Allowance(bytes=TOLD_BYTES)

    def sent(name: str, lines: Sequence[Line] = LINES, **more: Any) -> Batch:
        return batches.create_in_parts(replace(TOLD, id=name), lines, target=1, own=own, **more)

    sent("batch_1", idempotency="k", digest="d")
    with pytest.raises(OverLimit):
        sent("batch_2", LINES[:2])
    assert sent("batch_2", idempotency="k", digest="d").id == "batch_1"
