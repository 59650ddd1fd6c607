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
from archive.sink import Sink
from archive.times import ms_of, time_of
from archive.transaction import Single
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
    #: What the archive calls this import (`archive.sink.Sink.importing`).
    name: str = ""


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
    with sink.importing(origin.tenant) as name:
        # As all times of jobs.
        yield from _put_lines(sink, lines, replace(origin, name=name), kept, time_of(ms_of(now)), own)


def _put_lines(
    sink: Sink, lines: Iterable[bytes], origin: Origin, kept: Kept, now: datetime,
    own: Callable[[], Mapping[str, int]],
) -> Iterator[Imported]:  # fmt: skip
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    done = Imported()
    while part := list(islice(numbered, MOST)):
        days, asked = None, own()
        replaced: int | None = None
        # Said anew meanwhile, it reached what was there before these lines were: then they are put once more.
        while days != asked:
            days = asked
            read = [_read(number, line, origin, replace(kept, own=days), now) for number, line in part]
            found = [each for each in read if each.review is not None]
            had = sum(
                _put(put, sink, origin, [each for each in found if each.exported == exported])
                for put, exported in ((_put_judged, False), (_restore, True))
            )
            # What is put once more replaces nothing.
            replaced = had if replaced is None else replaced
            asked = own()
        done = Imported(
            lines=done.lines + len(found),
            skipped=done.skipped + len(read) - len(found),
            replaced=done.replaced + (replaced or 0),
        )
        yield done


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


def _put(put: Callable[[Sink, Origin, Sequence[_Read]], int], sink: Sink, origin: Origin, read: Sequence[_Read]) -> int:
    """How many there were already. Raises BadLine for what no database takes; those in front of it are in."""
    if not read:
        return 0
    try:
        return put(sink, origin, read)
    except (DataError, IntegrityError) as error:
        if len(read) > 1:
            half = len(read) // 2
            return _put(put, sink, origin, read[:half]) + _put(put, sink, origin, read[half:])
        raise _untaken(read[0].number, error) from None


def _put_judged(sink: Sink, origin: Origin, read: Sequence[_Read]) -> int:
    """Put what was judged elsewhere; of how many there was a review, or an earlier line."""
    ids = {name for each in read for name in (each.review.job_id if each.review else None, each.former) if name}
    with sink.transaction() as made:
        there = made.single(origin.tenant, sorted(ids))
        known = [_known(each.review, each.former, there) for each in read if each.review is not None]
        found = made.left(origin.name, origin.tenant, known)
        made.make([Put(tenant=origin.tenant, job_id=review.job_id, reviews=(review,)) for review in found])
    return len(found) - len({review.job_id for review in found}.difference(there))


def _restore(sink: Sink, origin: Origin, read: Sequence[_Read]) -> int:
    """Put back what an archive had; how many of them there were."""
    found = [each.review for each in read if each.review is not None]
    return restore(sink, origin.tenant, found, name=origin.name)


def _untaken(number: int, error: DBAPIError) -> BadLine:
    # Not what the database says: that may have the review in it.
    return BadLine(f"Line {number} says what the archive's database does not take ({type(error.orig).__name__}).")


def _read(number: int, line: bytes, origin: Origin, kept: Kept, now: datetime) -> _Read:
    try:
        row = orjson.loads(line)
        if is_exported(row):
            return _exported(number, ExportedLine.model_validate(row), origin, kept, now)
        judged = JudgedLine.model_validate(row)
    except ValidationError as error:
        # Without what is in it: that is a review.
        where = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
        raise BadLine(f"Line {number} is no line of results{f': see {where}' if where else ''}.") from None
    except ValueError:
        raise BadLine(f"Line {number} is no JSON.") from None
    if judged.status == "skipped":
        return _Read(number=number, review=None)
    return _Read(number=number, review=_review(judged, origin, kept, now), former=judged.former_id(origin.tenant))


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
        sentences=tuple(sentence_of(sentence.model_dump(), kept.texts) for sentence in result.sentences)
        if result
        else (),
        error_message=storable(line.error.message) if line.error else None,
        reviewed_at=storable(line.reviewed_at),
        overall=whole.polarity if whole else None,
        overall_confidence=whole.confidence if whole else None,
        warnings=noted(line.warnings, kept.texts),
    )
