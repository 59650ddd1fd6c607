"""Reads reviews back out of the archive."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Select, Table, and_, literal, select, tuple_

from archive.corrections import corrections_of
from archive.review import Opinion, Review, Sentence
from archive.sealing import opened
from archive.tables import opinions, reviews, sentences
from archive.times import in_utc
from jobs.errors import NotFound
from jobs.job import DEFAULT_TENANT
from store.sealing import PLAIN, Sealing

#: Reviews that are held at once.
PAGE = 500
_Key = tuple[str, int]
#: The columns of `reviews` that `Review` has members for.
FIELDS = [column for column in reviews.c if column.name != "author_digest"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which reviews: an organisation's, of the days from `first` to `last`, of one restaurant or of all."""

    tenant: str
    first: date
    last: date
    restaurant: str | None = None


def demand(engine: Engine, tenant: str) -> None:
    """Raises NotFound where the archive has no review of an organisation, but of `default`, which always is one; and
    sqlalchemy.exc.SQLAlchemyError."""
    with engine.begin() as connection:
        found = connection.execute(select(literal(1)).where(reviews.c.tenant == tenant).limit(1)).first()
    if found is None and tenant != DEFAULT_TENANT:
        raise NotFound(f"The archive has nothing of an organisation {tenant!r}.")


def has_restaurant(engine: Engine, tenant: str, restaurant: str) -> bool:
    """Whether the archive has any review of it. Raises sqlalchemy.exc.SQLAlchemyError."""
    mine = (reviews.c.tenant == tenant, reviews.c.restaurant == restaurant)
    with engine.begin() as connection:
        return connection.execute(select(literal(1)).where(*mine).limit(1)).first() is not None


class Reader:
    """Reads in short transactions, page by page: nobody who writes waits for it."""

    def __init__(self, engine: Engine, sealing: Sealing | None = PLAIN) -> None:
        """`sealing`: how what guests wrote is encrypted; None: it is read as it lies there."""
        self._engine, self._sealing = engine, sealing

    def reviews(self, wanted: Wanted) -> Iterator[Review]:
        """By day, then by job and line. Raises sqlalchemy.exc.SQLAlchemyError, TextKeyMissing."""
        order = (reviews.c.day, reviews.c.job_id, reviews.c.line)
        days = reviews.c.day.between(wanted.first, wanted.last)
        asked = select(*FIELDS).where(reviews.c.tenant == wanted.tenant, days)
        if wanted.restaurant is not None:
            asked = asked.where(reviews.c.restaurant == wanted.restaurant)
        asked = asked.order_by(*order).limit(PAGE)
        page = self._page(wanted.tenant, asked)
        while page:
            yield from page
            last = page[-1]
            behind = tuple_(*order) > tuple_(literal(last.day), literal(last.job_id), literal(last.line))
            page = self._page(wanted.tenant, asked.where(behind)) if len(page) == PAGE else []

    def _page(self, tenant: str, asked: Select[Any]) -> list[Review]:
        with self._engine.begin() as connection:
            rows = connection.execute(asked).mappings().all()
            return with_feedback(connection, tenant, with_sentences(connection, tenant, rows, self._sealing))


def heads(
    connection: Connection, *which: ColumnElement[bool], order: Sequence[Any], most: int, sealing: Sealing
) -> list[Review]:
    """Up to `most` of these reviews, without their sentences. Raises sqlalchemy.exc.SQLAlchemyError, TextKeyMissing."""
    asked = select(*FIELDS).where(*which).order_by(*order).limit(most)
    return [_review(row, (), sealing) for row in connection.execute(asked).mappings()]


def place_at(
    connection: Connection, *which: ColumnElement[bool], order: Sequence[Any], number: int
) -> tuple[datetime, str] | None:
    """Creation and id of the so manyth of these reviews, from 1. Raises sqlalchemy.exc.SQLAlchemyError."""
    asked = select(reviews.c.created_at, reviews.c.job_id).where(*which).order_by(*order).offset(number - 1).limit(1)
    found = connection.execute(asked).first()
    return None if found is None else (in_utc(found.created_at), found.job_id)


def whole(
    connection: Connection, tenant: str, *which: ColumnElement[bool], sealing: Sealing, order: Sequence[Any] = (),
    most: int | None = None,
) -> list[Review]:  # fmt: skip
    """Those few of an organisation's reviews, with all that belongs to them.

    Raises sqlalchemy.exc.SQLAlchemyError, TextKeyMissing.
    """
    asked = select(*FIELDS).where(reviews.c.tenant == tenant, *which).order_by(*order).limit(most)
    return with_sentences(connection, tenant, connection.execute(asked).mappings().all(), sealing)


def with_feedback(connection: Connection, tenant: str, found: Sequence[Review]) -> list[Review]:
    """The reviews with what was said of their judgements. Raises sqlalchemy.exc.SQLAlchemyError."""
    feedback = corrections_of(connection, tenant, {review.job_id for review in found})
    return [review._replace(feedback=feedback.get((review.job_id, review.line), ())) for review in found]


def with_sentences(
    connection: Connection, tenant: str, rows: Sequence[RowMapping], sealing: Sealing | None
) -> list[Review]:
    """The reviews that have these rows (of `FIELDS`). Raises sqlalchemy.exc.SQLAlchemyError, TextKeyMissing."""
    ids = sorted({row["job_id"] for row in rows})

    def of(table: Table) -> Sequence[RowMapping]:
        mine = and_(table.c.tenant == tenant, table.c.job_id.in_(ids))
        return connection.execute(select(table).where(mine).order_by(*table.primary_key)).mappings().all()

    judged: dict[tuple[str, int, int], list[Opinion]] = defaultdict(list)
    for row in of(opinions):
        opinion = Opinion(
            aspect=row["aspect"], polarity=row["polarity"], confidence=row["confidence"],
            low_confidence=row["low_confidence"], evidence=_spans(row["evidence"]),
        )  # fmt: skip
        judged[row["job_id"], row["line"], row["sentence"]].append(opinion)
    parts: dict[_Key, list[Sentence]] = defaultdict(list)
    for row in of(sentences):
        key = (row["job_id"], row["line"])
        parts[key].append(
            Sentence(
                number=row["sentence"], begin=row["begins"], end=row["ends"], text=row["text"],
                opinions=tuple(judged[*key, row["sentence"]]), truncated=row["truncated"],
                unmentioned=orjson.loads(row["unmentioned"] or "{}"),
            )
        )  # fmt: skip
    return [_review(row, tuple(parts[row["job_id"], row["line"]]), sealing) for row in rows]


def _review(row: RowMapping, its_sentences: tuple[Sentence, ...], sealing: Sealing | None) -> Review:
    found = Review(**{**row, **_times(row)}, sentences=its_sentences)
    return found if sealing is None else opened(found, sealing)


def _spans(data: str | None) -> tuple[tuple[int, int], ...] | None:
    return None if data is None else tuple((start, end) for start, end in orjson.loads(data))


def _times(row: RowMapping) -> dict[str, datetime | None]:
    found = {name: row[name] for name in ("created_at", "started_at", "finished_at", "forget_at")}
    return {name: None if at is None else in_utc(at) for name, at in found.items()}
