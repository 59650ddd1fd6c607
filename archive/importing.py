"""Puts results into the archive that were judged elsewhere: the lines of a batch's results, or of `kritiq predict`, and
what an archive exported.

Nobody is told of them and nothing counts them as new: they are in no queue and not in Redis. A review that is imported
again, however it is judged then, takes the place of what there was.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import islice

import orjson
from pydantic import ValidationError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from archive.changes import Put
from archive.ended import day_of, noted, sentence_of, storable
from archive.exported_line import ExportedLine, is_exported
from archive.judged_line import JudgedLine
from archive.restoring import restore
from archive.review import Kept, Review
from archive.sink import Moved, Single, Sink
from archive.times import ms_of, time_of
from jobs.errors import KritiqError

#: Lines of one transaction.
MOST = 1_000


class BadLine(KritiqError):
    """A line is none of a batch's results, or says what no database takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """What is known of all lines."""

    tenant: str
    #: Name and version of the model that judged those that do not say it, if they are known.
    model: str | None = None
    version: str | None = None
    #: Which list of reviews it is: lines without an id are known by their place in it.
    source: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """How far an import is."""

    #: Lines that are in the archive.
    lines: int = 0
    #: Lines of reviews without a text, which are not.
    skipped: int = 0
    #: Lines that took the place of a review that was in the archive, or of an earlier line.
    replaced: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    """What a line says; no review where there was no text."""

    number: int
    review: Review | None = field(repr=False)
    #: The id that it may be in the archive by, from before restaurants were part of it.
    former: str | None = None
    #: Whether an archive had it, which gave it its id.
    exported: bool = False


def put_lines(
    sink: Sink,
    lines: Iterable[bytes],
    origin: Origin,
    kept: Kept,
    now: datetime,
    own: Callable[[], Mapping[str, int]] = dict,
) -> Iterator[Imported]:
    """Import lines; tells how many are in, after each transaction.

    `own` tells for how many days which organisations' reviews are kept (`Kept.own`); it is asked for each transaction.
    Raises BadLine, with what came long before it imported, what `own` does, and sqlalchemy.exc.SQLAlchemyError.
    """
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    done = Imported()
    # As all times of jobs.
    now = time_of(ms_of(now))
    while part := list(islice(numbered, MOST)):
        said, asked = None, own()
        there: dict[str, Single] | None = None
        restored: int | None = None
        # Said anew meanwhile, it reached what was there before these lines were: then they are put once more.
        while said != asked:
            said = asked
            read = [_read(number, line, origin, replace(kept, own=said), now) for number, line in part]
            # Before any of them was put: what is put once more replaces nothing.
            there = _there(sink, origin.tenant, read) if there is None else there
            judged = [each for each in read if not each.exported]
            found = {each.number: _known(each.review, each.former, there) for each in judged if each.review is not None}
            _apply(sink, found)
            had = _restore(sink, origin.tenant, [each for each in read if each.exported])
            restored = had if restored is None else restored
            asked = own()
        new = len({review.job_id for review in found.values()}.difference(there or ()))
        put = len(found) + len(read) - len(judged)
        done = Imported(
            lines=done.lines + put,
            skipped=done.skipped + len(read) - put,
            replaced=done.replaced + len(found) - new + (restored or 0),
        )
        yield done


def _there(sink: Sink, tenant: str, read: Sequence[_Read]) -> dict[str, Single]:
    """What the archive has by the ids of these lines."""
    ids = {
        name for each in read if each.review and not each.exported for name in (each.review.job_id, each.former) if name
    }
    return sink.single(tenant, sorted(ids))


def _known(review: Review, former: str | None, there: Mapping[str, Single]) -> Review:
    """The review by the id that the archive has it by, if it has it.

    One that says no day, and never did, stays on the day on which it was imported first, and in lists of jobs where it
    is.
    """
    known = there.get(review.job_id)
    # The same id of another restaurant is another review.
    if known is None and former is not None and former in there and there[former].restaurant == review.restaurant:
        review, known = review._replace(job_id=former), there[former]
    if known is None or known.dated or review.reviewed_at is not None:
        return review
    return review._replace(day=known.day, created_at=known.created_at)


