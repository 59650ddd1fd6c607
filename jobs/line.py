"""A line of a batch: one review, what it says of itself, and its line in the results."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import orjson

from jobs.judgements import DayRange
from jobs.request import JobRequest, estimate_sentences

#: The problem of a line whose author was erased.
ERASED = "The review was erased."
#: That of a line without a text, such as a rating without a word: nothing is wrong, and there is nothing to judge.
WITHOUT_TEXT = "The review has no text."


class LineStatus(StrEnum):
    """Where a line of a batch is."""

    #: It has not ended.
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    #: It has no result; its error says why.
    FAILED = "failed"
    #: Its batch was called off before it was judged.
    CANCELED = "canceled"
    EXPIRED = "expired"
    #: It has no text: there was nothing to judge.
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a batch: a review, or what is wrong with it."""

    #: Its number in the request, from 1.
    number: int
    #: The client's own id.
    custom_id: str | None = None
    #: The review; empty when `problem` says why there is none.
    text: str = ""
    problem: str | None = None
    #: Members of `jobs.request.JobRequest`; None: as the batch says. An empty restaurant is none, whatever the batch
    #: says.
    language: str | None = None
    model: str | None = None
    restaurant: str | None = None
    reviewed_at: str | None = None
    external_author: str | None = None
    metadata: Mapping[str, Any] | None = None
    #: What was odd, and what was done about it; the review is judged all the same.
    warnings: tuple[str, ...] = ()

    @property
    def erased(self) -> bool:
        """Whether its author was erased: it is nobody's now, whatever the batch says."""
        return self.problem == ERASED

    @property
    def skipped(self) -> bool:
        """Whether it is passed over, for it has no text."""
        return self.problem == WITHOUT_TEXT

    @property
    def problem_code(self) -> str:
        """What answers call its problem."""
        return "erased" if self.erased else "invalid_line"

    @property
    def weight(self) -> int:
        """Estimated sentences."""
        return estimate_sentences(self.text)

    def asked(self, of_all: JobRequest) -> JobRequest:
        """What is asked of this line, where `of_all` is asked of the whole batch."""
        own = {name: value for name in _ASKED if (value := getattr(self, name)) is not None}
        if "restaurant" in own:
            own["restaurant"] = own["restaurant"] or None
        if self.erased:
            own |= {"external_author": None, "reviewed_at": None, "metadata": None}
        return replace(of_all, **own) if own else of_all

    def author(self, of_all: JobRequest) -> str | None:
        """Who wrote it, where `of_all` is asked of the whole batch."""
        return None if self.erased else self.external_author or of_all.external_author


#: What a line may say instead of its batch.
_ASKED = ("language", "model", "restaurant", "reviewed_at", "external_author", "metadata")
#: What the chunk's text has of a line beside number, id, text and problem.
_MORE = (*_ASKED, "warnings")


