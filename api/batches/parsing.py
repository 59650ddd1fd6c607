"""The body of `POST /v1/batches`: a JSON object, or NDJSON with a review on each line."""

import re
from typing import Any

from api.batches.schemas import MOST_LINES, BatchRequest
from api.http.problems import InvalidRequest
from api.http.strict_json import BadJson, parse
from jobs.batch import Line

MEMBERS = {"custom_id", "text"}
_CUSTOM_ID = re.compile(r"[\x21-\x7e]{1,128}")


def from_ndjson(body: bytes, most_chars: int) -> list[Line]:
    """A line of the batch for each line of the body. One bad line is a line with a problem, not a bad request.

    Raises InvalidRequest when there is none, or more than `MOST_LINES`.
    """
    rows = body.split(b"\n")
    if rows and not rows[-1].strip():
        rows.pop()
    _check_count(len(rows))
    seen: set[str] = set()
    return [_line(number, row, most_chars, seen) for number, row in enumerate(rows, 1)]


def from_request(request: BatchRequest, most_chars: int) -> list[Line]:
    """The same from the JSON form."""
    _check_count(len(request.reviews))
    seen: set[str] = set()
    return [_checked(number, review, most_chars, seen) for number, review in enumerate(request.reviews, 1)]


def _check_count(count: int) -> None:
    if not 1 <= count <= MOST_LINES:
        raise InvalidRequest("#/reviews", f"should have 1 to {MOST_LINES} reviews, has {count}")


def _line(number: int, row: bytes, most_chars: int, seen: set[str]) -> Line:
    try:
        return _checked(number, parse(row), most_chars, seen)
    except BadJson as error:
        return Line(number=number, custom_id=None, problem=str(error))


def _checked(number: int, review: Any, most_chars: int, seen: set[str]) -> Line:
    if not isinstance(review, dict):
        return Line(number=number, custom_id=None, problem="A review should be a JSON object.")
    custom_id, text = review.get("custom_id"), review.get("text")
    if custom_id is not None and not (isinstance(custom_id, str) and _CUSTOM_ID.fullmatch(custom_id)):
        return Line(number=number, custom_id=None, problem="custom_id should have 1 to 128 visible ASCII characters.")
    problem = None
    if unknown := review.keys() - MEMBERS:
        problem = f"There is no member {sorted(map(str, unknown))[0]!r} here."
    elif not isinstance(text, str) or not text.strip():
        problem = "text should be a string with at least one character that is not white space."
    elif len(text) > most_chars:
        problem = f"text should have at most {most_chars} characters, has {len(text)}."
    elif custom_id is not None and custom_id in seen:
        problem = "custom_id was used by an earlier line."
    if custom_id is not None:
        seen.add(custom_id)
    if problem is not None or not isinstance(text, str):
        return Line(number=number, custom_id=custom_id, problem=problem)
    return Line(number=number, custom_id=custom_id, text=text)