def _apply(sink: Sink, found: Mapping[int, Review]) -> None:
    """Store reviews by the numbers of their lines. Raises BadLine for what no database takes."""
    try:
        _put(sink, list(found.values()))
    except (DataError, IntegrityError):
        for number, review in found.items():
            try:
                _put(sink, [review])
            except (DataError, IntegrityError) as error:
                raise _untaken(number, error) from None


def _restore(sink: Sink, tenant: str, read: Sequence[_Read]) -> int:
    """Put back what an archive had; how many of them there were. Raises BadLine for what no database takes."""
    if not read:
        return 0
    try:
        return restore(sink, tenant, [each.review for each in read if each.review is not None])
    except (DataError, IntegrityError) as error:
        if len(read) > 1:
            half = len(read) // 2
            return _restore(sink, tenant, read[:half]) + _restore(sink, tenant, read[half:])
        raise _untaken(read[0].number, error) from None


def _untaken(number: int, error: DBAPIError) -> BadLine:
    # Not what the database says: that may have the review in it.
    return BadLine(f"Line {number} says what the archive's database does not take ({type(error.orig).__name__}).")


def _put(sink: Sink, found: Sequence[Review]) -> None:
    """Beside an archiver that may write at the same time: its place stays as it is."""
    puts = [Put(tenant=review.tenant, job_id=review.job_id, reviews=(review,)) for review in found]
    while True:
        place = sink.place()
        try:
            sink.apply(puts, after=place, to=place)
        except Moved:
            continue
        return


def _read(number: int, line: bytes, origin: Origin, kept: Kept, now: datetime) -> _Read:
    try:
        row = orjson.loads(line)
        if is_exported(row):
            return _exported(number, ExportedLine.model_validate(row), origin, kept, now)
        said = JudgedLine.model_validate(row)
    except ValidationError as error:
        # Without what is in it: that is a review.
        where = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
        raise BadLine(f"Line {number} is no line of results{f': see {where}' if where else ''}.") from None
    except ValueError:
        raise BadLine(f"Line {number} is no JSON.") from None
    if said.status == "skipped":
        return _Read(number=number, review=None)
    return _Read(number=number, review=_review(said, origin, kept, now), former=said.former_id(origin.tenant))


def _exported(number: int, line: ExportedLine, origin: Origin, kept: Kept, now: datetime) -> _Read:
    if line.tenant != origin.tenant:
        raise BadLine(f"Line {number} was exported of another organisation than {origin.tenant}: say --tenant.")
    return _Read(number=number, review=line.review(kept, now), exported=True)


def _review(line: JudgedLine, origin: Origin, kept: Kept, now: datetime) -> Review:
    result, day, most = line.result, day_of(line.reviewed_at), kept.days_of(origin.tenant)
    whole = result.overall if result else None
    judged_by = (origin.model, origin.version) if result else (None, None)
    if line.model is not None:
        judged_by = line.model.name, line.model.version
    model, version = map(storable, judged_by)
    return Review(
        tenant=origin.tenant,
        job_id=line.job_id(origin.tenant, origin.source),
        line=0,
        version=1,
        batch_id=None,
        custom_id=storable(line.custom_id),
        status=line.status,
        error_code=storable(line.error.code) if line.error else None,
        restaurant=line.restaurant,
        author=storable(line.external_author),
        day=day or now.date(),
        # Lists of jobs are of what there is by now: a date that is mistaken is no reason to be in none.
        created_at=min(datetime.combine(day, time(), UTC), now) if day else now,
        finished_at=now,
        forget_at=now + timedelta(days=most) if most else None,
        language=storable(result.language) if result else None,
        model=model,
        model_version=version,
        text=None,
        metadata=storable(orjson.dumps(line.metadata).decode()) if kept.texts and line.metadata else None,
        sentences=tuple(sentence_of(said.model_dump(), kept.texts) for said in result.sentences) if result else (),
        error_message=storable(line.error.message) if line.error else None,
        reviewed_at=storable(line.reviewed_at),
        overall=whole.polarity if whole else None,
        overall_confidence=whole.confidence if whole else None,
        warnings=noted(line.warnings, kept.texts),
    )