@dataclass(frozen=True, kw_only=True, slots=True)
class LineFilter:
    """Which lines a listing shows; None: any."""

    status: LineStatus | None = None
    external_author: str | None = None
    restaurant: str | None = None
    #: Those that the review counts for; `undated`: when a line was sent that names none.
    days: DayRange | None = None
    undated: str = ""

    def shows(self, row: bytes) -> bool:
        """Whether a result line fits."""
        if self.status not in (None, status_of(row)):
            return False
        if self.external_author is None and self.restaurant is None and self.days is None:
            return True
        members = orjson.loads(row)
        # Lines of before there were authors have none.
        return (
            self.external_author in (None, members.get("external_author"))
            and self.restaurant in (None, members["restaurant"])
            and (self.days is None or (members["reviewed_at"] or self.undated)[:10] in self.days)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class LinePage:
    """Some lines of a batch, each as JSON."""

    rows: Sequence[bytes]
    #: Number of the line behind which the next page begins; None at the end.
    next: int | None = None


#: More lines than any batch has.
PLACES = 10**7


def place_of_line(batch_id: str, number: int) -> str:
    """By what a line stands among all that was sent at a time: newest first, lines follow each other in their order."""
    return f"{batch_id}.{PLACES - number:07}"


def encode_chunk(lines: Sequence[Line]) -> bytes:
    """A chunk as its record keeps it."""
    return orjson.dumps([_encoded(line) for line in lines])


def _encoded(line: Line) -> list[Any]:
    row = [line.number, line.custom_id, line.text, line.problem]
    more = {name: value for name in _MORE if (value := getattr(line, name)) not in (None, ())}
    return [*row, more] if more else row


def decode_chunk(data: str | bytes) -> list[Line]:
    """The opposite of `encode_chunk`; members of a newer version are passed over."""
    return [_decoded(*row) for row in orjson.loads(data)]


def _decoded(
    number: int, custom_id: str | None, text: str, problem: str | None, more: Mapping[str, Any] | None = None
) -> Line:
    given = {name: value for name, value in (more or {}).items() if name in _MORE}
    if "warnings" in given:
        given["warnings"] = tuple(given["warnings"])
    return Line(number=number, custom_id=custom_id, text=text, problem=problem, **given)


def encode_results(rows: Sequence[bytes]) -> bytes:
    """Result lines as one JSON list that `result_lines` turns into lines again without reading it."""
    return b"[\n" + b"\n,".join(rows) + b"\n]"


def result_lines(data: bytes) -> bytes:
    """The lines of `encode_results` as NDJSON. JSON has no raw line feed inside a string, so none is cut wrongly."""
    return data[2:-1].replace(b"\n,", b"\n")


#: Where a row has its status: no string before it can have this, for their quotes are escaped.
_STATUS = re.compile(rb',"status":"([a-z]+)"')


def status_of(row: bytes) -> LineStatus:
    """The status that a result line says, without reading the rest."""
    found = _STATUS.search(row)
    return LineStatus(found[1].decode() if found else orjson.loads(row)["status"])


def number_of(row: bytes) -> int:
    """The number that a result line says, without reading the rest."""
    return int(row[len(_NUMBER) : row.index(b",")])


def success_line(line: Line, of_all: JobRequest, result: bytes, model: Mapping[str, Any] | None = None) -> bytes:
    """The result line of a review of a batch of which `of_all` is asked, judged by `model` (`jobs.job.Job.model`)."""
    return _row(line, of_all, LineStatus.SUCCEEDED, result=orjson.Fragment(result), model=model)


def error_line(
    line: Line, of_all: JobRequest, code: str, message: str, model: Mapping[str, Any] | None = None
) -> bytes:
    """The result line of a review without a result; `model`: what failed on it, if that was why."""
    status = LineStatus(code) if code in ("canceled", "expired") else LineStatus.FAILED
    return _row(line, of_all, status, error={"code": code, "message": message}, model=model)


def unjudged_line(line: Line, of_all: JobRequest) -> bytes:
    """The result line of a review that nobody judges, by its problem; one without a text has no error."""
    if line.skipped:
        return _row(line, of_all, LineStatus.SKIPPED)
    return error_line(line, of_all, line.problem_code, line.problem or "Not judged.")


def erased_line(line: Line, of_all: JobRequest) -> bytes:
    """The result line of a review whose author was erased after it had ended."""
    return error_line(line, of_all, line.problem_code, line.problem or ERASED)


def waiting_line(line: Line, of_all: JobRequest) -> bytes:
    """What there is of a review that has not ended."""
    return _row(line, of_all, LineStatus.WAITING)


#: How each row begins.
_NUMBER = b'{"line":'


def _row(
    line: Line, of_all: JobRequest, status: LineStatus, *, result: Any = None, error: Any = None, model: Any = None
) -> bytes:
    return orjson.dumps(
        {
            "line": line.number,
            "custom_id": line.custom_id,
            "status": status,
            **line.asked(of_all).described(),
            "warnings": line.warnings,
            "result": result,
            "error": error,
            "model": model,
        }
    )
