"""From claims to outcomes, with a predictor that breaks when it is told to."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import orjson
import pytest

from bench.faults.predictor import FaultyPredictor
from bench.queue.costless import CostlessPredictor
from jobs.agreement import Agreement, agreements, pairs_of
from jobs.choice import Choice
from jobs.job import Outcome, Status
from jobs.line import Line, encode_chunk
from jobs.request import Form
from model.errors import OutOfMemory
from model.info import Counters
from model.predictions import AspectPrediction, ReviewPrediction
from model.predictor import Predictor
from model.runtime.judgement import SentenceJudgement
from model.runtime.memory import LEAST_TOKEN_BUDGET
from model.text.sentences import Sentence
from tests.support.factories import MODEL, FakePredictor, make_claim
from worker.predict.device_turn import DeviceTurn
from worker.predict.pipeline import LAST_ATTEMPT, Pipeline
from worker.predict.places import Source
from worker.predict.prepare import Preparer
from worker.predict.shelf import Shelf
from worker.predict.together import plain_first, together

GOOD = "Das Essen war gut. Der Service war schlecht."


def judged(predictor: FakePredictor, *texts: str, **options: object) -> list[Outcome]:
    pipeline = Pipeline(predictor.as_predictor())
    claims = [make_claim(text, **options) for text in texts]  # type: ignore[arg-type]
    outcomes = pipeline.judge(pipeline.prepare(claims))
    assert [outcome.claim for outcome in outcomes] == claims
    return outcomes


def test_a_review_becomes_a_result() -> None:
    [outcome] = judged(FakePredictor(), GOOD)
    assert (outcome.status, outcome.error, outcome.model) == (Status.SUCCEEDED, None, MODEL)
    assert orjson.loads(outcome.result or b"") == {
        "language": "de",
        "overall": {"polarity": "conflict", "confidence": 0.9},
        "sentences": [
            {
                "index": 0, "start": 0, "end": 18, "text": "Das Essen war gut.", "truncated": False,
                "aspects": {"food": {"polarity": "positive", "confidence": 0.9}},
            },
            {
                "index": 1, "start": 19, "end": 44, "text": "Der Service war schlecht.", "truncated": False,
                "aspects": {"service": {"polarity": "negative", "confidence": 0.9}},
            },
        ],
    }  # fmt: skip


def test_reviews_are_judged_together_and_each_gets_its_own_sentences() -> None:
    predictor = FakePredictor()
    texts = [f"Besuch {n} gut. Bier {n} kalt." for n in range(10)]
    outcomes = judged(predictor, *texts)
    assert len(predictor.judged) == 1
    for text, outcome in zip(texts, outcomes, strict=True):
        sentences = orjson.loads(outcome.result or b"")["sentences"]
        assert " ".join(sentence["text"] for sentence in sentences) == text


def test_none_is_listed_when_asked_for() -> None:
    [outcome] = judged(FakePredictor(), "Na ja.", include_none=True)
    aspects = orjson.loads(outcome.result or b"")["sentences"][0]["aspects"]
    assert len(aspects) == 9
    assert {aspect["polarity"] for aspect in aspects.values()} == {"none"}


def test_evidence_is_looked_for_where_it_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []

    def with_evidence(predictor: Predictor, review: ReviewPrediction, between: object) -> ReviewPrediction:
        looked.append(review.sentences[0].text)
        return replace(review, language="en")

    monkeypatch.setattr("worker.predict.part_judge.with_evidence", with_evidence)
    pipeline = Pipeline(FakePredictor().as_predictor())
    claims = [make_claim("Essen gut.", evidence=True), make_claim("Bier gut.")]
    found = pipeline.judge(pipeline.prepare(claims))
    assert looked == ["Essen gut."]
    assert [orjson.loads(each.result or b"")["language"] for each in found] == ["en", "de"]


def test_what_is_explained_is_apart_and_keeps_its_place_in_time() -> None:
    pipeline = Pipeline(FakePredictor().as_predictor())
    claims = [make_claim("Essen gut.", evidence=number % 2 == 0) for number in range(4)]
    chunk = make_claim(encode_chunk([Line(number=0, text="Bier gut.")]).decode(), chunk=True)
    one, two = pipeline.prepare(claims[:2]), pipeline.prepare([*claims[2:], chunk])
    plain, explained = plain_first(together([one, two]))
    assert [claim.tag for claim in plain.claims] == [claims[1].tag, claims[3].tag, chunk.tag]
    assert [claim.tag for claim in explained.claims] == [claims[0].tag, claims[2].tag]
    assert [len(part.reviews) for half in (plain, explained) for part in half.parts] == [3, 2]
    assert [of.ready_at for of in explained.of] == [one.ready_at, two.ready_at]
    assert plain_first(plain) == [plain]
    assert plain_first(explained) == [explained]


def test_the_language_is_found_or_as_the_client_said() -> None:
    assert [orjson.loads(judged(FakePredictor(), GOOD, language=language)[0].result or b"")["language"]
            for language in ("auto", "de", "en")] == ["de", "de", "en"]  # fmt: skip


def test_a_language_that_the_model_does_not_know_is_marked() -> None:
    [outcome] = judged(FakePredictor(), GOOD, language="fr")
    assert orjson.loads(outcome.result or b"")["language_known"] is False


def test_the_legacy_form_is_the_old_services() -> None:
    [outcome] = judged(FakePredictor(), GOOD, form=Form.LEGACY)
    answer = orjson.loads(outcome.result or b"")
    assert [part["text"] for part in answer.values()] == ["Das Essen war gut.", "Der Service war schlecht."]
    assert list(answer) == ["sent0", "sent1"]
    assert answer["sent0"]["pred"]["food"]["positive"] == pytest.approx(0.405, abs=0.001)
    assert len(answer["sent0"]["pred"]) == 9


def test_only_the_legacy_form_has_the_old_services_sentences() -> None:
    predictor = FakePredictor()
    for form in Form:
        judged(predictor, GOOD, form=form)
    assert predictor.split_old == [GOOD]


@pytest.mark.parametrize("position", range(5))
def test_one_poisoned_text_fails_alone(position: int) -> None:
    texts = [f"Besuch {n} gut." for n in range(5)]
    texts[position] = "Gift im Essen."
    outcomes = judged(FakePredictor(poison="Gift"), *texts)
    assert [outcome.status is Status.FAILED for outcome in outcomes] == [n == position for n in range(5)]
    error = outcomes[position].error
    assert error is not None
    assert error.code == "prediction_failed"
    assert "Gift" not in error.message, "what the client wrote stays out of logs and errors"


def test_a_text_that_cannot_be_split_fails_alone() -> None:
    outcomes = judged(FakePredictor(unreadable="Gift"), "Gut.", "Gift.", "Gut.")
    assert [outcome.status for outcome in outcomes] == [Status.SUCCEEDED, Status.FAILED, Status.SUCCEEDED]


def test_several_poisoned_texts_fail_and_no_other() -> None:
    texts = ["Gift." if n % 3 == 0 else "Gut." for n in range(10)]
    outcomes = judged(FakePredictor(poison="Gift"), *texts)
    assert [outcome.status is Status.FAILED for outcome in outcomes] == [n % 3 == 0 for n in range(10)]


def test_out_of_memory_first_ends_batches_side_by_side() -> None:
    class Small(FakePredictor):
        def judge(self, *args: Any) -> list[str]:
            if self.streams > 1:
                raise OutOfMemory
            return super().judge(*args)

    predictor = Small(token_budget=4 * LEAST_TOKEN_BUDGET)
    predictor.streams = 2
    assert judged(predictor, GOOD)[0].status is Status.SUCCEEDED
    assert (predictor.streams, predictor.token_budget) == (1, 4 * LEAST_TOKEN_BUDGET)


def test_out_of_memory_halves_the_budget_and_then_the_work() -> None:
    predictor = FakePredictor(most=3, token_budget=4 * LEAST_TOKEN_BUDGET)
    outcomes = judged(predictor, *(f"Gut {n}." for n in range(10)))
    assert {outcome.status for outcome in outcomes} == {Status.SUCCEEDED}
    assert predictor.token_budget == LEAST_TOKEN_BUDGET
    assert max(map(len, predictor.judged)) <= 3
    assert sum(map(len, predictor.judged)) == 10


def test_a_text_that_never_fits_fails_with_the_reason() -> None:
    outcomes = judged(FakePredictor(most=2), "Eins. Zwei. Drei.", "Gut.")
    assert [outcome.status for outcome in outcomes] == [Status.FAILED, Status.SUCCEEDED]
    assert outcomes[0].error is not None
    assert outcomes[0].error.code == "out_of_memory"


def test_a_text_without_sentences_has_none() -> None:
    [outcome] = judged(FakePredictor(), "...")
    assert outcome.status is Status.SUCCEEDED
    assert orjson.loads(outcome.result or b"")["sentences"] == []


def test_nothing_to_judge_is_nothing() -> None:
    assert judged(FakePredictor()) == []


def test_a_grouped_review_is_tallied() -> None:
    pipeline = Pipeline(FakePredictor().as_predictor())
    claims = [make_claim(GOOD, restaurant="adler", day="2026-11-14"), make_claim(GOOD, day="2026-11-14")]
    counted, uncounted = pipeline.judge(pipeline.prepare(claims))
    assert counted.tally == {"adler": {"2026-11-14": {"food|positive": 1, "service|negative": 1}}}
    assert uncounted.tally is None


@pytest.mark.parametrize("stand_in", [FakePredictor(), CostlessPredictor(), FaultyPredictor(0.0)])
def test_every_stand_in_has_what_running_out_of_memory_changes(stand_in: Any) -> None:
    assert stand_in.streams >= 1
    assert stand_in.token_budget >= 1


@pytest.mark.parametrize("stand_in", [CostlessPredictor(), FaultyPredictor(0.0)])
def test_every_stand_in_can_be_asked_in_every_form(stand_in: Any) -> None:
    pipeline = Pipeline(stand_in)
    for form in Form:
        [outcome] = pipeline.judge(pipeline.prepare([make_claim(GOOD, form=form)]))
        assert (outcome.status, outcome.error) == (Status.SUCCEEDED, None)


class PiecesPredictor(FakePredictor):
    """Reads a text as pieces between "|", an empty text as nothing, and says of each whether it is "gut"."""

    def split(self, text: str, *_: Any) -> tuple[str, list[Sentence]]:
        return "de", [Sentence(index=0, start=0, end=len(text), text=text, cut=tuple(filter(None, text.split("|"))))]

    def judge(self, encoded: Any, *_: Any) -> Any:
        super().judge(encoded)
        labels = [int("gut" in text) for text in encoded.texts]
        return [SentenceJudgement(labels=(label,), confidences=(0.9,), scores=()) for label in labels]

    def assemble(self, language: str, sentences: Any, judged: Any) -> ReviewPrediction:
        self.assembled.append((sentences[0].text, [judgement.labels[0] for judgement in judged]))
        return ReviewPrediction(language=language, known_language=True, sentences=())

    assembled: ClassVar[list[tuple[str, list[int]]]] = []


class DictCache:
    """Remembers in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, SentenceJudgement] = {}

    def look_up(self, sentences: Sequence[str]) -> Mapping[int, SentenceJudgement]:
        return {index: self.kept[text] for index, text in enumerate(sentences) if text in self.kept}

    def remember(self, judged: Mapping[str, SentenceJudgement]) -> None:
        self.kept |= judged


