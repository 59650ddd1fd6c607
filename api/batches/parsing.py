"""The reviews of `POST /v1/batches`: a JSON list, or NDJSON with a review on each line.

No line costs another one its result, and only its text can cost a line its own, or a model that it names and that there
is not: whatever else is odd is left out or mended, with a warning. A line without a text, such as a rating without a
word, is passed over.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from api.batches.schemas import MOST_LINES, BatchMembers, LineMembers
from api.http.fields import asked
from api.http.problems import InvalidRequest, words_of
from api.http.strict_json import BadJson, ambiguous, mended, read
from jobs.file import MOST_LINE_BYTES, rows
from jobs.file import MOST_LINES as MOST_OF_FILE
from jobs.line import WITHOUT_TEXT, Line
from jobs.line_warning import warned

#: Longest id of a line, in characters.
MOST_ID = 512
#: Members of a batch that a query can hold.
IN_QUERY = tuple(name for name in BatchMembers.model_fields if name != "metadata")
#: What a review may say beside id and text, and all its members.
TOLD = tuple(LineMembers.model_fields)
MEMBERS = {"custom_id", "text", *TOLD}
#: Why there is no model of a name; None when there is.
Missing = Callable[[str], str | None]
#: The id in a line that is no JSON.
_ID = re.compile(rb'"custom_id"\s*:\s*"([^"\\]{1,512})"')


def from_ndjson(body: bytes, most_chars: int, missing: Missing = lambda model: None) -> list[Line]:
    """A line of the batch for each line of the body. One bad line is a line with a problem, not a bad request.

    `missing` says why there is no model of a name, and None when there is.
    Raises InvalidRequest when there is none, or more than `MOST_LINES`.
    """
    if (ends := body.count(b"\n")) > MOST_LINES:
        # Before there is a list of millions of them.
        raise InvalidRequest("#/reviews", f"should have 1 to {MOST_LINES} reviews, has {ends}")
    found = body.split(b"\n")
    if not found[-1].removeprefix(codecs.BOM_UTF8).strip():
        found.pop()
    return list(Reader(most_chars, missing).ndjson(_counted(found)))


def from_list(reviews: list[Any], most_chars: int, missing: Missing = lambda model: None) -> list[Line]:
    """The same from a list that came in a JSON body, and that nobody has checked."""
    reader = Reader(most_chars, missing)
    return [reader.line(number, review) for number, review in enumerate(_counted(reviews), 1)]


def from_file(parts: Iterable[bytes], most_chars: int, missing: Missing = lambda model: None) -> Iterator[Line]:
    """The same of the lines of a file, one by one. Raises InvalidRequest when there is none, or one too many."""
    number = 0
    for line in Reader(most_chars, missing).ndjson(rows(parts)):
        number = line.number
        if number > MOST_OF_FILE:
            raise InvalidRequest("#/input_file_id", f"should be a file of at most {MOST_OF_FILE} lines")
        yield line
    if not number:
        raise InvalidRequest("#/input_file_id", "should be a file with a line at least")


def _counted(reviews: list[Any]) -> list[Any]:
    if not 1 <= len(reviews) <= MOST_LINES:
        raise InvalidRequest("#/reviews", f"should have 1 to {MOST_LINES} reviews, has {len(reviews)}")
    return reviews


class Reader:
    """Makes lines of reviews, and remembers which ids there were."""

    def __init__(self, most_chars: int, missing: Missing) -> None:
        self._most_chars, self._missing = most_chars, missing
        #: Id -> number of the line that had it first.
        self._seen: dict[str, int] = {}

    def ndjson(self, rows: Iterable[bytes]) -> Iterator[Line]:
        """A line for each row; in front of the first one there may be a byte order mark."""
        for number, row in enumerate(rows, 1):
            yield self._row(number, row.removeprefix(codecs.BOM_UTF8) if number == 1 else row)

    def _row(self, number: int, row: bytes) -> Line:
        if len(row) > MOST_LINE_BYTES:
            return Line(number=number, problem=f"A line should have at most {MOST_LINE_BYTES} bytes.")
        try:
            return self.line(number, read(row, of="line"))
        except BadJson as error:
            found = _ID.search(row)
            identity = found[1].decode("utf-8", "replace") if found else None
            return Line(number=number, custom_id=identity, problem=str(error))

    def line(self, number: int, review: Any) -> Line:
        """The line that a review is."""
        warnings = list[str]()
        if not isinstance(review, dict):
            return Line(number=number, problem="A review should be a JSON object.")
        if ambiguous(review):
            return Line(number=number, problem="The review has the same member twice.")
        given = review
        review, broken = _mended(given, warnings)
        if broken:
            one = broken == 1
            warnings.append(warned("broken_character") if one else warned("broken_characters", number=broken))
        if unknown := sorted(review.keys() - MEMBERS):
            names = ", ".join(repr(name[:40]) for name in unknown[:5])
            warnings.append(warned("unknown_members", names=f"{names}{' and more' if len(unknown) > 5 else ''}"))
        identity = self._identity(number, review.get("custom_id"), warnings)
        # Of a text that was left out, as it was given.
        text = review.get("text", given.get("text"))
        problem = None
        if text is None or (isinstance(text, str) and not text.strip()):
            problem = WITHOUT_TEXT if "text" in given else _elsewhere(review) or WITHOUT_TEXT
        elif not isinstance(text, str):
            problem = "text should be a string."
        elif len(text) > self._most_chars:
            problem = f"text should have at most {self._most_chars} characters, has {len(text)}."
        told, wrong = _told(review, warnings)
        model = told.get("model")
        if problem is None and "model" in wrong:
            problem = f"model {wrong['model']}."
        elif problem is None and model is not None and (why := self._missing(model)):
            problem = f"model {model} {why}."
        return Line(
            number=number, custom_id=identity, text=text if isinstance(text, str) and not problem else "",
            problem=problem, warnings=tuple(warnings), **told,
        )  # fmt: skip

    def _identity(self, number: int, given: Any, warnings: list[str]) -> str | None:
        """The id that the line's result has: any string as it is, a number as it is written."""
        if given is None:
            return None
        if isinstance(given, int) and not isinstance(given, bool):
            warnings.append(warned("id_is_number"))
            given = str(given)
        if not isinstance(given, str) or len(given) > MOST_ID:
            warnings.append(warned("id_too_long", most=MOST_ID))
            return None
        if (first := self._seen.setdefault(given, number)) != number:
            warnings.append(warned("id_twice", line=first))
        return given


