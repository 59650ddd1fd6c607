"""Whatever is done to the store, in whatever order: no job is lost, none ends twice, and both twins agree.

Hypothesis makes up the interleaving; each step is done to the store in memory and to the one in Redis. Some workers
die: their claims outlive their leases, are swept, and their late calls must change nothing.
"""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from jobs.attempt import Attempt, AttemptEnd, holder_of
from jobs.celery_task import UntoldEnd
from jobs.errors import Gone, KritiqError
from jobs.job import TRANSITIONS, WITHOUT_RESULT, Claim, Job, Outcome, Status
from jobs.progress import Progress
from jobs.request import Priority
from jobs.store import JobStore
from jobs.stored import LostAttempt
from store import keys, queues
from store.aliases import AliasStore
from store.messages import MessageFactory
from store.outbox import BEGINNING, Outbox
from tests.support.accounting import recount, stored, totals, wrong_marks
from tests.support.factories import LEASE_MS, RESULT, failed, make_job, succeeded
from tests.support.redis_server import RedisServer
from tests.support.worlds import ModelWorld, RedisWorld
from tests.unit.store.worker_rules import MODELS, SERVES, VERSIONS

STRIKES = 3
TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
#: The two claims that the twins gave for one attempt.
Pair = tuple[Claim, Claim]


def reachable(status: Status) -> set[Status]:
    """States that may follow, in any number of steps, and the state itself."""
    found = {status}
    for after in TRANSITIONS[status]:
        if after not in found:
            found |= {after} if after.terminal else {after} | set().union(*(TRANSITIONS[after], {after}))
    return found