def test_every_piece_is_judged_once_and_remembered_under_what_was_read() -> None:
    predictor, cache = PiecesPredictor(), DictCache()
    predictor.assembled.clear()
    pipeline = Pipeline(predictor.as_predictor(), cache)
    for texts in (["gut|schlecht|gut sogar", "|", "schlecht"], ["neu|gut", "gut|schlecht"]):
        claims = [make_claim(text) for text in texts]
        assert {o.status for o in pipeline.judge(pipeline.prepare(claims))} == {Status.SUCCEEDED}
    assert predictor.assembled == [
        ("gut|schlecht|gut sogar", [1, 0, 1]), ("|", []), ("schlecht", [0]), ("neu|gut", [0, 1]),
        ("gut|schlecht", [1, 0]),
    ]  # fmt: skip
    assert predictor.judged == [("gut", "schlecht", "gut sogar", "schlecht"), ("neu",)]
    assert set(cache.kept) == {"gut", "schlecht", "gut sogar", "neu"}


# Several models.


class Loud(FakePredictor):
    """Another version of the fake: it finds food positive everywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.info = replace(self.info, version="2")

    def _aspect(self, aspect: str, text: str) -> AspectPrediction:
        found = super()._aspect(aspect, text)
        return replace(found, polarity="positive") if aspect == "food" else found


def two_models(predictor: FakePredictor, other: FakePredictor) -> Pipeline:
    sources = {"fake/2": Source(load=lambda: Preparer(other.as_predictor()))}
    return Pipeline(predictor.as_predictor(), shelf=Shelf(Preparer(predictor.as_predictor()), sources))


def test_claims_of_two_models_are_judged_in_a_batch_of_each_and_say_by_which_and_why() -> None:
    one, two = FakePredictor(), Loud()
    pipeline = two_models(one, two)
    choices = [None, Choice(version="fake/2", alias="default", share=10), None, Choice(version="fake/2")]
    claims = [make_claim(f"Bier {n} kalt.", choice=choice) for n, choice in enumerate(choices)]
    by_claim = {outcome.claim.id: outcome for outcome in pipeline.judge(pipeline.prepare(claims))}
    assert [by_claim[claim.id].model for claim in claims] == [
        MODEL, {"name": "fake", "version": "2", "alias": "default", "share": 10}, MODEL,
        {"name": "fake", "version": "2"},
    ]  # fmt: skip
    assert one.judged == [("Bier 0 kalt.", "Bier 2 kalt.")]
    assert two.judged == [("Bier 1 kalt.", "Bier 3 kalt.")]


def test_several_batches_of_two_models_become_one_of_each() -> None:
    one, two = FakePredictor(), Loud()
    pipeline = two_models(one, two)
    claims = [make_claim(f"Bier {n}.", choice=Choice(version="fake/2") if n % 2 else None) for n in range(8)]
    ready = together([pipeline.prepare(claims[:4]), pipeline.prepare(claims[4:])])
    outcomes = pipeline.judge(ready)
    assert {outcome.claim.id: (outcome.model or {})["version"] for outcome in outcomes} == {
        claim.id: "2" if claim.choice else "1" for claim in claims
    }
    assert (len(one.judged), len(two.judged)) == (1, 1)
    left = pipeline.again(ready, claims[:3], DeviceTurn())
    assert [outcome.claim for outcome in pipeline.judge(left)] == left.claims


def test_what_is_for_a_model_that_cannot_be_loaded_is_left_out_and_named() -> None:
    def broken() -> Preparer:
        raise OSError("no such file")

    predictor = FakePredictor()
    shelf = Shelf(Preparer(predictor.as_predictor()), {"fake/2": Source(load=broken)})
    pipeline = Pipeline(predictor.as_predictor(), shelf=shelf)
    ours, theirs = make_claim(GOOD), make_claim(GOOD, choice=Choice(version="fake/2"))
    prepared = pipeline.prepare([theirs, ours])
    assert (prepared.claims, prepared.unready) == ([ours], [theirs])
    assert pipeline.prepare([theirs]).claims == []


def test_a_model_that_fails_on_everything_is_taken_out_and_what_it_was_to_judge_goes_back() -> None:
    two = FakePredictor()
    pipeline = two_models(FakePredictor(), two)
    lines = encode_chunk([Line(number=1, text="Gut."), Line(number=2, text="Das war schlecht.")]).decode()
    of_two = {"choice": Choice(version="fake/2")}
    claims = [make_claim(GOOD, **of_two), make_claim(GOOD), make_claim(lines, chunk=True, **of_two)]
    prepared = pipeline.prepare(claims)
    # From now on, as when a device is lost.
    two.poison = ""
    outcomes = pipeline.judge(prepared)
    assert [(each.claim.tag, each.status) for each in outcomes] == [(claims[1].tag, Status.SUCCEEDED)]
    assert pipeline.shelf.serves == ("fake/1",)
    [own, other] = pipeline.shelf.served()
    assert (own.error, other.error) == (None, "RuntimeError: poisoned")
    assert {each.tag for each in pipeline.prepare([make_claim(GOOD, **of_two)]).unready}


def test_what_has_gone_back_often_enough_fails_and_breaks_no_further_worker() -> None:
    two = FakePredictor()
    pipeline = two_models(FakePredictor(), two)
    last = make_claim(GOOD, choice=Choice(version="fake/2"), attempt=LAST_ATTEMPT)
    lines = encode_chunk([Line(number=1, text="Gut."), Line(number=2, problem="no JSON")]).decode()
    chunk = make_claim(lines, chunk=True, choice=Choice(version="fake/2"), attempt=LAST_ATTEMPT)
    prepared = pipeline.prepare([last, chunk, make_claim(GOOD, choice=Choice(version="fake/2"))])
    two.poison = ""
    failed, of_chunk = pipeline.judge(prepared)
    assert failed.error is not None
    assert (failed.status, failed.error.code) == (Status.FAILED, "prediction_failed")
    rows = orjson.loads(of_chunk.result or b"")
    assert [row["error"]["code"] for row in rows] == ["prediction_failed", "invalid_line"]


def test_a_text_that_breaks_a_model_fails_alone_where_the_model_judges_others() -> None:
    pipeline = two_models(FakePredictor(), FakePredictor(poison="mies"))
    of_two = {"choice": Choice(version="fake/2")}
    outcomes = pipeline.judge(pipeline.prepare([make_claim("Das war mies.", **of_two), make_claim(GOOD, **of_two)]))
    assert [outcome.status for outcome in outcomes] == [Status.FAILED, Status.SUCCEEDED]
    assert pipeline.shelf.serves == ("fake/1", "fake/2")


def test_a_shadow_that_breaks_is_taken_out_and_what_was_answered_stays() -> None:
    two = FakePredictor()
    pipeline = two_models(FakePredictor(), two)
    outcomes = pipeline.judge(pipeline.prepare([make_claim(GOOD, choice=Choice(version="fake/1", shadow="fake/2"))]))
    assert pipeline.shelf.get("fake/2") is not None
    two.poison = ""
    assert pipeline.shadowed(outcomes, DeviceTurn()) == {}
    assert pipeline.shelf.serves == ("fake/1",)


def test_a_job_whose_alias_was_forgotten_fails_in_words() -> None:
    [outcome] = judged(FakePredictor(), GOOD, model="candidate")
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.message) == ("unknown_model", "There is no model 'candidate' any more.")


def test_the_default_alias_is_the_workers_own_model_while_nobody_has_moved_it() -> None:
    [outcome] = judged(FakePredictor(), GOOD, model="default")
    assert (outcome.status, outcome.error) == (Status.SUCCEEDED, None)


def test_a_chunk_whose_alias_was_forgotten_is_not_judged_by_another_model_in_silence() -> None:
    lines = encode_chunk([Line(number=1, text=GOOD), Line(number=2, problem="no JSON")]).decode()
    [outcome] = judged(FakePredictor(), lines, model="candidate", chunk=True)
    assert (outcome.good, outcome.bad, outcome.tally, outcome.used) == (0, 2, None, ())
    rows = orjson.loads(outcome.result or b"")
    assert [row["error"]["code"] for row in rows] == ["unknown_model", "invalid_line"]
    assert [row["model"] for row in rows] == [None, None]


def test_each_line_of_a_chunk_tells_what_judged_it() -> None:
    pipeline = two_models(FakePredictor(), FakePredictor(poison="schlecht"))
    lines = [Line(number=1, text="Gut."), Line(number=2, text="Das war schlecht."), Line(number=3, problem="no JSON")]
    choice = Choice(version="fake/2", alias="candidate", share=10)
    chunk = make_claim(encode_chunk(lines).decode(), choice=choice, chunk=True, model="candidate")
    [outcome] = pipeline.judge(pipeline.prepare([chunk]))
    told = {"name": "fake", "version": "2", "alias": "candidate", "share": 10}
    assert [row["model"] for row in orjson.loads(outcome.result or b"")] == [told, told, None]


def test_a_shadow_judges_the_same_and_only_how_often_it_agrees_is_told() -> None:
    one, two = FakePredictor(), Loud()
    pipeline = two_models(one, two)
    choice = Choice(version="fake/1", alias="default", shadow="fake/2")
    lines = encode_chunk([Line(number=1, text="Gut war es. Na ja."), Line(number=2, problem="no JSON")]).decode()
    claims = [make_claim(GOOD, choice=choice), make_claim(lines, choice=choice, chunk=True), make_claim(GOOD)]
    outcomes = pipeline.judge(pipeline.prepare(claims))
    counts = pipeline.shadowed(outcomes, DeviceTurn())
    assert agreements(counts) == [Agreement(alias="default", version="fake/2", sentences=4, same=1)]
    told = {name.removeprefix("rollout|default|"): count for name, count in counts.items()}
    [pair] = pairs_of("default", {name: count for name, count in told.items() if not name.startswith("shadow")})
    assert (pair.version, pair.answered, pair.sentences, pair.same) == ("fake/2", "fake/1", 4, 1)
    assert all((outcome.model or {})["version"] == "1" for outcome in outcomes)


def test_the_device_is_free_while_a_shadow_is_loaded() -> None:
    two, told = Loud(), list[str]()

    def load() -> Preparer:
        told.append("loads")
        return Preparer(two.as_predictor())

    one = FakePredictor().as_predictor()
    pipeline = Pipeline(one, shelf=Shelf(Preparer(one), {"fake/2": Source(load=load)}))
    outcomes = pipeline.judge(pipeline.prepare([make_claim(GOOD, choice=Choice(version="fake/1", shadow="fake/2"))]))
    turn = DeviceTurn(acquire=lambda: told.append("has the device"))
    pipeline.shadowed(outcomes, turn, lambda: told.append("is about to load"))
    assert told[:3] == ["is about to load", "loads", "has the device"]


def test_tokens_are_counted_for_the_turn_in_which_the_network_worked_on_them() -> None:
    one, two = FakePredictor(), Loud()
    one.counters, two.counters = Counters(tokens=20, padded_tokens=24), Counters(tokens=3, padded_tokens=4)
    pipeline = two_models(one, two)
    claims = [make_claim(GOOD, choice=Choice(version="fake/1", alias="default", shadow="fake/2"))]
    asked, shadow = DeviceTurn(), DeviceTurn()
    pipeline.shadowed(pipeline.judge(pipeline.prepare(claims), asked), shadow)
    assert asked.counts == {"tokens": 20, "padded_tokens": 24}
    assert shadow.counts == {"tokens": 3, "padded_tokens": 4}
