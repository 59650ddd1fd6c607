"""Whatever is done at Kritiq, in whatever order the dashboard hears of it and however often: in the end its numbers are
a recount of the results that were given and not taken back.
"""

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import orjson
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from api.app import create_app
from examples.dashboard import report
from examples.dashboard.backfill import Backfill
from examples.dashboard.event import read_event
from examples.dashboard.live import Signal
from examples.dashboard.selection import Selection
from examples.dashboard.store import Store
from jobs.batch import Batch
from jobs.errors import KritiqError, NothingToRetry
from jobs.job import Claim, JobError, Outcome, Status
from jobs.line import WITHOUT_TEXT, Line, decode_chunk, encode_results, error_line, success_line, unjudged_line
from jobs.request import JobRequest, Priority
from store.batches import BatchStore
from store.erasure import Eraser
from store.requeue import renumbered
from store.whose import Whose
from tests.support.factories import MODEL, claim, make_job, make_settings
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore
from tests.support.post import TENANT, Post
from tests.support.receiver_stub import ReceiverStub, Sent
from tests.support.redis_server import RedisServer
from tests.support.worlds import RedisWorld
from tests.unit.dashboard.ledger import Ledger, SentReview, recount
from worker.delivery import sender

RESTAURANTS, AUTHORS, DAYS = ("adler", "krone"), ("anna", "björn"), ("2020-03-01", "2020-03-02")
#: Seconds that reviews are kept: by the operator, and by a client who says so.
TTL_MS, OWN_TTL_S = 600_000, 60
#: Of each sentence what is judged, and of each review the sentences. Now and then one is too long for its event.
SENTENCES = st.lists(
    st.dictionaries(st.sampled_from(["food", "service"]), st.sampled_from(["positive", "negative", "none"])), max_size=3
)
REVIEW = st.tuples(
    SENTENCES, st.sampled_from([None, *RESTAURANTS]), st.sampled_from(DAYS), st.sampled_from([None, *AUTHORS])
)
#: The same of a line; or it is none, or has no text.
LINE = st.one_of(REVIEW, REVIEW, st.sampled_from(["not JSON", WITHOUT_TEXT]))
TOO_LONG = "Ein Satz ohne Ende. " * 1_200
#: Failures after which a webhook would be given up.
MOST_FAILURES = 5


def result(sentences: list[dict[str, str]], text: str = "Satz.") -> bytes:
    """As workers write it."""
    found = [
        {
            "index": number, "start": 0, "end": 5, "text": text, "truncated": False,
            "aspects": {
                name: {"polarity": polarity, "confidence": 0.9}
                for name, polarity in sentence.items() if polarity != "none"
            },
        }
        for number, sentence in enumerate(sentences)
    ]  # fmt: skip
    return orjson.dumps({"language": "de", "sentences": found})


