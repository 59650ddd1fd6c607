"""Feedback in Redis does what a dictionary would, whatever is said, taken back, deleted or past its time."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.budgets import Bounded
from jobs.errors import NotFound
from jobs.feedback import Correction, FeedbackFilter, JudgedSentence
from jobs.job import Job
from store import feedback_keys, room_keys
from store.feedback import FeedbackStore
from store.outbox import BEGINNING, Outbox, What
from tests.support.factories import create, work_off
from tests.support.worlds import RedisWorld

TENANT, MOST, TTL_MS = "acme", 2, 105_000
#: Jobs by name, and for how many seconds each is kept where its client said so.
JOBS = {"usual": None, "short": 60, "third": None}
SENTENCE = {n: JudgedSentence(index=n, text=f"Satz {n}.", aspects={"food": ("positive", 0.5)}) for n in range(2)}
WHICH = st.tuples(st.sampled_from(sorted(JOBS)), st.integers(0, 1), st.sampled_from(["food", "price"]))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), WHICH, st.sampled_from(["positive", "none"])),
        st.tuples(st.just("take back"), WHICH),
        st.tuples(st.just("take all back"), WHICH),
        st.tuples(st.just("delete the job"), WHICH),
        st.tuples(st.just("pass"), st.sampled_from([30_000, 61_000])),
    ),
    max_size=12,
)


class FeedbackOracle:
    """The dictionary: job -> sentence and aspect -> polarity, and until when it is kept."""

    def __init__(self) -> None:
        self.of: dict[str, dict[tuple[int, str], str]] = {}
        self.until: dict[str, int] = {}
        self.gone, self.now = set[str](), 0

    def say(self, name: str, of: tuple[int, str], polarity: str) -> bool | None:
        """What the store has to answer."""
        seconds = JOBS[name]
        if name in self.gone or (seconds is not None and self.now >= seconds * 1000):
            return None
        if name not in self.of:
            if len(self.of) == MOST:
                return False
            self.until[name] = seconds * 1000 if seconds is not None else self.now + TTL_MS
        self.of.setdefault(name, {})[of] = polarity
        return True

    def take_back(self, name: str, of: tuple[int, str] | None) -> bool:
        kept = self.of.get(name, {})
        there = bool(kept) if of is None else of in kept
        if there:
            self.of[name] = {} if of is None else {key: value for key, value in kept.items() if key != of}
            if not self.of[name]:
                del self.of[name]
        return there

    def advance(self, ms: int) -> None:
        self.now += ms
        for name in [name for name in self.of if self.until[name] <= self.now]:
            del self.of[name]


def judged_jobs(world: RedisWorld) -> Iterator[tuple[str, Job]]:
    for name, seconds in JOBS.items():
        create(world.store, tenant=TENANT, id=name, ttl_s=seconds, ttl_ms=(seconds or 1_000_000) * 1000)
    work_off(world.store)
    for name in JOBS:
        yield name, world.store.get(TENANT, name).job


def counted(world: RedisWorld) -> int:
    """Bytes that all feedback is said to take."""
    found: Any = world.redis.hget(room_keys.BYTES, Bounded.FEEDBACK)
    return int(found or 0)


def taken(world: RedisWorld) -> int:
    """Bytes of its records' fields, and of records and fields themselves (`store/lua/lib/feedback.lua`)."""
    total = 0
    for name in JOBS:
        record: Any = world.redis.hgetall(feedback_keys.FEEDBACK(TENANT, name))
        parts = {field: value for field, value in record.items() if b"|" in field}
        total += sum(len(field) + len(value) + 40 for field, value in parts.items())
        total += 600 + len(record[b"about"]) if record else 0
    return total


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_it_keeps_what_was_said_and_no_more(redis_world: RedisWorld, steps: list[tuple[Any, ...]]) -> None:
    redis_world.redis.flushall()
    feedback, oracle, outbox = FeedbackStore(redis_world.redis), FeedbackOracle(), Outbox(redis_world.redis)
    outbox.switch_on(10_000)
    told = list[tuple[str, str, tuple[int, str] | None]]()
    jobs = dict(judged_jobs(redis_world))
    for kind, what, *more in steps:
        if kind == "pass":
            redis_world.advance(what)
            redis_world.store.reconcile()
            oracle.advance(what)
            continue
        name, index, aspect = what
        if kind == "say":
            correction = Correction(sentence=index, aspect=aspect, polarity=more[0])
            before = oracle.of.get(name, {}).get((index, aspect))
            kept = feedback.put(jobs[name], "de", SENTENCE[index], correction, most=MOST, ttl_ms=TTL_MS)
            assert kept is oracle.say(name, (index, aspect), more[0])
            if kept and before != more[0]:
                told.append(("said", name, None))
        elif kind == "delete the job":
            with suppress(NotFound):
                redis_world.store.delete(TENANT, name)
            oracle.gone.add(name)
            oracle.take_back(name, None)
        else:
            of = None if kind == "take all back" else (index, aspect)
            there = feedback.delete(TENANT, name, of)
            assert there is oracle.take_back(name, of)
            # The archive may have all of what is not here any more.
            if there or of is None:
                told.append(("taken-back", name, of))
        found = feedback.page(TENANT, FeedbackFilter(), size=9).found
        assert {
            each.job_id: {(one.sentence, one.aspect): one.polarity for one in each.corrections} for each in found
        } == oracle.of
        assert counted(redis_world) == taken(redis_world)
        for each in found:
            assert {one.index for one in each.sentences} == {one.sentence for one in each.corrections}
    entries = outbox.read(BEGINNING, most=10_000, wait_ms=0)
    assert [
        (each.what, each.id, each.part) for each in entries if each.what in (What.CORRECTED, What.TAKEN_BACK)
    ] == told
    if not oracle.of:
        assert redis_world.redis.keys("kritiq:*feedback*") == []
    assert redis_world.redis.zcard(feedback_keys.FEEDBACK_EXPIRING) == len(oracle.of)