def _elsewhere(review: Mapping[str, Any]) -> str | None:
    """What is wrong with a review that has no `text` where something else looks like one: it would be lost silently."""
    for name in sorted(review.keys() - MEMBERS):
        value = review[name]
        # As in a request of OpenAI's, whose `body` the review is.
        within = isinstance(value, dict) and isinstance(text := value.get("text"), str) and text.strip()
        if within or (isinstance(value, str) and " " in value.strip()):
            return f"There is no text; is it what stands in {name[:40]!r}?"
    return None


def _mended(review: dict[str, Any], warnings: list[str]) -> tuple[dict[str, Any], int]:
    """The review without members that nobody reads alike, and how many characters of it no text can hold."""
    clean, count = dict[str, Any](), 0
    for name, value in review.items():
        try:
            clean[name], broken = mended(value)
            count += broken
        except BadJson as error:
            warnings.append(warned("member_unreadable", member=f"{name!r:.40}", said=str(error)))
    return clean, count


def _told(review: dict[str, Any], warnings: list[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What a line says of itself, as members of `jobs.line.Line`, without what cannot be used; and why that cannot."""
    given = {name: value for name in TOLD if (value := review.get(name)) is not None}
    if not given:
        return {}, {}
    try:
        return asked(LineMembers.model_validate(given)), {}
    except ValidationError as error:
        wrong = {str(item["loc"][0]): words_of(item) for item in error.errors(include_url=False, include_input=False)}
    # Another model is not what was asked for.
    warnings += [warned("member_wrong", member=name, said=reason) for name, reason in wrong.items() if name != "model"]
    told = asked(LineMembers.model_validate({name: value for name, value in given.items() if name not in wrong}))
    # It is some restaurant's, but not the batch's.
    return told | ({"restaurant": ""} if "restaurant" in wrong else {}), wrong


def from_query(given: Mapping[str, str]) -> dict[str, Any]:
    """What the query says of all reviews, as members of a batch in JSON. Raises InvalidRequest."""
    members: dict[str, Any] = {name: given[name] for name in IN_QUERY if name in given}
    for name in members.keys() & {"reviewed_at", "not_before"}:
        # An unescaped + of a time zone arrives as a blank.
        members[name] = members[name].replace(" ", "+")
    if "include_none" in members:
        members["include_none"] = {"true": True, "false": False}.get(members["include_none"])
    if len(seconds := members.get("ttl_s", "")) < 10 and seconds.isascii() and seconds.isdigit():
        members["ttl_s"] = int(seconds)
    try:
        BatchMembers.model_validate(members)
    except ValidationError as error:
        item = error.errors(include_url=False, include_input=False)[0]
        raise InvalidRequest(f"?{item['loc'][0]}", words_of(item)) from None
    return members