class Reviews(RuleBasedStateMachine):
    """Kritiq over Redis, a receiver that passes on what it likes when it likes, and the dashboard."""

    server: RedisServer

    @initialize(texts=st.booleans(), own_time=st.booleans())
    def begin(self, texts: bool, own_time: bool) -> None:
        self.client = self.server.client()
        self.client.flushall()
        self.folder = Path(tempfile.mkdtemp())
        self.world, self.post = RedisWorld(self.client), Post(self.client)
        self.batches, self.eraser = BatchStore(self.client), Eraser(self.client)
        self.post.endpoint(include_text=texts)
        hub = ModelHub(ModelStore())
        app = create_app(make_settings(), self.world.store, hub, self.batches)
        self.api: FlaskClient = app.test_client()
        self.stub = ReceiverStub()
        self.dashboard = Store(self.folder / "dashboard.db")
        #: How many rows of a batch arrive before the connection breaks.
        self.breaks: int | None = None
        #: What happens behind each row of a batch that arrives.
        self.meanwhile: Callable[[], None] = lambda: None
        self.reader = Backfill(self.dashboard, Signal(), self.fetch, self.fetch_job)
        self.number = itertools.count(1)
        self.ledger = Ledger(self.world, self.batches, day=DAYS[0], long=TOO_LONG)
        self.held: list[Claim] = []
        self.failures = 0
        #: Whether anything must be read at Kritiq before its time is over.
        self.unread = False
        lines: list[SentReview | str] = [([{"food": "positive"}], None, DAYS[0], author) for author in (*AUTHORS, None)]
        self.a_batch_comes(lines, chunk=100, own_time=own_time, author=None)
        self.a_review_comes(([{"service": "negative"}], None, DAYS[0], None), own_time=own_time, long=False)

    def teardown(self) -> None:
        if hasattr(self, "client"):
            self.settle()
            self.client.close()
            shutil.rmtree(self.folder)

    # What Kritiq is told to do.

    @rule(review=REVIEW, own_time=st.booleans(), long=st.sampled_from([False, False, True]))
    def a_review_comes(self, review: SentReview, own_time: bool, long: bool) -> None:
        name = f"job-{next(self.number):03}"
        _, restaurant, day, author = review
        job = make_job(
            id=name, restaurant=restaurant, external_author=author, reviewed_at=f"{day}T12:00:00+00:00",
            ttl_s=OWN_TTL_S if own_time else None, ttl_ms=OWN_TTL_S * 1000 if own_time else TTL_MS,
        )  # fmt: skip
        self.world.store.create(job, TOO_LONG if long else "Gut.")
        self.ledger.jobs.append(name)
        self.ledger.asked[name] = review
        self.ledger.own_time |= {name} if own_time else set()
        self.unread |= long

    @rule(
        lines=st.lists(LINE, min_size=1, max_size=5), chunk=st.sampled_from([1, 2, 100]), own_time=st.booleans(),
        author=st.sampled_from([None, None, AUTHORS[0]]),
    )  # fmt: skip
    def a_batch_comes(self, lines: list[SentReview | str], chunk: int, own_time: bool, author: str | None) -> None:
        name = f"batch_{next(self.number):03}"
        request = JobRequest(
            priority=Priority.BULK, restaurant=RESTAURANTS[0], external_author=author,
            reviewed_at=f"{DAYS[0]}T12:00:00+00:00", ttl_s=OWN_TTL_S if own_time else None,
        )  # fmt: skip
        made = [self.line(number, review) for number, review in enumerate(lines, 1)]
        batch = Batch(id=name, request=request, ttl_ms=OWN_TTL_S * 1000 if own_time else TTL_MS, day=DAYS[0])
        self.ledger.made[name] = self.batches.create(batch, made, target=chunk)
        self.ledger.asked |= {f"{name}.{number}": review for number, review in enumerate(lines, 1)}
        self.ledger.own_time |= {name} if own_time else set()
        self.unread = True

    def line(self, number: int, review: SentReview | str) -> Line:
        if isinstance(review, str):
            return Line(number=number, problem=review)
        _, restaurant, day, author = review
        # None is the batch's own restaurant and author.
        day = f"{day}T12:00:00+00:00"
        return Line(number=number, text="Gut.", restaurant=restaurant, reviewed_at=day, external_author=author)

    @rule(jobs=st.integers(1, 4))
    def a_worker_claims(self, jobs: int) -> None:
        self.held += claim(self.world.store, jobs=jobs)

    @rule(poor=st.integers(0, 6), fails=st.sampled_from([False, False, False, True]))
    def a_worker_is_done(self, poor: int, fails: bool) -> None:
        """With what it holds; of a batch, the line numbered `poor` has no result, and sometimes nothing has."""
        held, self.held = self.held, []
        self.world.store.complete([self.judged(each, poor, fails) for each in held])
        self.ledger.note()

    def judged(self, held: Claim, poor: int, fails: bool) -> Outcome:
        why = JobError(code="prediction_failed", message="No.")
        if fails:
            return Outcome(claim=held, status=Status.FAILED, error=why, model=MODEL)
        if not held.chunk:
            found = result(self.ledger.sentences(held.id), held.text)
            return Outcome(claim=held, status=Status.SUCCEEDED, result=found, model=MODEL)
        rows, good, skipped = list[bytes](), 0, 0
        for line in decode_chunk(held.text):
            if line.problem is not None:
                rows.append(unjudged_line(line, held.request))
                skipped += line.skipped
            elif line.number == poor:
                rows.append(error_line(line, held.request, why.code, why.message))
            else:
                name = f"{held.id.partition('.')[0]}.{line.number}"
                rows.append(success_line(line, held.request, result(self.ledger.sentences(name)), MODEL))
                good += 1
        return Outcome(
            claim=held, status=Status.SUCCEEDED, result=encode_results(rows), model=MODEL, good=good, skipped=skipped,
            bad=len(rows) - good - skipped,
        )  # fmt: skip

    @precondition(lambda self: self.ledger.made)
    @rule(data=st.data())
    def lines_without_a_result_are_tried_again(self, data: st.DataObject) -> None:
        old = self.ledger.made[data.draw(st.sampled_from(sorted(self.ledger.made)))]
        with suppress(KritiqError):
            now = self.batches.get(TENANT, old.id)
            lines = list(self.batches.without_result(now)) if now.status.terminal else []
            if not lines:
                raise NothingToRetry
            name = f"batch_{next(self.number):03}"
            batch = Batch(id=name, request=replace(now.request, retry_of=old.id), ttl_ms=now.ttl_ms, day=DAYS[0])
            self.ledger.made[name] = self.batches.create(batch, list(renumbered(lines)), target=2)
            asked = self.ledger.asked
            asked |= {f"{name}.{n}": asked[f"{old.id}.{line.number}"] for n, line in enumerate(lines, 1)}
            self.ledger.own_time |= {name} if old.id in self.ledger.own_time else set()
            self.unread = True

    @precondition(lambda self: self.ledger.jobs or self.ledger.made)
    @rule(data=st.data(), call=st.sampled_from(["cancel", "delete", "delete"]))
    def a_client_takes_it_away(self, data: st.DataObject, call: str) -> None:
        name = data.draw(st.sampled_from([*self.ledger.jobs, *sorted(self.ledger.made)]))
        store: Any = self.batches if name in self.ledger.made else self.world.store
        if call == "delete" and self.ledger.is_there(name):
            self.ledger.forget(name)
        with suppress(KritiqError):
            getattr(store, call)(TENANT, name)
        self.ledger.note()

    @rule(author=st.sampled_from(AUTHORS))
    def an_author_is_erased(self, author: str) -> None:
        """Of what Kritiq has; what it has forgotten nobody can be told to forget."""
        self.ledger.note()
        for name in self.ledger.asked:
            if self.ledger.author_of(name) == author and self.ledger.is_there(name.partition(".")[0]):
                self.ledger.forgotten.add(name)
        self.eraser.erase(Whose(tenant=TENANT, external_author=author), everywhere=False)
        for batch in self.ledger.made:
            self.ledger.asked |= {
                name: "The review was erased." for name in self.ledger.asked
                if name.partition(".")[0] == batch and name in self.ledger.forgotten
            }  # fmt: skip

    @rule(seconds=st.sampled_from([1, OWN_TTL_S + 1, TTL_MS // 1000 + 1]))
    def time_passes(self, seconds: int) -> None:
        """What is read at Kritiq is read within its time, which is days; what is told may be late."""
        if self.unread:
            self.settle()
        self.world.advance(seconds * 1000)
        self.world.store.reconcile()
        for name in self.ledger.own_time:
            if not self.client.hexists(self.ledger.record(name), "status"):
                self.ledger.forget(name)

    # What the dashboard hears.

    @rule(arrives=st.booleans())
    def webhooks_go_out(self, arrives: bool) -> None:
        """And sometimes Kritiq does not hear that they arrived."""
        if not arrives and self.failures == MOST_FAILURES:
            return
        self.failures += not arrives
        self.stub.says = 204 if arrives else 500
        self.post.wait()
        self.turn()

    def turn(self) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sender, "attempt", self.stub.attempt)
            self.post.turn()

    @precondition(lambda self: self.stub.sent)
    @rule(data=st.data())
    def one_reaches_the_dashboard(self, data: st.DataObject) -> None:
        """Before others that were sent earlier, or once more."""
        self.take(data.draw(st.sampled_from(self.stub.sent)))

    def take(self, sent: Sent) -> None:
        event = read_event(sent.body)
        assert event is not None
        self.dashboard.take(sent.id, event)

    @rule(breaks=st.sampled_from([None, 0, 1, 2]))
    def the_dashboard_reads(self, breaks: int | None) -> None:
        self.breaks = breaks
        self.reader.catch_up()
        self.reader.complete()

    def fetch(self, batch_id: str, after: int) -> Iterator[bytes]:
        answer = self.api.get(f"/v1/batches/{batch_id}/results?follow=false&after={after}")
        if answer.status_code in (404, 410):
            raise LookupError(batch_id)
        for number, row in enumerate(answer.data.splitlines(keepends=True)):
            if number == self.breaks:
                raise OSError("the line broke")
            if row.strip():
                yield row
                self.meanwhile()

    def fetch_job(self, job_id: str) -> bytes:
        answer = self.api.get(f"/v1/jobs/{job_id}")
        if answer.status_code in (404, 410):
            raise LookupError(job_id)
        if self.breaks is not None:
            raise OSError("the line broke")
        return answer.data

    @rule(read=st.booleans())
    def all_goes_as_it_mostly_does(self, read: bool) -> None:
        """What waits is judged and told, and perhaps read, at once."""
        self.a_worker_claims(100)
        self.a_worker_is_done(poor=0, fails=False)
        self.webhooks_go_out(arrives=True)
        for sent in self.stub.sent:
            self.take(sent)
        if read:
            self.the_dashboard_reads(None)

    @rule(author=st.sampled_from(AUTHORS))
    def an_author_is_erased_while_the_dashboard_reads(self, author: str) -> None:
        """Between the first line that arrives and what is kept of them."""
        self.meanwhile = lambda: self.an_author_is_erased_and_told(author)
        self.the_dashboard_reads(None)
        self.meanwhile = lambda: None

    def an_author_is_erased_and_told(self, author: str) -> None:
        self.meanwhile = lambda: None
        self.an_author_is_erased(author)
        self.webhooks_go_out(arrives=True)
        for sent in self.stub.sent:
            self.take(sent)

    # What must be.

    @rule()
    def settle(self) -> None:
        """All that is to come comes, the last first; then the dashboard's numbers are a recount."""
        self.stub.says = 204
        self.turn()
        while self.post.wait() is not None:
            self.turn()
        for sent in reversed(self.stub.sent):
            self.take(sent)
        self.the_dashboard_reads(None)
        self.ledger.note()
        self.unread = self.ledger.something_waits()
        told = {name: each for name, each in self.ledger.given.items() if name not in self.ledger.forgotten}
        with self.dashboard.reading() as db:
            for restaurant in (None, *RESTAURANTS, ""):
                for day in (None, *DAYS):
                    some = [
                        each for each in told.values()
                        if restaurant in (None, each.restaurant) and day in (None, each.day)
                    ]  # fmt: skip
                    chosen = Selection(restaurant=restaurant, since=day, until=day)
                    assert report.counts(db, chosen) == recount(some)
                    good = [each for each in some if each.status == "succeeded"]
                    assert report.totals(db, chosen) == {
                        "reviews": len(good), "sentences": sum(len(each.sentences) for each in good),
                        "unfinished": sum(each.status in ("failed", "expired") for each in some),
                    }  # fmt: skip


@pytest.mark.timeout(300)
def test_whatever_happens_the_dashboard_is_a_recount(redis_server: RedisServer) -> None:
    Reviews.server = redis_server
    run_state_machine_as_test(
        Reviews,
        settings=settings(
            max_examples=50, stateful_step_count=25, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
