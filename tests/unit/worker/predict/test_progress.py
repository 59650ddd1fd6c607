"""What is told of long reviews while the network reads them, in whatever batches."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from jobs.job import Status
from jobs.line import Line, encode_chunk
from jobs.progress import Progress
from model.errors import OutOfMemory
from model.text.sentences import Sentence
from store.queues import LONG_REVIEW
from tests.support.factories import FakePredictor, make_claim
from worker.predict.device_turn import DeviceTurn
from worker.predict.pipeline import Pipeline
from worker.predict.prepare import Part, Preparer, Review
from worker.predict.progress import Readings

LONG = " ".join(f"Satz {number}." for number in range(LONG_REVIEW + 1))
SHORT = " ".join(f"Satz {number}." for number in range(LONG_REVIEW))


def part_of(*texts: str) -> Part:
    preparer = Preparer(FakePredictor().as_predictor())
    return preparer.part([Review(claim=make_claim(text), line=None, text=text) for text in texts])


def told(readings: Readings) -> list[Progress]:
    return [progress for _, progress in readings.moved()]


def at(done: int) -> Progress:
    return Progress(done=done, total=LONG_REVIEW + 1)


def test_a_long_review_is_told_from_its_first_sentence_on_and_once_for_each_move() -> None:
    readings = Readings()
    with readings.of(part_of(LONG)) as judged:
        assert judged is not None
        assert [told(readings), told(readings)] == [[at(0)], []]
        judged([4, 60, 2])
        judged([0])
        assert [told(readings), told(readings)] == [[at(4)], []]
    assert told(readings) == []


def test_nothing_is_told_of_short_reviews() -> None:
    readings = Readings()
    with readings.of(part_of(SHORT, "Gut.")) as judged:
        assert judged is None
        assert told(readings) == []


def test_each_of_several_reviews_has_its_own_sentences() -> None:
    readings, part = Readings(), part_of("Kurz. Gut.", LONG, SHORT, LONG)
    second = 2 + LONG_REVIEW + 1 + LONG_REVIEW
    with readings.of(part) as judged:
        assert judged is not None
        judged([0, 1, 2, second, second + 1, second - 1])
        assert told(readings) == [at(1), at(2)]
        assert readings.moved() == []


def test_a_batch_tells_its_lines_and_no_sentences() -> None:
    claim = make_claim("")
    line = Line(number=1, custom_id=None, text=LONG)
    part = Preparer(FakePredictor().as_predictor()).part([Review(claim=claim, line=line, text=LONG)])
    with Readings().of(part) as judged:
        assert judged is None


def test_a_sentence_is_done_when_all_of_its_pieces_are_and_what_was_known_is_done_from_the_start() -> None:
    class InPieces(FakePredictor):
        def split(self, text: str, *given: Any) -> tuple[str, list[Sentence]]:
            cuts: Sequence[tuple[str, ...]] = [(), ("a", "b"), ("c",)]
            return "de", [
                Sentence(index=index, start=0, end=1, text=text, cut=cuts[index % 3])
                for index in range(3 * LONG_REVIEW)
            ]

    class KnowsC:
        def look_up(self, texts: Sequence[str]) -> dict[int, Any]:
            return {index: "c" for index, text in enumerate(texts) if text == "c"}

        def remember(self, judged: Any) -> None:
            pass

    preparer = Preparer(InPieces().as_predictor(), KnowsC())  # type: ignore[arg-type]
    claim = make_claim("x")
    readings = Readings()
    with readings.of(preparer.part([Review(claim=claim, line=None, text="x")])) as judged:
        assert judged is not None
        done = [told(readings)[0].done]
        for inputs in ([0, 2, 4], [1], [3, 5]):
            judged(inputs)
            done += [progress.done for progress in told(readings)]
    assert done == [2 * LONG_REVIEW, 2 * LONG_REVIEW + 1, 2 * LONG_REVIEW + 3]


def test_an_error_ends_it() -> None:
    readings = Readings()
    with suppress(OutOfMemory), readings.of(part_of(LONG)):
        raise OutOfMemory
    assert readings.moved() == []


def test_the_pipeline_tells_where_the_turn_says_and_a_chunk_is_judged_as_ever() -> None:
    seen = list[Progress]()

    class Looking(FakePredictor):
        def judge(self, encoded: Any, between: Any = None, judged: Any = None) -> list[str]:
            found = super().judge(encoded, between, judged)
            seen.extend(told(readings))
            return found

    readings, pipeline = Readings(), Pipeline(Looking().as_predictor())
    chunk = encode_chunk([Line(number=1, custom_id=None, text=LONG)]).decode()
    for claims in ([make_claim(LONG)], [make_claim(chunk, chunk=True)]):
        [outcome] = pipeline.judge(pipeline.prepare(claims), DeviceTurn(readings=readings))
        assert outcome.status is Status.SUCCEEDED
    assert seen == [at(LONG_REVIEW + 1)]
