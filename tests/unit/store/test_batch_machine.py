"""Whatever is done to batches, to restaurants' reviews and to what other Celery clients send, in whatever order: the
counts of a batch add up, a summary is what its jobs say, and the model in memory and Redis agree.

Like `test_state_machine`, which does the same to single jobs.
"""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import hypothesis.strategies as st
import orjson
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from jobs.batch import Batch, BatchStatus, Line
from jobs.errors import Gone
from jobs.job import Status
from jobs.request import JobRequest, Priority
from store import keys
from store.batches import BatchStore, ChunkResult
from store.job_record import MessageFactory
from tests.support.accounting import recount, totals
from tests.support.factories import LEASE_MS, make_job
from tests.support.model_batches import ModelBatches
from tests.support.redis_server import RedisServer
from tests.support.worlds import ModelWorld, RedisWorld
from tests.unit.store.worker_rules import STRIKES, TTL_MS, WorkerRules

DAYS = ("2026-11-01", "2026-11-02")
TENANT = "default"
#: Sentences of each line, and about how many a chunk has.
TEXTS, CHUNK = st.lists(st.integers(0, 3), min_size=1, max_size=8), st.sampled_from([1, 4, 100])


def lines_of(texts: Sequence[int]) -> list[Line]:
    """A line for each number: a review of so many sentences, or for 0 something that is none."""
    return [
        Line(number=number, custom_id=None, text="Gut. " * size, problem=None if size else "no JSON")
        for number, size in enumerate(texts, 1)
    ]