class Twins(RuleBasedStateMachine):
    """Two stores under the same hands."""

    server: RedisServer
    attempts = Bundle("attempts")
    stale = Bundle("stale")

    @initialize()
    def begin(self) -> None:
        client = self.server.client()
        client.flushall()
        Outbox(client).switch_on(10_000)
        redis_world = RedisWorld(client)
        # Tags in the order of creation, so that Redis sweeps in the order in which memory does.
        numbers = itertools.count(1)
        redis_world.store._messages = MessageFactory(new_tag=lambda: f"{next(numbers):06}")
        self.client = client
        self.worlds: tuple[ModelWorld, RedisWorld] = (ModelWorld(), redis_world)
        self.ids: list[str] = []
        self.texts: dict[str, str] = {}
        self.seen: dict[str, Job] = {}
        self.held: dict[str, Pair] = {}
        self.deleted: set[str] = set()
        self.number = itertools.count(1)
        #: The attempts that each told as lost.
        self.lost: tuple[list[LostAttempt], list[LostAttempt]] = ([], [])
        for world, told in zip(self.worlds, self.lost, strict=True):
            world.store.on_lost = told.extend

    def teardown(self) -> None:
        if hasattr(self, "client"):
            self.client.close()

    def both(self, call: Any) -> tuple[Any, Any]:
        """Do `call(store, 0 or 1)` to both; what they say, errors included."""
        answers = []
        for index, world in enumerate(self.worlds):
            try:
                answers.append(call(world.store, index))
            except KritiqError as error:
                answers.append(type(error))
        return answers[0], answers[1]

    def agree(self, call: Any) -> Any:
        """Do `call` to both; they say the same."""
        one, two = self.both(call)
        assert one == two
        return one

    def some_id(self, data: st.DataObject) -> str | None:
        return data.draw(st.sampled_from(self.ids)) if self.ids else None

    @rule(
        priority=st.sampled_from(Priority),
        weight=st.sampled_from([1, 2, 3, 4, 5, queues.LONG_REVIEW + 1]),
        deadline_s=st.sampled_from([None, None, None, 50, 500]),
        key=st.sampled_from([None, None, "one", "two"]),
        limit=st.sampled_from([0, 0, 8]),
        due_s=st.sampled_from([None, None, -5, 60, 300]),
        model=MODELS,
    )
    def create(
        self,
        priority: Priority,
        weight: int,
        deadline_s: int | None,
        key: str | None,
        limit: int,
        due_s: int | None,
        model: str | None,
    ) -> None:
        name = f"job-{next(self.number):04}"

        def call(store: JobStore, index: int) -> tuple[bool, str]:
            now = self.worlds[index].now()
            deadline = None if deadline_s is None else now + deadline_s * 1000
            due = None if due_s is None else now + due_s * 1000
            job = make_job(
                id=name, priority=priority, weight=weight, deadline_at=deadline, due_at=due, ttl_ms=300_000,
                model=model, trace=TRACE if weight % 2 else "",
            )  # fmt: skip
            # The digest stands for the request: with the same key it is sometimes another one.
            created = store.create(job, f"Text von {name}.", idempotency=key, digest=f"d{weight % 2}", limit=limit)
            return created.new, created.job.id

        answer = self.agree(call)
        if isinstance(answer, tuple) and answer[0]:
            self.ids.append(name)
            self.texts[name] = f"Text von {name}."

    @rule(data=st.data())
    def try_again(self, data: st.DataObject) -> None:
        """A job that ended without a result, as a new one with the same text."""
        old = self.some_id(data)
        if old is None or self.seen[old].status not in (Status.FAILED, Status.EXPIRED, Status.CANCELED):
            return
        name = f"job-{next(self.number):04}"

        def call(store: JobStore, _: int) -> str:
            text = store.text("default", old)
            store.create(make_job(id=name, retry_of=old, ttl_ms=300_000), text)
            return text

        text = self.agree(call)
        if isinstance(text, str):
            assert text == self.texts[old]
            self.ids.append(name)
            self.texts[name] = text

    @rule(
        target=attempts, jobs=st.integers(1, 4), weight=st.integers(1, 12), idle=st.booleans(), serves=SERVES,
        holder=st.sampled_from(["", holder_of("worker@a", "f00", "single"), holder_of("w/#1 @b", "f00", "bulk")]),
    )  # fmt: skip
    def claim(self, jobs: int, weight: int, idle: bool, serves: tuple[str, ...], holder: str) -> Any:
        now, some = self.worlds[1].now(), {"jobs": jobs, "weight": weight, "holder": holder}
        one, two = self.both(lambda store, _: store.claim(**some, lease_ms=LEASE_MS, idle=idle, serves=serves))
        self.nothing_is_late(now)
        assert [claim.choice for claim in one] == [claim.choice for claim in two]
        assert all(not serves or claim.choice is None or claim.choice.version in serves for claim in one)
        assert [(c.id, c.attempt, c.text, c.weight) for c in one] == [(c.id, c.attempt, c.text, c.weight) for c in two]
        assert all(claim.text == self.texts[claim.id] for claim in one)
        for pair in zip(one, two, strict=True):
            assert pair[0].id not in self.held, "two attempts at one job at once"
            self.held[pair[0].id] = pair
        return tuple(zip(one, two, strict=True))

    @rule(versions=st.lists(st.sampled_from(VERSIONS), min_size=1, unique=True), revision=st.integers(0, 2))
    def move_an_alias(self, versions: list[str], revision: int) -> None:
        shares = dict.fromkeys(versions, 50)
        aliases = (self.worlds[0].store.aliases, AliasStore(self.client))
        self.agree(lambda _, index: aliases[index].move("candidate", shares, revision=revision).revision)

    @rule(batch=attempts, outcome=st.sampled_from(["succeeded", "failed", "expired"]))
    def complete(self, batch: tuple[Pair, ...], outcome: str) -> None:
        """Whoever was still at it ends its jobs; attempts that were lost before change nothing."""

        def outcome_of(claim: Claim) -> Outcome:
            if outcome == "expired":
                return Outcome(claim=claim, status=Status.EXPIRED)
            return succeeded(claim) if outcome == "succeeded" else failed(claim)

        states = self.agree(lambda store, twin: store.complete([outcome_of(pair[twin]) for pair in batch]))
        for pair, state in zip(batch, states, strict=True):
            own = self.held.get(pair[0].id) == pair
            assert (state is not None) == own, "only the attempt that holds a job ends it"
            if own:
                asked = self.seen[pair[0].id].cancel_requested
                assert state is (Status.CANCELED if asked else Status(outcome))
                del self.held[pair[0].id]

    @rule(batch=attempts)
    def renew(self, batch: tuple[Pair, ...]) -> None:
        states = self.agree(lambda store, twin: store.renew([pair[twin] for pair in batch], lease_ms=LEASE_MS))
        for pair, state in zip(batch, states, strict=True):
            assert (state is not None) == (self.held.get(pair[0].id) == pair)

    @rule(batch=attempts, done=st.integers(0, 5))
    def tell_how_far_it_is(self, batch: tuple[Pair, ...], done: int) -> None:
        progress = Progress(done=done, total=5)
        self.agree(lambda store, twin: store.note_progress([(pair[twin], progress) for pair in batch]))

    @rule(batch=consumes(attempts), target=stale)
    def release(self, batch: tuple[Pair, ...]) -> Any:
        own = [pair for pair in batch if self.held.get(pair[0].id) == pair]
        back = self.agree(lambda store, twin: store.release([pair[twin].tag for pair in sorted_by_id(batch)]))
        assert back == sum(not self.seen[pair[0].id].cancel_requested for pair in own)
        for pair in own:
            del self.held[pair[0].id]
        return batch

    @rule(batch=stale)
    def late_calls_change_nothing(self, batch: tuple[Pair, ...]) -> None:
        nothing = [None] * len(batch)
        assert (
            self.agree(lambda store, twin: store.complete([succeeded(pair[twin], b"{}") for pair in batch])) == nothing
        )
        assert self.agree(lambda store, twin: store.renew([pair[twin] for pair in batch], lease_ms=LEASE_MS)) == nothing
        assert self.agree(lambda store, twin: store.release([pair[twin].tag for pair in batch])) == 0
        far = Progress(done=9, total=9)
        self.agree(lambda store, twin: store.note_progress([(pair[twin], far) for pair in batch]))
        shown = [self.both(lambda store, _, name=pair[0].id: store.get("default", name)) for pair in batch]
        assert all(isinstance(stored, type) or stored.job.progress != far for both in shown for stored in both)

    @rule(batch=attempts)
    def the_worker_dies(self, batch: tuple[Pair, ...]) -> None:
        """Its leases end, everybody else's go on; a sweep takes back what it held."""
        own = [pair for pair in sorted_by_id(batch) if self.held.get(pair[0].id) == pair]
        others = [pair for pair in self.held.values() if pair not in own]
        self.both(lambda store, twin: store.renew([pair[twin] for pair in own], lease_ms=1_000))
        self.both(lambda store, twin: store.renew([pair[twin] for pair in others], lease_ms=LEASE_MS * 100))
        self.pass_time(2)
        before = {pair[0].id: pair[0].attempt for pair in own if pair[0].trace}
        requeued, lost = self.agree(lambda store, _: store.sweep(strikes=STRIKES))
        for told in self.lost:
            assert {each.id: each.attempt for each in told} == before
            told.clear()
        canceled = sum(self.seen[pair[0].id].cancel_requested for pair in own)
        assert requeued + lost + canceled == len(own)
        for pair in own:
            del self.held[pair[0].id]

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        if name := self.some_id(data):
            self.agree(lambda store, _: store.cancel("default", name).job.status)

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        if name := self.some_id(data):
            self.agree(lambda store, _: store.delete("default", name))
            self.deleted.add(name)
            self.held.pop(name, None)

    @rule()
    def monitors_are_told(self) -> None:
        """Every end that no attempt told, once."""

        def told(store: JobStore, _: int) -> list[UntoldEnd]:
            return sorted((replace(end, at=0) for end in store.untold(most=100)), key=lambda end: end.task)

        assert {end.task for end in self.agree(told)} <= set(self.ids)

    @rule()
    def sweep(self) -> None:
        assert self.agree(lambda store, _: store.sweep(strikes=STRIKES)) == (0, 0)

    @rule()
    def reconcile(self) -> None:
        now = self.worlds[1].now()
        found = self.agree(lambda store, _: store.reconcile(strikes=STRIKES))
        self.nothing_is_late(now)
        assert (found.requeued, found.failed) == (0, 0), "nothing was lost, so nothing is revived"

    @rule(seconds=st.sampled_from([1, 100, 1_000]))
    def time_passes(self, seconds: int) -> None:
        """Time in which every worker that lives renews its claims."""
        pairs = list(self.held.values())
        self.both(lambda store, twin: store.renew([p[twin] for p in pairs], lease_ms=seconds * 1000 + LEASE_MS))
        self.pass_time(seconds)

    def nothing_is_late(self, now: int) -> None:
        """Whoever looks at the queues first puts in what is due."""
        for name in self.ids:
            found = self.client.hmget(keys.JOB("default", name), "status", "due_at")
            assert found[0] != b"scheduled" or int(found[1]) > now, f"{name} should wait in its queue"

    def pass_time(self, seconds: int) -> None:
        for world in self.worlds:
            world.advance(seconds * 1000)

    @invariant()
    def the_twins_agree_and_nothing_is_lost(self) -> None:
        if not hasattr(self, "worlds"):
            return
        for name in self.ids:
            one, two = self.both(lambda store, _, name=name: store.get("default", name))
            if isinstance(one, type) or isinstance(two, type):
                assert one is two is Gone
                assert name in self.deleted or self.seen[name].status.terminal
                continue
            job = one.job
            for part in ("status", "version", "attempt", "cancel_requested", "error", "request", "weight", "progress"):
                assert getattr(job, part) == getattr(two.job, part), (name, part)
            courses = self.both(lambda store, _, name=name: store.course("default", name).attempts)
            assert [without_times(each) for each in courses[0]] == [without_times(each) for each in courses[1]], name
            self.course_is_whole(job, courses[1])
            assert one.result == two.result == (RESULT if job.status is Status.SUCCEEDED else None)
            self.follows(job)
            assert (job.status is Status.RUNNING) == (name in self.held), "running is what a worker holds"
        self.queues_hold_what_waits()
        backlogs = self.both(lambda store, _: store.backlog())
        assert backlogs[0] == backlogs[1]
        assert totals(self.client) == recount(self.client)
        assert wrong_marks(self.client) == {}
        assert stored(self.client, "default") == self.worlds[0].store.stored("default")

    @invariant()
    def what_ended_without_a_result_is_in_its_index(self) -> None:
        if hasattr(self, "worlds"):
            pipe = self.client.pipeline(transaction=False)
            for status in WITHOUT_RESULT:
                pipe.zrange(keys.WITHOUT_RESULT("default", status), 0, -1)
            for name in self.ids:
                pipe.hget(keys.JOB("default", name), "status")
            indexes, statuses = (found := pipe.execute())[: len(WITHOUT_RESULT)], found[len(WITHOUT_RESULT) :]
            for status, members in zip(WITHOUT_RESULT, indexes, strict=True):
                ended = {name for name, is_ in zip(self.ids, statuses, strict=True) if is_ == status.encode()}
                assert {member.decode() for member in members} == ended

    @invariant()
    def the_archive_is_told_of_every_end_and_every_deletion(self) -> None:
        if hasattr(self, "worlds"):
            entries = Outbox(self.client).read(BEGINNING, most=10_000, wait_ms=0)
            assert Counter((entry.what.value, entry.id) for entry in entries) == Counter(self.worlds[0].store.told)

    def follows(self, job: Job) -> None:
        before = self.seen.get(job.id, job)
        if before.status.terminal:
            assert job == before, "terminal states never change"
        if job.status is not before.status:
            assert job.status in reachable(before.status)
            assert job.version > before.version
        assert job.version >= before.version
        assert job.attempt >= before.attempt
        assert job.progress is None or job.status is Status.RUNNING, "only what is being judged has come somewhere"
        if before.progress and job.status is Status.RUNNING and job.attempt == before.attempt:
            assert job.progress is not None
            assert job.progress.done >= before.progress.done, "nothing goes back"
        self.seen[job.id] = job

    def course_is_whole(self, job: Job, course: Sequence[Attempt]) -> None:
        """Each attempt is there once, all but the last came to nothing, and the last one tells of the job's end."""
        assert [each.number for each in course] == list(range(1, len(course) + 1))
        assert {each.end for each in course[:-1]} <= {AttemptEnd.LOST, AttemptEnd.RELEASED}
        assert all(each.ended_at is None or each.started_at <= each.ended_at for each in course)
        if job.status is Status.RUNNING:
            assert len(course) == job.attempt
            assert course[-1].end is None
        elif job.status is Status.SUCCEEDED:
            assert len(course) == job.attempt
            assert course[-1].end is AttemptEnd.SUCCEEDED
        elif course:
            assert course[-1].ended_at is not None

    def queues_hold_what_waits(self) -> None:
        """Every waiting job has its message in a queue, and every message but dead ones' stands for one."""
        messages = b"".join(message for queue in self.lists() for message in self.client.lrange(queue, 0, -1)).decode()
        for name, job in self.seen.items():
            if job.status is Status.SCHEDULED and name not in self.deleted:
                assert name not in messages, "what is scheduled is in no queue"
            elif job.status is Status.QUEUED and name not in self.deleted:
                assert messages.count(f'"id":"{name}"') == 1, f"{name} waits in {messages.count(name)} queues"
        held = {value.decode() for value in self.client.hvals(keys.CLAIMS)}
        for name in self.held:
            assert sum(f'"id":"{name}"' in message for message in held) == 1, f"{name} is held by nobody"
        assert self.client.hlen(keys.CLAIMS) == self.client.zcard(keys.LEASES)

    def lists(self) -> list[str]:
        """Where messages wait."""
        return [*queues.CELERY_ORDER, *(key.decode() for key in self.client.scan_iter(keys.MODEL_LIST("*", "*")))]


def without_times(attempt: Attempt) -> Attempt:
    """The two stores have clocks of their own."""
    return replace(attempt, started_at=0, ended_at=None if attempt.ended_at is None else 0)


def sorted_by_id(batch: tuple[Pair, ...]) -> list[Pair]:
    """In the order of creation."""
    return sorted(batch, key=lambda pair: pair[0].id)


@pytest.mark.timeout(300)
def test_no_interleaving_breaks_the_promises(redis_server: RedisServer) -> None:
    Twins.server = redis_server
    run_state_machine_as_test(
        Twins,
        settings=settings(
            max_examples=60,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
