"""From claims to outcomes: the models' part of a job, without Celery and without Redis.

Two halves, so that the next claim can be made ready while the device works: `prepare` (sentences, cache, tokens; any
thread) and `judge` (the network; on the device's threads). A part that breaks the model is halved until the culprit is
alone, also within a chunk of a bulk batch: one text fails, never its neighbours. A model that then fails on anything
else, too, is itself to blame: it is taken out of service, and what it was to judge goes back.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from jobs.choice import Choice
from jobs.differing import Differences
from jobs.job import Claim, JobError, Outcome
from jobs.line import Line
from jobs.request import Form
from model.predictions import ReviewPrediction
from model.predictor import Predictor
from worker.predict import rollouts
from worker.predict.device_turn import DeviceTurn, timings_of
from worker.predict.outcomes import Judged, outcome_of
from worker.predict.part_judge import FAILED, Broken, PartJudge
from worker.predict.prepare import Part, Prepared, Preparer
from worker.predict.sentence_cache import SentenceCache
from worker.predict.shadow import compared, differences, pairs
from worker.predict.shelf import Shelf
from worker.predict.together import only, together
from worker.predict.traffic import TrafficCounter

#: At its so many-th attempt a claim does not go back any more whose model is broken: its text may be what breaks it.
LAST_ATTEMPT = 3


class Pipeline:
    """Judges claims, each with the model that it is for."""

    def __init__(
        self,
        predictor: Predictor,
        cache: SentenceCache | None = None,
        clock: Callable[[], float] = time.perf_counter,
        traffic: TrafficCounter | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        """`predictor`, with its cache and traffic, is the model of claims that are for none in particular; a `shelf`
        has it among others, and takes out of service what is broken."""
        self._clock, self._judge = clock, PartJudge(takes_out=shelf is not None)
        self.shelf = shelf or Shelf(Preparer(predictor, cache, clock, traffic))
        #: Where all of them run, and the name and version of the worker's own.
        self.device = predictor.device
        self.model: Mapping[str, str] = {"name": predictor.info.name, "version": predictor.info.version}

    def prepare(
        self,
        claims: Sequence[Claim],
        between: Callable[[], None] = lambda: None,
        loading: Callable[[], None] = lambda: None,
        *,
        patient: bool = True,
    ) -> Prepared:
        """See `Preparer.prepare`: each claim is made ready for its model, which is loaded if it is not yet
        (`loading` and `patient`: see `Shelf.get`).

        Those whose model cannot be had here are left out, and named as `unready`.
        """
        by_model: dict[Preparer, list[Claim]] = {}
        unready = list[Claim]()
        for claim in claims:
            of = self.shelf.get(claim.choice.version if claim.choice is not None else None, loading, patient=patient)
            by_model.setdefault(of, []).append(claim) if of is not None else unready.append(claim)
        prepared = _prepared(by_model, between)
        return replace(prepared, unready=unready) if unready else prepared

    def judge(
        self,
        prepared: Prepared,
        turn: DeviceTurn | None = None,
        note: Callable[[Claim, int | None], None] = lambda claim, line: None,
    ) -> list[Outcome]:
        """An outcome for every claim, in their order, but for those that are to go back since their model is broken.
        `turn` decides when the network may work.

        `note` is told which line of a chunk that killed workers is judged next, and None when that has gone well.
        """
        return self._outcomes(prepared, turn or DeviceTurn(clock=self._clock), note, seen=True)

    def _outcomes(
        self, prepared: Prepared, turn: DeviceTurn, note: Callable[[Claim, int | None], None], *, seen: bool
    ) -> list[Outcome]:
        """`seen`: they count as the models' traffic."""
        judged: dict[str, list[tuple[Line | None, Judged]]] = {claim.tag: [] for claim in prepared.claims}
        broken, back = set[Preparer](), set[str]()
        for part in prepared.parts:
            if part.by in broken:
                back |= _given_up(part, judged)
                continue
            # Before a line is noted: were urgent work to kill the worker that waits for it, the line would be blamed.
            turn.take()
            first = part.reviews[0]
            if prepared.singled:
                note(first.claim, first.line.number if first.line else None)
            before = turn.judging_s
            try:
                found = self._judge(part, turn)
            except Broken as error:
                self.shelf.broken(part.by, str(error))
                broken.add(part.by)
                back |= _given_up(part, judged)
                continue
            if any(review.claim.choice is not None and review.claim.choice.rollout for review in part.reviews):
                turn.paces.update(rollouts.paced(part, turn.judging_s - before, first=seen))
            for review, what in zip(part.reviews, found, strict=True):
                judged[review.claim.tag].append((review.line, what))
                if seen and isinstance(what, ReviewPrediction):
                    part.by.traffic.saw(review.claim.tenant, what, review.restaurant)
            if prepared.singled:
                note(first.claim, None)
        return [
            outcome_of(claim, judged[claim.tag], self._told(claim), timings)
            for of in prepared.of or [prepared]
            for timings in [timings_of(of, turn)]
            for claim in of.claims
            if claim.tag not in back
        ]

    def _told(self, claim: Claim) -> Mapping[str, Any]:
        """Which model judged it, and why."""
        if claim.choice is None:
            return self.model
        name, _, version = claim.choice.version.rpartition("/")
        return {"name": name, "version": version, **claim.choice.told()}

    def shadowed(
        self,
        outcomes: Sequence[Outcome],
        turn: DeviceTurn,
        loading: Callable[[], None] = lambda: None,
        differs: Callable[[Claim, Differences], object] = lambda claim, found: None,
    ) -> dict[str, int]:
        """Has what succeeded judged by the shadows of its aliases, too, as far as they are served here (`loading`: see
        `Shelf.get`). `turn` is taken only when they are loaded. `differs` is told on which sentences they say
        something else. Returns counts of `jobs.agreement` and `jobs.rollout_evidence`."""
        answered = {outcome.claim.tag: outcome for outcome in outcomes}
        again = []
        for outcome in outcomes:
            claim, choice = outcome.claim, outcome.claim.choice
            shown = outcome.result is not None and claim.request.form is Form.V1
            if shown and choice is not None and choice.shadow and choice.shadow != choice.version:
                other = Choice(version=choice.shadow, alias=choice.alias, rollout=choice.rollout)
                request = replace(claim.request, evidence=False)
                again.append(replace(claim, choice=other, request=request, suspect=False, singled=False))
        if not again:
            return {}
        counts = Counter[str]()
        # While one of the device's threads loads it the other ones go on: nobody waits for a shadow.
        prepared = self.prepare(again, loading=loading, patient=False)
        with turn:
            shadows = self._outcomes(prepared, turn, lambda claim, line: None, seen=False)
        for shadow in shadows:
            first, choice = answered[shadow.claim.tag], shadow.claim.choice
            if choice is None or shadow.result is None or first.result is None or first.claim.choice is None:
                continue
            both = pairs(first.result, shadow.result)
            if choice.rollout:
                counts.update(rollouts.compared(first.claim.choice, both))
            else:
                counts.update(compared(choice, both, answered=first.claim.choice.version).counts())
            if (found := differences(choice, both)) is not None:
                differs(first.claim, found)
        return dict(counts + turn.paces)

    def again(self, prepared: Prepared, claims: Sequence[Claim], turn: DeviceTurn) -> Prepared:
        """`prepared` with these of its claims alone: the others were called off."""
        with turn.splitting():
            # By what it was made ready for before: that may have left the shelf.
            by = {review.claim.tag: part.by for part in prepared.parts for review in part.reviews}
            by_model: dict[Preparer, list[Claim]] = {}
            for claim in claims:
                # What has no part has nothing to judge.
                if (of := by.get(claim.tag)) is not None:
                    by_model.setdefault(of, []).append(claim)
            return only(prepared, claims, _prepared(by_model, lambda: None))


def _given_up(part: Part, judged: Mapping[str, list[tuple[Line | None, Judged]]]) -> set[str]:
    """The tags of those claims of a part that go back; the others have failed."""
    for review in part.reviews:
        if review.claim.attempt >= LAST_ATTEMPT:
            why = JobError(code=FAILED, message="The model failed, again and again.")
            judged[review.claim.tag].append((review.line, why))
    return {review.claim.tag for review in part.reviews if review.claim.attempt < LAST_ATTEMPT}


def _prepared(by_model: Mapping[Preparer, Sequence[Claim]], between: Callable[[], None]) -> Prepared:
    if not by_model:
        return Prepared(claims=[], parts=[])
    first, *others = [of.prepare(claims, between) for of, claims in by_model.items()]
    return together([first, *others]) if others else first
