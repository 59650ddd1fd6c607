"""A result as usual is told in few bytes beside its text, and comes out to the byte; any other stays JSON."""

from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store.short_result import rebuilt, shortened

POLARITIES = st.sampled_from(("positive", "negative", "neutral", "conflict"))
CONFIDENCES = st.integers(0, 10_000).map(lambda number: number / 10_000)


def told(polarity: str, confidence: float, low: bool | None) -> dict[str, Any]:
    """An opinion, its members in the order in which workers write them."""
    opinion = {"polarity": polarity, "confidence": confidence}
    return opinion if low is None else opinion | {"low_confidence": low}


OPINIONS = st.builds(told, POLARITIES, CONFIDENCES, st.none() | st.booleans())
OVERALL = st.none() | st.builds(told, POLARITIES, CONFIDENCES, st.none())
ASPECTS = st.dictionaries(st.sampled_from(("food", "service", "price", "own_aspect")), OPINIONS, max_size=3)
#: How many characters lie between two sentences, the sentence, whether it was cut off, its aspects.
SENTENCES = st.lists(st.tuples(st.integers(0, 3), st.text(max_size=20), st.booleans(), ASPECTS), max_size=5)
USUAL: dict[str, Any] = {
    "language": "de",
    "overall": {"polarity": "positive", "confidence": 0.9},
    "sentences": [{"index": 0, "start": 0, "end": 4, "text": "Gut.", "truncated": False,
                   "aspects": {"food": {"polarity": "positive", "confidence": 0.5, "low_confidence": True}}}],
}  # fmt: skip


def made(sentences: list[tuple[int, str, bool, Any]], overall: Any) -> tuple[bytes, str]:
    """A result as workers make it, and its text."""
    text, rows = "", list[Any]()
    for index, (gap, sentence, cut, aspects) in enumerate(sentences):
        text += " " * gap
        rows.append({"index": index, "start": len(text), "end": len(text) + len(sentence), "text": sentence,
                     "truncated": cut, "aspects": aspects})  # fmt: skip
        text += sentence
    return orjson.dumps({"language": "de", "overall": overall, "sentences": rows}), text


@given(SENTENCES, OVERALL)
@example([(0, "Gut; 1.5|+ ", False, {"food": {"polarity": "conflict", "confidence": 1.0}})], None)
@example([(1, "", True, {}), (0, "\n", False, {})], {"polarity": "neutral", "confidence": 0.0})
def test_a_usual_result_is_short_and_the_same_to_the_byte(sentences: Any, overall: Any) -> None:
    result, text = made(sentences, overall)
    short = shortened(result, text)
    assert short is not None
    assert not short.startswith((b"{", b"[")), "which tells it from JSON"
    assert b"\n" not in short
    assert len(short) < len(result)
    assert rebuilt(short, text) == result


@pytest.mark.parametrize(
    "change",
    [
        {"language": "De"}, {"overall": {"polarity": "good", "confidence": 0.9}}, {"overall": {"polarity": "positive"}},
        {"overall": {"polarity": "positive", "confidence": 1}}, {"sentences": None}, {"more": 1},
        {"overall": {"polarity": "positive", "confidence": 1e-7}},
        {"overall": {"polarity": "positive", "confidence": -0.5}},
        {"sentences": [{**USUAL["sentences"][0], "index": 1}]},
        {"sentences": [{**USUAL["sentences"][0], "text": "Gut?"}]},
        {"sentences": [{**USUAL["sentences"][0], "evidence": []}]}, {"sentences": [{"index": 0}]},
        {"sentences": [{**USUAL["sentences"][0], "start": 3, "end": 1, "text": ""}]},
        {"sentences": [{**USUAL["sentences"][0], "aspects": {"Food;": {"polarity": "positive", "confidence": 0.5}}}]},
        {"sentences": [{**USUAL["sentences"][0], "aspects": {"food": {"polarity": "positive", "confidence": "0.5"}}}]},
    ],
)  # fmt: skip
def test_one_that_is_made_otherwise_stays_as_it_is(change: dict[str, Any]) -> None:
    assert shortened(orjson.dumps(USUAL), "Gut.") is not None
    assert shortened(orjson.dumps(USUAL | change), "Gut.") is None


@given(
    st.binary()
    | st.recursive(st.none() | st.floats(allow_nan=False) | st.text().filter(str.isascii), st.lists).map(orjson.dumps)
)
def test_what_is_no_result_is_not_short(data: bytes) -> None:
    assert shortened(data, "Gut.") is None
