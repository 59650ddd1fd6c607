"""What the worker finds in a review, in the v1 form."""

import orjson

from tests.support.factories import FakePredictor


def found_in(text: str) -> bytes:
    """A result with as many members as those of kritiq-mini: an opinion or two for each sentence."""
    sentences = [
        {
            "index": each.index, "start": each.start, "end": each.end, "text": each.text, "truncated": False,
            "aspects": {
                "service": {"polarity": "negative", "confidence": round(0.51 + 0.013 * each.end % 0.4, 4),
                            "low_confidence": True},
                "food": {"polarity": "positive", "confidence": round(0.52 + 0.017 * each.end % 0.4, 4),
                         "low_confidence": False},
            },
        }
        for each in FakePredictor().split(text)[1]
    ]  # fmt: skip
    overall = {"polarity": "positive", "confidence": 0.6157}
    return orjson.dumps({"language": "de", "overall": overall, "sentences": sentences})
