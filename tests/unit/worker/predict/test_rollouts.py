"""What a worker counts of rollouts."""

from typing import Any

import orjson

from jobs.choice import Choice
from jobs.differing import Difference, Differences
from jobs.job import JobError, Outcome, Status
from jobs.line import Line, encode_chunk
from jobs.rollout import Rollout
from jobs.rollout_evidence import Evidence, evidence_of
from tests.support.factories import FakePredictor, make_claim
from worker.predict import rollouts
from worker.predict.device_turn import DeviceTurn
from worker.predict.pipeline import Pipeline
from worker.predict.places import Source
from worker.predict.prepare import Preparer
from worker.predict.shelf import Shelf

GOOD = "Das Essen war gut. Der Service war schlecht."
STABLE = Choice(version="fake/1", alias="default", share=75, rollout=4)
CANDIDATE = Choice(version="fake/2", alias="default", share=25, rollout=4, shadow="fake/1")
ROLLOUT = Rollout(number=4, stable="fake/1", candidate="fake/2")


def evidence(counts: dict[str, int]) -> Evidence:
    assert all(name.startswith("rollout|default|") for name in counts)
    return evidence_of(ROLLOUT, {name.split("|", 2)[2]: count for name, count in counts.items()})


def pipeline_of(stable: FakePredictor, candidate: FakePredictor) -> Pipeline:
    own = stable.as_predictor()
    source = Source(load=lambda: Preparer(candidate.as_predictor()))
    return Pipeline(own, shelf=Shelf(Preparer(own), {"fake/2": source}))


def test_the_candidates_share_is_judged_by_both_and_held_against_each_other() -> None:
    pipeline = pipeline_of(FakePredictor(), FakePredictor())
    lines = encode_chunk([Line(number=1, text="Gut war es."), Line(number=2, problem="no JSON")]).decode()
    claims = [
        make_claim(GOOD, choice=CANDIDATE), make_claim(lines, choice=CANDIDATE, chunk=True),
        make_claim(GOOD, choice=STABLE), make_claim(GOOD),
    ]  # fmt: skip
    first, second = DeviceTurn(), DeviceTurn()
    outcomes = pipeline.judge(pipeline.prepare(claims), first)
    counts = pipeline.shadowed(outcomes, second)
    told = evidence(dict(rollouts.judged(outcomes, [Status.SUCCEEDED] * 4) + first.paces) | counts)
    assert (told.candidate.reviews, told.stable.reviews, told.candidate.failed) == (2, 1, 0)
    assert (told.compared, told.sentences, told.same) == (2, 3, 3)
    assert told.candidate.polarities == told.stable.polarities
    assert told.candidate.polarities["service"] == {"negative": 1}
    assert (told.candidate.measured, told.stable.measured) == (1, 1)


class Gloomy(FakePredictor):
    """Finds nothing good."""

    def split(self, text: str, *args: Any, **more: Any) -> Any:
        return super().split(text.replace("gut", "übel"), *args, **more)


def test_on_which_sentences_both_differ_is_told_with_what_was_not_answered() -> None:
    pipeline, told = pipeline_of(Gloomy(), FakePredictor()), list[tuple[str, Differences]]()
    rows = encode_chunk([Line(number=1, text="Na ja."), Line(number=2, text="Na ja. Das Essen war gut.")]).decode()
    claims = [make_claim(GOOD, choice=CANDIDATE), make_claim(rows, choice=CANDIDATE, chunk=True)]
    claims.append(make_claim("Na ja.", choice=CANDIDATE))
    outcomes = pipeline.judge(pipeline.prepare(claims))
    pipeline.shadowed(outcomes, DeviceTurn(), differs=lambda claim, found: told.append((claim.id, found)))
    differ = [Difference(line=0, sentence=0, other={}), Difference(line=2, sentence=1, other={})]
    assert told == [
        (claim.id, Differences(alias="default", rollout=4, version="fake/1", sentences=[each]))
        for claim, each in zip(claims, differ, strict=False)
    ]
    assert [Differences.decode("default", found.encode()) for _, found in told] == [found for _, found in told]


def test_what_the_candidate_fails_on_counts_and_lines_that_were_no_reviews_do_not() -> None:
    lines = encode_chunk([Line(number=1, text="Gut."), Line(number=2, problem="no JSON")]).decode()
    why = JobError(code="prediction_failed", message="No.")
    failed = Outcome(claim=make_claim(choice=CANDIDATE), status=Status.FAILED, error=why, broken=1)
    chunk = Outcome(
        claim=make_claim(lines, choice=CANDIDATE, chunk=True), status=Status.SUCCEEDED, good=0, bad=2, broken=1
    )
    late = Outcome(claim=make_claim(choice=CANDIDATE), status=Status.SUCCEEDED)
    states = [Status.FAILED, Status.SUCCEEDED, None]
    told = evidence(dict(rollouts.judged([failed, chunk, late], states)))
    assert (told.candidate.reviews, told.candidate.failed) == (2, 2)


def test_a_review_that_the_stable_version_has_no_result_of_agrees_in_nothing() -> None:
    stable = FakePredictor()
    pipeline = pipeline_of(stable, FakePredictor())
    rows = encode_chunk([Line(number=1, text="Gut war es."), Line(number=2, text="Gut war das Essen.")]).decode()
    outcomes = pipeline.judge(pipeline.prepare([make_claim(rows, choice=CANDIDATE, chunk=True)]))
    [row, other] = orjson.loads(outcomes[0].result or b"")
    assert row["result"]
    assert other["result"]
    stable.poison = "Gut war es."
    told = evidence(pipeline.shadowed(outcomes, DeviceTurn()))
    assert (told.compared, told.sentences, told.same) == (2, 2, 1)
