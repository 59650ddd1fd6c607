"""Puts results into the archive that were judged elsewhere: the lines of a batch's results, or of `kritiq predict`.

Nobody is told of them and nothing counts them as new: they are in no queue and not in Redis. A review that is imported
again, however it is judged then, takes the place of what there was.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import islice

import orjson
from pydantic import ValidationError
from sqlalchemy.exc import DataError, IntegrityError

from archive.ended import day_of, noted, sentence_of, storable
from archive.judged_line import JudgedLine
from archive.review import Kept, Review
from archive.sink import Moved, Put, Sink
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    """What a line says; no review where there was no text. `dated`: it says of which day."""

    number: int
    review: Review | None = field(repr=False)
    dated: bool = True


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
        # Said anew meanwhile, it reached what was there before these lines were: then they are put once more.
        while said != asked:
            said = asked
            read = [_read(number, line, origin, replace(kept, own=said), now) for number, line in part]
            found = {each.number: each.review for each in read if each.review is not None}
            found |= _on_their_days(sink, origin.tenant, [each for each in read if not each.dated])
            _apply(sink, found)
            asked = own()
        done = Imported(lines=done.lines + len(found), skipped=done.skipped + len(read) - len(found))
        yield done


def _on_their_days(sink: Sink, tenant: str, undated: Sequence[_Read]) -> dict[int, Review]:
    """Reviews that say no day, by the numbers of their lines: on the day on which they were imported first.

    In lists of jobs they stay where they are, too.
    """
    found = {each.number: each.review for each in undated if each.review is not None}
    days = sink.days(tenant, sorted({review.job_id for review in found.values()}))
    for number, review in found.items():
        day, created_at = days.get(review.job_id, (review.day, review.created_at))
        found[number] = review._replace(day=day, created_at=created_at)
    return found


def _apply(sink: Sink, found: Mapping[int, Review]) -> None:
    """Store reviews by the numbers of their lines. Raises BadLine for what no database takes."""
    try:
        _put(sink, list(found.values()))
    except (DataError, IntegrityError):
        for number, review in found.items():
            try:
                _put(sink, [review])
            except (DataError, IntegrityError) as error:
                # Not what the database says: that may have the review in it.
                what = type(error.orig).__name__
                raise BadLine(f"Line {number} says what the archive's database does not take ({what}).") from None


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
        said = JudgedLine.model_validate(orjson.loads(line))
    except ValidationError as error:
        # Without what is in it: that is a review.
        where = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
        raise BadLine(f"Line {number} is no line of results{f': see {where}' if where else ''}.") from None
    except ValueError:
        raise BadLine(f"Line {number} is no JSON.") from None
    if said.status == "skipped":
        return _Read(number=number, review=None)
    return _Read(number=number, review=_review(said, origin, kept, now), dated=said.reviewed_at is not None)


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
