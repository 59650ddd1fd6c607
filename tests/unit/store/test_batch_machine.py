"""Whatever is done to batches, to restaurants' reviews and to what other Celery clients send, in whatever order: the
counts of a batch add up, a summary is what its jobs say, and the model in memory and Redis agree.

Like `test_state_machine`, which does the same to single jobs.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

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

from jobs.batch import Batch, BatchFilter
from jobs.batch_status import BatchStatus
from jobs.errors import Gone, TriedAgain
from jobs.job import Status
from jobs.judgements import together
from jobs.line import WITHOUT_TEXT, Line, LineFilter, LineStatus, decode_chunk
from jobs.line_erasure import erase_lines
from jobs.request import JobRequest, Priority
from jobs.stored import JobFilter
from store import keys
from store.batch_lines import ChunkResult
from store.batches import BatchStore
from store.line_erasure import LineEraser
from store.messages import MessageFactory
from store.outbox import BEGINNING, Outbox
from store.requeue import renumbered
from tests.support.accounting import recount, stored, totals, wrong_marks
from tests.support.factories import LEASE_MS, make_job
from tests.support.model_batches import ModelBatches
from tests.support.redis_server import RedisServer
from tests.support.worlds import ModelWorld, RedisWorld
from tests.unit.store.worker_rules import MODELS, STRIKES, TTL_MS, VERSIONS, WorkerRules

DAYS = ("2026-11-01", "2026-11-02")
TENANT = "default"
AUTHORS = ("anna", "Björn | 7")
#: Of each line how many sentences it has, its restaurant ("" is none, None the batch's), its day and its author.
TEXTS = st.lists(
    st.tuples(
        st.integers(-1, 3), st.sampled_from([None, None, "", "Adler", "Bär"]), st.sampled_from([None, *DAYS]),
        st.sampled_from([None, *AUTHORS]),
    ),
    min_size=1, max_size=8,
)  # fmt: skip
#: About how many sentences a chunk has.
CHUNK = st.sampled_from([1, 4, 100])
Told = tuple[int, str | None, str | None, str | None]


def lines_of(texts: Sequence[Told], models: Sequence[str | None] = (None,)) -> list[Line]:
    """A line for each: a review of so many sentences, for 0 something that is none and for less one without a text;
    with these models in turns.
    """
    return [
        Line(
            number=number,
            text="Gut. " * size,
            problem=None if size > 0 else "no JSON" if size == 0 else WITHOUT_TEXT,
            restaurant=restaurant,
            reviewed_at=day,
            external_author=author,
            model=models[number % len(models)] if size > 0 else None,
        )
        for number, (size, restaurant, day, author) in enumerate(texts, 1)
    ]


class Batches(WorkerRules):
    """The model and Redis, to which the same is done."""

    server: RedisServer

    @initialize(texts=TEXTS, chunk=CHUNK)
    def begin(self, texts: list[Told], chunk: int) -> None:
        self.client = self.server.client()
        self.client.flushall()
        Outbox(self.client).switch_on(10_000)
        real, model = RedisWorld(self.client), ModelWorld()
        batches = BatchStore(self.client)
        # Tags in the order of creation, so that Redis sweeps in the order in which the model does.
        tags = itertools.count(1)
        real.store._messages = batches._messages = MessageFactory(new_tag=lambda: f"{next(tags):06}")
        self.worlds = (model, real)
        self.batches = (ModelBatches(model.store), batches)
        self.erasers = (self.batches[0], LineEraser(self.client))
        self.number = itertools.count(1)
        #: Batches as they were when last seen.
        self.made: dict[str, Batch] = {}
        #: Whose lines they have.
        self.authors: dict[str, set[str | None]] = {}
        #: Results as they were when last seen, by job or chunk.
        self.results: dict[str, Any] = {}
        self.jobs, self.held, self.claimed, self.redone, self.judged_by = [], {}, [], set(), {}
        given = {"restaurant": "Adler", "author": None, "in_parts": False, "priority": Priority.BULK, "model": None}
        self.a_batch_comes(texts=texts, chunk=chunk, key=None, limit=0, due_s=None, **given)
        for restaurant, day in zip(("Adler", "Adler", "Bär"), itertools.cycle(DAYS), strict=False):
            self.a_review_comes(weight=2, restaurant=restaurant, day=day, author=None, model=None)

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
        restaurant=st.sampled_from([None, "Adler"]),
        author=st.sampled_from([None, None, AUTHORS[0]]),
        in_parts=st.booleans(),
        priority=st.sampled_from([Priority.BULK, Priority.BULK, Priority.NORMAL]),
        model=MODELS,
        models=st.sampled_from([(None,), (None,), (None, VERSIONS[0]), ("candidate", VERSIONS[1], None)]),
    )
    def a_batch_comes(
        self,
        texts: list[Told],
        chunk: int,
        key: str | None,
        limit: int,
        due_s: int | None,
        restaurant: str | None,
        author: str | None,
        in_parts: bool,
        priority: Priority,
        model: str | None,
        models: tuple[str | None, ...] = (None,),
    ) -> None:
        name = f"batch-{next(self.number):03}"
        request = JobRequest(priority=priority, restaurant=restaurant, external_author=author, model=model)

        def call(index: int) -> str:
            due = None if due_s is None else self.worlds[index].now() + due_s * 1000
            batch = Batch(id=name, request=request, ttl_ms=TTL_MS, due_at=due, day=DAYS[1])
            # The digest stands for the request: with the same key it is sometimes another one.
            given = {"idempotency": key, "digest": f"d{len(texts) % 2}", "limit": limit}
            store, lines = self.batches[index], lines_of(texts, models)
            if in_parts:
                return store.create_in_parts(batch, iter(lines), target=chunk, **given).id
            return store.create(batch, lines, target=chunk, **given).id

        if self.agree(call) == name:
            self.made[name] = without_times(self.batches[0].get(TENANT, name))
            assert self.made[name].total == len(texts)
            self.authors[name] = {own or author for *_, own in texts}

    @rule(
        weight=st.integers(1, 3), restaurant=st.sampled_from([None, "Adler", "Bär"]), day=st.sampled_from(DAYS),
        author=st.sampled_from([None, *AUTHORS]), model=MODELS,
    )  # fmt: skip
    def a_review_comes(
        self, weight: int, restaurant: str | None, day: str, author: str | None, model: str | None
    ) -> None:
        name = f"job-{next(self.number):03}"
        job = make_job(
            id=name, weight=weight, restaurant=restaurant, external_author=author, day=day if restaurant else None,
            ttl_ms=TTL_MS, model=model,
        )  # fmt: skip
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

    @rule(data=st.data(), author=st.sampled_from(AUTHORS))
    def an_author_is_erased(self, data: st.DataObject, author: str) -> None:
        """Of a batch: its other lines stay as they are, and what is held of it is judged anew without theirs."""
        name = data.draw(st.sampled_from(sorted(self.made)))
        batch = self.agree(lambda i: without_times(self.batches[i].get(TENANT, name)))
        if batch is Gone:
            return
        before = self.rows(batch)
        theirs = {number for number, row in before.items() if row["external_author"] == author}
        for job_id, pair in self.held.items():
            if job_id.partition(".")[0] == name and erase_lines(decode_chunk(pair[0].text), pair[0].request, author):
                self.redone.add(job_id)
        assert self.agree(lambda i: self.erasers[i].erase(batch, author)) == len(theirs)
        self.made[name] = self.agree(lambda i: without_times(self.batches[i].get(TENANT, name)))
        self.authors[name] = {None if own == author else own for own in self.authors[name]}
        after = self.rows(self.made[name])
        assert {n: row for n, row in after.items() if n not in theirs} == {
            n: row for n, row in before.items() if n not in theirs
        }
        for number in theirs:
            row = after[number]
            was = before[number]["status"]
            assert row["status"] == ("failed" if was in ("succeeded", "skipped") else was)
            assert (row["result"], row["external_author"], row["reviewed_at"]) == (None, None, None)
        assert self.agree(lambda i: self.erasers[i].erase(self.made[name], author)) == 0

    def rows(self, batch: Batch) -> dict[int, Any]:
        """Its lines by their numbers."""
        page = self.agree(lambda i: self.batches[i].line_page(batch, LineFilter(), size=100).rows)
        return {row["line"]: row for row in map(orjson.loads, page)}

    @rule(seconds=st.sampled_from([1, 200]), reconciled=st.booleans())
    def time_passes(self, seconds: int, reconciled: bool) -> None:
        self.renew(seconds * 1000 + LEASE_MS)
        for world in self.worlds:
            world.advance(seconds * 1000)
        if reconciled:
            found = self.agree(lambda i: self.worlds[i].store.reconcile(strikes=STRIKES))
            assert (found.requeued, found.failed) == (0, 0), "nothing was lost, so nothing is revived"

    @rule(data=st.data(), chunk=CHUNK)
    def lines_without_a_result_are_tried_again(self, data: st.DataObject, chunk: int) -> None:
        """As a batch of their own: of the old one nothing changes, and nothing counts twice."""
        name = data.draw(st.sampled_from(sorted(self.made)))
        old = self.agree(lambda i: without_times(self.batches[i].get(TENANT, name)))
        if old is Gone or not old.status.terminal:
            return
        lines = self.agree(lambda i: list(self.batches[i].without_result(old)))
        if lines is Gone or not lines:
            return
        assert len(lines) <= old.total - old.succeeded - old.skipped
        assert all(line.text for line in lines), "what had no text has none now"
        again = f"batch-{next(self.number):03}"
        request = replace(old.request, retry_of=name, not_before=None)

        def call(index: int) -> int:
            batch = Batch(id=again, request=request, ttl_ms=TTL_MS, day=DAYS[1])
            return self.batches[index].create_in_parts(batch, renumbered(lines), target=chunk).total

        made = self.agree(call)
        if made is TriedAgain:
            # That one has these lines.
            return
        assert made == len(lines)
        self.made[again] = without_times(self.batches[0].get(TENANT, again))
        self.authors[again] = {line.asked(request).external_author for line in lines}

    @invariant()
    def the_counts_of_a_batch_add_up(self) -> None:
        for name in getattr(self, "made", ()):
            batch = self.agree(lambda i, name=name: without_times(self.batches[i].get(TENANT, name)))
            if batch is Gone:
                continue
            counts = {str(status): getattr(batch, status) for status in LineStatus if status is not LineStatus.WAITING}
            recount: Counter[str] = Counter()
            chunks = [self.chunk(batch, number) for number in range(batch.chunks)]
            waits = chunks.count(None)
            if not waits:
                groups = [
                    self.agree(lambda i, b=batch, c=c: self.batches[i].group(b, c).lines)
                    for c in batch.grouped_chunks()
                ]
                numbers = [orjson.loads(row)["line"] for rows in groups for row in rows.splitlines()]
                assert numbers == list(range(1, batch.total + 1)), "results are in the order of the request"
            for rows in chunks:
                recount.update(orjson.loads(row)["status"] for row in (rows or b"").splitlines())
            assert counts == {status: recount[status] for status in counts}, name
            assert batch.waiting == batch.total - recount.total()
            assert batch.status.terminal == (waits == 0), "a batch goes on while one of its chunks does"
            # By its record: a chunk that ended long before its batch answers Gone when it is asked for as a job.
            records = self.worlds[0].store._records
            states = {records[TENANT, batch.chunk_id(n)].job.status for n in range(batch.chunks)}
            assert (batch.status is BatchStatus.SCHEDULED) == (states == {Status.SCHEDULED}), (batch.status, states)
            before = self.made[name]
            assert batch.version >= before.version
            assert not before.status.terminal or batch == before, "a batch that has ended never changes"
            self.made[name] = batch

    @rule(
        status=st.sampled_from([None, *BatchStatus]),
        restaurant=st.sampled_from([None, "Adler"]),
        author=st.sampled_from([None, *AUTHORS]),
        size=st.integers(1, 3),
    )
    def a_client_lists_batches(
        self, status: BatchStatus | None, restaurant: str | None, author: str | None, size: int
    ) -> None:
        """Over all pages, the newest first."""
        wanted = BatchFilter(status=status, restaurant=restaurant, external_author=author)

        def call(index: int) -> list[Batch]:
            found, before = list[Batch](), None
            while True:
                page = self.batches[index].page(TENANT, wanted, size=size, before=before)
                found += map(without_times, page.found)
                if (before := page.next) is None:
                    return found

        found = self.agree(call)
        known = [self.agree(lambda i, name=n: without_times(self.batches[i].get(TENANT, name))) for n in self.made]
        shown = [
            batch.id for batch in known
            if batch is not Gone and wanted.shows(batch) and author in (None, *self.authors[batch.id])
        ]  # fmt: skip
        assert sorted(batch.id for batch in found) == shown

    @rule(restaurant=st.sampled_from([None, "Adler"]), author=st.sampled_from([None, *AUTHORS]))
    def a_client_lists_jobs(self, restaurant: str | None, author: str | None) -> None:
        wanted = JobFilter(restaurant=restaurant, external_author=author)
        found = self.agree(lambda i: [job.id for job in self.worlds[i].store.page(TENANT, wanted, size=100).jobs])
        assert author is None or set(found) <= set(self.jobs), "what other clients send names no author"

    @rule(
        data=st.data(), status=st.sampled_from([None, *LineStatus]), author=st.sampled_from([None, None, *AUTHORS]),
        size=st.integers(1, 3),
    )  # fmt: skip
    def a_client_lists_lines(
        self, data: st.DataObject, status: LineStatus | None, author: str | None, size: int
    ) -> None:
        """Over all pages, in their order."""
        wanted = LineFilter(status=status, external_author=author)
        name = data.draw(st.sampled_from(sorted(self.made)))
        batch = self.agree(lambda i: without_times(self.batches[i].get(TENANT, name)))
        if batch is Gone:
            return

        def call(index: int) -> list[bytes]:
            found, after = list[bytes](), 0
            while True:
                page = self.batches[index].line_page(batch, wanted, size=size, after=after)
                found += page.rows
                if page.next is None:
                    return found
                after = page.next

        rows = [orjson.loads(row) for row in self.agree(call)]
        counts = {"waiting": batch.waiting} | {name: getattr(batch, name) for name in LineStatus if name != "waiting"}
        if author is None:
            assert len(rows) == (batch.total if status is None else counts[status])
        assert {row["external_author"] for row in rows} <= {author} or author is None
        assert [row["line"] for row in rows] == sorted({row["line"] for row in rows})

    def chunk(self, batch: Batch, number: int) -> bytes | None:
        found: ChunkResult = self.agree(lambda i: self.batches[i].chunk(batch, number))
        return found.lines

    @invariant()
    def a_summary_is_what_results_say(self) -> None:
        """Of all that has succeeded and is kept, single reviews and lines of batches."""
        if not hasattr(self, "worlds"):
            return
        recount: Counter[tuple[str, str, str, str]] = Counter()
        for restaurant, day, result in [*self.results_of_jobs(), *self.results_of_lines()]:
            for sentence in result["sentences"]:
                for aspect, judged in sentence["aspects"].items():
                    recount[restaurant, day, aspect, judged["polarity"]] += 1
        for restaurant, last in itertools.product(("Adler", "Bär"), DAYS):
            given = self.summary(restaurant, last)
            wanted: dict[str, Counter[str]] = {}
            for (where, day, aspect, polarity), count in recount.items():
                if where == restaurant and day <= last:
                    wanted.setdefault(aspect, Counter())[polarity] += count
            assert given == wanted, (restaurant, last)
        listed = self.agree(lambda i: self.worlds[i].store.restaurants(TENANT, size=10))
        assert listed == sorted({where for where, *_ in recount} - {""})

    def results_of_jobs(self) -> Iterator[tuple[str, str, Any]]:
        """Restaurant, day and result of every single review that Redis has."""
        with self.client.pipeline(transaction=False) as pipe:
            for name in self.jobs:
                pipe.hmget(keys.JOB(TENANT, name), "status", "request", "day")
                pipe.get(keys.RESULT(name))
            rows = pipe.execute()
        for name, (status, request, day), meta in zip(self.jobs, rows[::2], rows[1::2], strict=True):
            if status == b"succeeded":
                yield JobRequest.decode(request).restaurant or "", (day or b"").decode(), self.result(name, meta)

    def results_of_lines(self) -> Iterator[tuple[str, str, Any]]:
        """The same of every line, from the chunks."""
        for name in self.made:
            for number in itertools.count():
                chunk_id = f"{name}.{number}"
                status = self.client.hget(keys.JOB(TENANT, chunk_id), "status")
                if status is None and number >= self.made[name].chunks:
                    break
                if status == b"succeeded":
                    meta: Any = self.client.get(keys.RESULT(chunk_id))
                    for row in self.result(chunk_id, meta):
                        if row["status"] == "succeeded":
                            yield row["restaurant"] or "", row["reviewed_at"] or DAYS[1], row["result"]

    def result(self, job_id: str, meta: bytes | None) -> Any:
        """A result, also when it is past its time: it counts until the reconciler purges its record."""
        if meta is not None:
            self.results[job_id] = orjson.loads(meta)["result"]
        return self.results[job_id]

    def summary(self, restaurant: str, last: str) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = self.agree(
            lambda i: together(self.worlds[i].store.judgements(TENANT, restaurant, first=DAYS[0], last=last))
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
        assert wrong_marks(self.client) == {}
        assert stored(self.client, TENANT) == self.worlds[0].store.stored(TENANT)

    @invariant()
    def the_archive_is_told_of_every_end_and_every_deletion(self) -> None:
        if hasattr(self, "worlds"):
            entries = Outbox(self.client).read(BEGINNING, most=10_000, wait_ms=0)
            assert Counter((entry.what.value, entry.id) for entry in entries) == Counter(self.worlds[0].store.told)


def without_times(batch: Batch) -> Batch:
    """A batch as both stores must give it: their clocks differ."""
    return replace(batch, created_at=0, finished_at=None, expires_at=None, due_at=None, day=None)


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