class Batches(WorkerRules):
    """The model and Redis, to which the same is done."""

    server: RedisServer

    @initialize(texts=TEXTS, chunk=CHUNK)
    def begin(self, texts: list[int], chunk: int) -> None:
        self.client = self.server.client()
        self.client.flushall()
        real, model = RedisWorld(self.client), ModelWorld()
        batches = BatchStore(self.client)
        # Tags in the order of creation, so that Redis sweeps in the order in which the model does.
        tags = itertools.count(1)
        real.store._messages = batches._messages = MessageFactory(new_tag=lambda: f"{next(tags):06}")
        self.worlds = (model, real)
        self.batches = (ModelBatches(model.store), batches)
        self.number = itertools.count(1)
        #: Batches as they were when last seen.
        self.made: dict[str, Batch] = {}
        self.jobs, self.held, self.claimed = [], {}, []
        self.a_batch_comes(texts=texts, chunk=chunk, key=None, limit=0, due_s=None)
        for restaurant, day in zip(("Adler", "Adler", "Bär"), itertools.cycle(DAYS), strict=False):
            self.a_review_comes(weight=2, restaurant=restaurant, day=day)

    def teardown(self) -> None:
        if hasattr(self, "client"):
            self.client.close()

    # What comes in.

    @rule(
        texts=TEXTS,
        chunk=CHUNK,
        key=st.sampled_from([None, None, None, "one", "two"]),
        limit=st.sampled_from([0, 0, 0, 12]),
        due_s=st.sampled_from([None, None, None, -5, 60, 300]),
    )
    def a_batch_comes(self, texts: list[int], chunk: int, key: str | None, limit: int, due_s: int | None) -> None:
        name = f"batch-{next(self.number):03}"
        request = JobRequest(priority=Priority.BULK, restaurant="Adler")

        def call(index: int) -> str:
            due = None if due_s is None else self.worlds[index].now() + due_s * 1000
            batch = Batch(id=name, request=request, ttl_ms=TTL_MS, due_at=due)
            # The digest stands for the request: with the same key it is sometimes another one.
            given = {"idempotency": key, "digest": f"d{len(texts) % 2}", "limit": limit}
            return self.batches[index].create(batch, lines_of(texts), target=chunk, **given).id

        if self.agree(call) == name:
            self.made[name] = without_times(self.batches[0].get(TENANT, name))
            assert self.made[name].total == len(texts)

    @rule(weight=st.integers(1, 3), restaurant=st.sampled_from([None, "Adler", "Bär"]), day=st.sampled_from(DAYS))
    def a_review_comes(self, weight: int, restaurant: str | None, day: str) -> None:
        name = f"job-{next(self.number):03}"
        job = make_job(id=name, weight=weight, restaurant=restaurant, day=day if restaurant else None, ttl_ms=TTL_MS)
        self.agree(lambda index: self.worlds[index].store.create(job, "Gut.").job.id)
        self.jobs.append(name)

    @rule()
    def another_client_sends_a_text(self) -> None:
        name = f"sent-{next(self.number):03}"
        for world in self.worlds:
            world.send(name)

    # What clients and time take away.

    @rule(data=st.data(), call=st.sampled_from(["cancel batch", "cancel batch", "delete batch", "delete job"]))
    def a_client_takes_it_away(self, data: st.DataObject, call: str) -> None:
        names = self.jobs if call == "delete job" else sorted(self.made)
        if not names:
            return
        name = data.draw(st.sampled_from(names))
        if call == "cancel batch":
            self.agree(lambda i: self.batches[i].cancel(TENANT, name).status)
        elif call == "delete batch":
            self.agree(lambda i: self.batches[i].delete(TENANT, name))
        else:
            self.agree(lambda i: self.worlds[i].store.delete(TENANT, name))
        if call != "cancel batch":
            self.held = {job: pair for job, pair in self.held.items() if job.partition(".")[0] != name}

    @rule(seconds=st.sampled_from([1, 200]), reconciled=st.booleans())
    def time_passes(self, seconds: int, reconciled: bool) -> None:
        self.renew(seconds * 1000 + LEASE_MS)
        for world in self.worlds:
            world.advance(seconds * 1000)
        if reconciled:
            found = self.agree(lambda i: self.worlds[i].store.reconcile(strikes=STRIKES))
            assert (found.requeued, found.failed) == (0, 0), "nothing was lost, so nothing is revived"

    @invariant()
    def the_counts_of_a_batch_add_up(self) -> None:
        for name in getattr(self, "made", ()):
            batch = self.agree(lambda i, name=name: without_times(self.batches[i].get(TENANT, name)))
            if batch is Gone:
                continue
            counts = {status: getattr(batch, status) for status in ("succeeded", "failed", "canceled", "expired")}
            recount: Counter[str] = Counter()
            chunks = [self.chunk(batch, number) for number in range(batch.chunks)]
            waits = chunks.count(None)
            for rows in chunks:
                recount.update(orjson.loads(row)["status"] for row in (rows or b"").splitlines())
            assert counts == {status: recount[status] for status in counts}, name
            assert batch.waiting == batch.total - recount.total()
            assert batch.status.terminal == (waits == 0), "a batch goes on while one of its chunks does"
            states = {self.worlds[0].store.get(TENANT, batch.chunk_id(n)).job.status for n in range(batch.chunks)}
            assert (batch.status is BatchStatus.SCHEDULED) == (states == {Status.SCHEDULED}), (batch.status, states)
            before = self.made[name]
            assert batch.version >= before.version
            assert not before.status.terminal or batch == before, "a batch that has ended never changes"
            self.made[name] = batch

    def chunk(self, batch: Batch, number: int) -> bytes | None:
        found: ChunkResult = self.agree(lambda i: self.batches[i].chunk(batch, number))
        return found.lines

    @invariant()
    def a_summary_is_what_its_jobs_say(self) -> None:
        if not hasattr(self, "worlds"):
            return
        with self.client.pipeline(transaction=False) as pipe:
            for name in self.jobs:
                pipe.hmget(keys.JOB(TENANT, name), "status", "request", "day", "tally")
            rows = pipe.execute()
        recount: Counter[tuple[str, str, str, str]] = Counter()
        for status, request, day, tally in rows:
            if status == b"succeeded" and tally:
                restaurant = JobRequest.decode(request).restaurant or ""
                for name, count in orjson.loads(tally).items():
                    aspect, polarity = name.split("|")
                    recount[restaurant, day.decode(), aspect, polarity] += count
        for restaurant, last in itertools.product(("Adler", "Bär"), DAYS):
            given = self.summary(restaurant, last)
            wanted: dict[str, Counter[str]] = {}
            for (where, day, aspect, polarity), count in recount.items():
                if where == restaurant and day <= last:
                    wanted.setdefault(aspect, Counter())[polarity] += count
            assert given == wanted, (restaurant, last)

    def summary(self, restaurant: str, last: str) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = self.agree(
            lambda i: self.worlds[i].store.summary(TENANT, restaurant, first=DAYS[0], last=last)
        )
        return found

    @invariant()
    def the_queues_totals_are_a_recount(self) -> None:
        """What waits, what is held and what is scheduled (store/lua/lib/accounting.lua)."""
        if not hasattr(self, "worlds"):
            return
        one, two = (world.store.backlog() for world in self.worlds)
        assert one == two
        assert totals(self.client) == recount(self.client)


def without_times(batch: Batch) -> Batch:
    """A batch as both stores must give it: their clocks differ."""
    return replace(batch, created_at=0, finished_at=None, expires_at=None, due_at=None)


@pytest.mark.timeout(300)
def test_no_interleaving_breaks_what_batches_and_summaries_promise(redis_server: RedisServer) -> None:
    Batches.server = redis_server
    run_state_machine_as_test(
        Batches,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
