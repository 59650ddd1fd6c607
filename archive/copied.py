"""Reviews as PostgreSQL's COPY reads them: its text format, in UTF-8, block by block.

psycopg would write rows as fast, but only to a server that waits meanwhile; this is done while it writes others.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import orjson

from archive.review import Review
from archive.rows import review_row

#: How a statement calls the format.
FORMAT = "(FORMAT text, ENCODING 'UTF8')"
#: Reviews whose rows are one block.
MOST = 500
_NULL = "\\N"
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_FLAG = {None: _NULL, True: "t", False: "f"}


class Blocks:
    """Rows of `reviews`, `sentences` and `opinions`."""

    def __init__(self, found: Iterable[Review]) -> None:
        self.reviews, self.sentences, self.opinions = list[bytes](), list[bytes](), list[bytes]()
        lines: tuple[list[str], list[str], list[str]] = ([], [], [])
        for number, review in enumerate(found, 1):
            _add(review, *lines)
            if not number % MOST:
                self._end(lines)
        self._end(lines)

    def _end(self, lines: tuple[list[str], list[str], list[str]]) -> None:
        for blocks, own in zip((self.reviews, self.sentences, self.opinions), lines, strict=True):
            if own:
                # What no UTF-8 has is a question mark, as in `archive.ended.storable`.
                blocks.append("".join(own).encode(errors="replace"))
                own.clear()


def _add(review: Review, reviews: list[str], sentences: list[str], opinions: list[str]) -> None:
    """The lines of a review: a result has some ten, so nothing is called for each that need not be."""
    reviews.append("\t".join(map(_value, review_row(review))) + "\n")
    key = f"{_value(review.tenant)}\t{_value(review.job_id)}\t{review.line}"
    about = f"{_value(review.restaurant)}\t{review.day}\t{_value(review.model)}\t{_value(review.model_version)}"
    for number, begin, end, text, judged, truncated, none in review.sentences:
        nones = _value(orjson.dumps(dict(none)).decode()) if none else _NULL
        sentences.append(f"{key}\t{number}\t{begin}\t{end}\t{_value(text)}\t{_FLAG[truncated]}\t{nones}\n")
        for aspect, polarity, confidence, low, evidence in judged:
            spans = _NULL if evidence is None else orjson.dumps(evidence).decode()
            opinions.append(
                f"{key}\t{number}\t{_word(aspect)}\t{_word(polarity)}\t{confidence}\t{about}\t{_FLAG[low]}\t{spans}\n"
            )


def _value(value: Any) -> str:
    if value is None:
        return _NULL
    text = str(value)
    return text if text.isprintable() and "\\" not in text else text.translate(_ESCAPED)


#: There are few of them.
_word = lru_cache(1_024)(_value)
