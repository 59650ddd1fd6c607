"""What the archive writes of a review: a row of `reviews`, and its rows of the tables beside that."""

from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import orjson

from archive.review import Review
from archive.tables import reviews

#: Values in the order of a table's columns.
Row = tuple[Any, ...]

_review = attrgetter(*(column.name for column in reviews.c))
_key = attrgetter("tenant", "job_id", "line")
_about = attrgetter("restaurant", "day", "model", "model_version")


def review_row(review: Review) -> Row:
    """The row of `reviews`."""
    return tuple(_review(review))


def sentence_rows(review: Review) -> Iterator[Row]:
    """Its rows of `sentences`."""
    key = _key(review)
    for each in review.sentences:
        unmentioned = orjson.dumps(dict(each.unmentioned)).decode() if each.unmentioned else None
        yield (*key, each.number, each.begin, each.end, each.text, each.truncated, unmentioned)


def opinion_rows(review: Review) -> Iterator[Row]:
    """Its rows of `opinions`."""
    key, about = _key(review), _about(review)
    for each in review.sentences:
        for opinion in each.opinions:
            evidence = orjson.dumps(opinion.evidence).decode() if opinion.evidence is not None else None
            judgement = (opinion.aspect, opinion.polarity, opinion.confidence)
            yield (*key, each.number, *judgement, *about, opinion.low_confidence, evidence)


def feedback_rows(review: Review) -> Iterator[Row]:
    """Its rows of `feedback`."""
    return ((*_key(review), *correction) for correction in review.feedback)
