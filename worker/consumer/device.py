"""The device's threads: judge what is ready, store what was judged."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from jobs.differing import Differences
from jobs.errors import Unavailable
from jobs.job import Claim, JobError, Outcome, Status
from jobs.lane import Lane
from jobs.store import Claims
from telemetry.trouble import Trouble
from worker.consumer.device_metrics import Metrics
from worker.consumer.intake import Events
from worker.consumer.lanes import HeldClaims, Lanes
from worker.consumer.measures import Measures
from worker.consumer.traces import BatchTraces
from worker.liveness import LOADING_S, Liveness
from worker.log_fields import of_claims
from worker.predict import rollouts
from worker.predict.device_turn import DeviceTurn
from worker.predict.pipeline import Pipeline
from worker.predict.prepare import Prepared
from worker.predict.progress import Readings
from worker.predict.together import plain_first, together

log = logging.getLogger(__name__)


class Device:
    """What the device's threads do. Each lane has some, which take turns: while one judges, another stores."""

    def __init__(
        self,
        store: Claims,
        pipeline: Pipeline,
        lanes: Lanes,
        held: HeldClaims,
        events: Events,
        *,
        jobs: int,
        weight: int,
        lease_ms: int,
        stopping: threading.Event,
        liveness: Liveness,
        measures: Measures,
        traces: BatchTraces | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._measures, self._traces, self._clock = measures, traces, clock
        self._jobs, self._weight = jobs, weight
        self._store, self._pipeline, self._lanes, self._held, self._events = store, pipeline, lanes, held, events
        self._lease_ms, self._stopping, self._liveness = lease_ms, stopping, liveness
        self._not_stored = Trouble(log, "cannot store results yet")
        self._not_back = Trouble(log, "cannot hand back yet")
        self._not_noted = Trouble(log, "cannot note what is judged")
        self.metrics = Metrics(clock)
        #: How far the long reviews are that are on the device.
        self.readings = Readings()
        #: Called whenever a thread has done something.
        self.on_done: Callable[[], None] = lambda: None
        #: Called with a job or chunk of whose sentences two versions say different things.
        self.on_differing: Callable[[Claim, Differences], object] = lambda claim, found: None
        #: Called when tasks have ended that a Celery client sent: something may follow them.
        self.on_celery_end: Callable[[], None] = lambda: None

    def run(self, lane: Lane, thread: str) -> None:
        """The work of one of the lane's threads."""
        moves = partial(self._liveness.beat, thread)
        loading = partial(self._liveness.beat, thread, slow_s=LOADING_S)
        while (prepared := self._lanes.take(lane)) is not None:
            moves()
            with self.metrics.at_work():
                self._held.remove(self._work(lane, prepared, moves, loading))
            self._lanes.done(lane)
            self.on_done()
            self._liveness.rest(thread)

    def _work(
        self, lane: Lane, prepared: Prepared, moves: Callable[[], None], loading: Callable[[], None]
    ) -> Sequence[Claim]:
        """Judges and stores it, together with what else is ready when the device is free. Returns all these claims."""
        between = partial(self._lanes.give_way, lane, moves)
        acquire, release = partial(self._lanes.acquire, lane, moves), partial(self._lanes.release, lane)
        with DeviceTurn(between, acquire, release, readings=self.readings) as turn:
            more = self._lanes.more(lane, prepared, jobs=self._jobs, weight=self._weight)
            prepared = together([prepared, *more]) if more else prepared
            all_claims = prepared.claims
            claims = self._still_ours(prepared, moves)
            if not claims:
                return all_claims
            if len(claims) < len(all_claims):
                prepared = self._pipeline.again(prepared, claims, turn)
            self._events.started(claims)
            # Only what is asked to be explained makes others wait.
            asked = any(claim.request.evidence for claim in claims)
            first, *slower = plain_first(prepared) if asked else [prepared]
            outcomes = self._pipeline.judge(first, turn, partial(self._note, moves))
        self._store_judged(first, turn, outcomes, moves)
        for second in slower:
            # Nobody waits for what others wanted explained.
            self._held.remove(first.claims)
            with DeviceTurn(between, acquire, release, readings=self.readings) as turn:
                later = self._pipeline.judge(second, turn, partial(self._note, moves))
            self._store_judged(second, turn, later, moves)
            outcomes = [*outcomes, *later]
        if any(claim.choice is not None and claim.choice.shadow for claim in claims):
            # What was asked for is answered.
            turn = DeviceTurn(between, acquire, release)
            self.metrics.add(**self._pipeline.shadowed(outcomes, turn, loading, self.on_differing))
            self.metrics.add(**turn.counts)
        return all_claims

    def _store_judged(
        self, prepared: Prepared, turn: DeviceTurn, outcomes: Sequence[Outcome], moves: Callable[[], None]
    ) -> None:
        """Stores what came of it, and counts. What came to nothing since its model is broken goes back."""
        told = {outcome.claim.tag for outcome in outcomes}
        self._hand_back([claim for claim in prepared.claims if claim.tag not in told], moves)
        if not outcomes:
            return
        jobs, busy_ms, explaining_ms = len(outcomes), round(turn.seconds * 1000), round(turn.explaining_s * 1000)
        self.metrics.judged(jobs=jobs, sentences=prepared.sentences, busy_ms=busy_ms, explaining_ms=explaining_ms)
        self.metrics.add(**turn.counts, **turn.paces)
        size = {"sentences": prepared.sentences, "tokens": turn.counts["tokens"]}
        self._measures.judged(outcomes, **size, seconds=turn.seconds)
        batch = self._traces.judged(outcomes, **size, seconds=turn.seconds) if self._traces else None
        states = self._complete(outcomes, moves)
        if self._traces and batch:
            self._traces.stored(batch, outcomes, states)
        choices = [outcome.claim.choice for outcome in outcomes]
        if states is not None and any(choice is not None and choice.rollout for choice in choices):
            self.metrics.add(**rollouts.judged(outcomes, states))
        claims = prepared.claims
        for version, count in Counter(claim.choice.version if claim.choice else None for claim in claims).items():
            self._pipeline.shelf.judged(version, count)

    def _note(self, moves: Callable[[], None], claim: Claim, line: int | None) -> None:
        moves()
        try:
            self._store.mark_line(claim, line)
            self._not_noted.over()
        except Unavailable as error:
            self._not_noted.met(error, extra=of_claims([claim]))

    def _still_ours(self, prepared: Prepared, moves: Callable[[], None]) -> Sequence[Claim]:
        """Looks at cancellations and deadlines before the network does the work; ends what they ended."""
        if self._held.fresh(prepared.claims):
            return prepared.claims
        try:
            states = self._store.renew(prepared.claims, lease_ms=self._lease_ms)
        except Unavailable:
            # The fence decides at the end whether the work counted.
            return prepared.claims
        go_on: list[Claim] = []
        stopped: list[Outcome] = []
        for claim, state in zip(prepared.claims, states, strict=True):
            if state is Status.RUNNING:
                go_on.append(claim)
            elif state is not None:
                why = "The deadline passed before the job was done." if state is Status.EXPIRED else "Canceled."
                stopped.append(Outcome(claim=claim, status=state, error=JobError(code=state.value, message=why)))
        if stopped:
            self._complete(stopped, moves)
        if len(go_on) < len(prepared.claims):
            kept = {claim.tag for claim in go_on}
            self._held.remove([claim for claim in prepared.claims if claim.tag not in kept])
            lost = [claim for claim, state in zip(prepared.claims, states, strict=True) if state is None]
            self._events.ended([Outcome(claim=claim, status=Status.QUEUED) for claim in lost], [None] * len(lost))
        return go_on

    def _hand_back(self, claims: Sequence[Claim], moves: Callable[[], None]) -> None:
        """Has them wait again, however long the store is away: others may have their model."""
        while claims:
            moves()
            try:
                self._store.release([claim.tag for claim in claims])
                self._not_back.over()
                break
            except Unavailable as error:
                self._not_back.met(error, extra=of_claims(claims))
                if self._stopping.wait(0.5):
                    return
        self._events.ended([Outcome(claim=claim, status=Status.QUEUED) for claim in claims], [None] * len(claims))

    def _complete(self, outcomes: Sequence[Outcome], moves: Callable[[], None]) -> Sequence[Status | None] | None:
        """Stores outcomes, however long the store is away: the work is done and must not be lost. The states that the
        store tells, or None when it had to give up."""
        began = self._clock()
        while True:
            moves()
            try:
                states = self._store.complete(outcomes)
                self._not_stored.over()
                break
            except Unavailable as error:
                claims = [outcome.claim for outcome in outcomes]
                self._not_stored.met(error, extra=of_claims(claims))
                if self._stopping.wait(0.5):
                    return None
        self._measures.stored(outcomes, states, self._clock() - began)
        if any(outcome.claim.celery_meta for outcome in outcomes):
            self.on_celery_end()
        self._events.ended(outcomes, states)
        return states
