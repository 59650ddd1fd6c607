"""The archive's tables. docs/archive.md says what is in them, and has queries for what analysts ask.

A change of them is a new `SCHEMA`, with the statements that lead to it in `archive.migrations`.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    literal_column,
    text,
)
from sqlalchemy.types import TypeEngine

metadata = MetaData()

#: A row: which schema the tables have, the place in the outbox up to which they tell it, and the name of the folder
#: that gets them as files.
progress = Table(
    "kritiq_archive",
    metadata,
    Column("schema", Integer, nullable=False),
    Column("place", String, nullable=False),
    Column("files", String),
)

#: In which order, by kind of database, texts are as in Redis, whatever the database's language.
BY_BYTES = {"postgresql": "C", "sqlite": "BINARY"}

#: Of `reviews`, those that are jobs: a database sees which index has them by these words.
JOBS = literal_column("line", Integer) == literal_column("0", Integer)

#: Those that are lines of batches, likewise.
LINES = literal_column("line", Integer) > literal_column("0", Integer)


def _partly(name: str, *columns: str, where: str) -> Index:
    """An index of the rows alone of which `where` is true."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


def _key(**columns: type[TypeEngine[Any]]) -> list[Column[Any]]:
    """The columns of a primary key, in their order."""
    return [Column(name, kind, primary_key=True) for name, kind in columns.items()]


_REVIEW: Mapping[str, type[TypeEngine[Any]]] = {"tenant": String, "job_id": String, "line": Integer}

#: A row for each review that has ended: a job, or a line of a batch.
reviews = Table(
    "reviews",
    metadata,
    *_key(**_REVIEW),
    Column("version", Integer, nullable=False),
    Column("batch_id", String),
    Column("custom_id", String),
    Column("status", String, nullable=False),
    Column("error_code", String),
    Column("restaurant", String),
    Column("author", String),
    Column("author_digest", String),
    Column("day", Date, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True), nullable=False),
    Column("forget_at", DateTime(timezone=True)),
    Column("language", String),
    Column("model", String),
    Column("model_version", String),
    Column("text", String),
    Column("metadata", String),
    # NULL of what was archived before schema 8, or imported.
    Column("attempt", Integer),
    Column("priority", String),
    Column("error_message", String),
    Column("reviewed_at", String),
    Column("started_at", DateTime(timezone=True)),
    Column("overall", String),
    Column("overall_confidence", Double),
    Column("details", String),
    # NULL of what was archived before schema 14.
    Column("warnings", String),
    Index("reviews_by_restaurant", "tenant", "restaurant", "day", "job_id", "line"),
    Index("reviews_by_day", "tenant", "day", "job_id", "line"),
    *(
        Index(
            "reviews_by_creation",
            "tenant",
            "created_at",
            text(f'job_id COLLATE "{collation}"'),
            postgresql_where=JOBS,
            sqlite_where=JOBS,
        ).ddl_if(dialect=dialect)
        for dialect, collation in BY_BYTES.items()
    ),
    _partly("reviews_by_batch", "tenant", "batch_id", "line", where="batch_id IS NOT NULL"),
    Index("reviews_by_author", "tenant", "author_digest", "day"),
    _partly("reviews_to_forget", "forget_at", where="forget_at IS NOT NULL"),
    # Of single reviews `reviews_by_creation` has what this has of lines.
    _partly("reviews_of_lines", "tenant", "restaurant", "created_at", where="line > 0"),
)

#: A row for each sentence of a review with a result.
sentences = Table(
    "sentences",
    metadata,
    *_key(**_REVIEW, sentence=Integer),
    Column("begins", Integer, nullable=False),
    Column("ends", Integer, nullable=False),
    Column("text", String),
    Column("truncated", Boolean),
    Column("unmentioned", String),
)

#: A row for each aspect that a sentence mentions, with what is often asked of its review.
opinions = Table(
    "opinions",
    metadata,
    *_key(**_REVIEW, sentence=Integer, aspect=String),
    Column("polarity", String, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("restaurant", String),
    Column("day", Date, nullable=False),
    Column("model", String),
    Column("model_version", String),
    Column("low_confidence", Boolean),
    Column("evidence", String),
    Index("opinions_by_restaurant", "tenant", "restaurant", "day", "aspect", "polarity"),
)

#: A row for each aspect of a sentence that somebody said something of, with what the model had said.
feedback = Table(
    "feedback",
    metadata,
    *_key(**_REVIEW, sentence=Integer, aspect=String),
    Column("polarity", String, nullable=False),
    Column("judged", String, nullable=False),
    Column("confidence", Double),
    Column("model", String),
    Column("model_version", String),
    Column("said_by", String),
    Column("said_by_digest", String),
    Column("said_at", DateTime(timezone=True), nullable=False),
    _partly("feedback_by_person", "tenant", "said_by_digest", where="said_by_digest IS NOT NULL"),
)

#: How many sentences of a day said what of a restaurant: sums of `opinions`, kept up with every change of it.
daily = Table(
    "daily",
    metadata,
    *_key(tenant=String, restaurant=String, day=Date, aspect=String, polarity=String),
    Column("sentences", Integer, nullable=False),
)

#: The same of all restaurants together: sums of `daily`.
daily_totals = Table(
    "daily_totals",
    metadata,
    *_key(tenant=String, day=Date, aspect=String, polarity=String),
    Column("sentences", Integer, nullable=False),
)

#: Sums of `daily`, too: of all days of a month, which `month` names by its first one.
monthly = Table(
    "monthly",
    metadata,
    *_key(tenant=String, aspect=String, month=Date, restaurant=String, polarity=String),
    Column("sentences", Integer, nullable=False),
)

#: How many reviews an author has: a sum of `reviews`, kept up with every change of it.
authors = Table(
    "authors",
    metadata,
    *_key(tenant=String, author_digest=String),
    Column("reviews", Integer, nullable=False),
    Index("authors_by_reviews", "tenant", "reviews"),
)

#: How the lines of a batch ended, which are a row of `reviews` each.
batches = Table(
    "batches",
    metadata,
    *_key(tenant=String, batch_id=String),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True), nullable=False),
    Column("total", Integer, nullable=False),
    Column("succeeded", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("canceled", Integer, nullable=False),
    Column("expired", Integer, nullable=False),
    # Its own; lines may name others. NULL of what was archived before schema 14.
    Column("restaurant", String),
    Index("batches_by_creation", "tenant", "created_at"),
)

#: Its columns of how many lines ended how.
ENDS = ("succeeded", "failed", "canceled", "expired")

#: A row for each day of an organisation whose reviews have changed since they were last written as a file.
changed_days = Table(
    "changed_days",
    metadata,
    *_key(tenant=String, day=Date),
    Column("times", Integer, nullable=False),
)

#: A row for each organisation whose reviews are forgotten sooner than was said when they came: how many days after
#: their end, and up to which job that is done; NULL: of all.
shortened = Table(
    "shortened", metadata, *_key(tenant=String), Column("days", Integer, nullable=False), Column("upto", String)
)

#: A row for each import that runs.
imports = Table(
    "imports", metadata, *_key(import_id=String), Column("tenant", String, nullable=False),
    Column("heard_at", DateTime(timezone=True), nullable=False),
)  # fmt: skip

#: A row for each job, author or restaurant that was deleted while an import ran (`archive.meanwhile`).
deleted_meanwhile = Table("deleted_meanwhile", metadata, *_key(import_id=String, kind=String, name=String))

#: A row for each version of a model that a worker ever had: what it says of itself. It is no organisation's.
model_cards = Table(
    "model_cards",
    metadata,
    *_key(model=String, model_version=String),
    Column("method", String, nullable=False),
    Column("languages", String, nullable=False),
    Column("sentences", Integer),
    Column("mentioned_f1", Double),
    Column("judged_f1", Double),
    Column("aspects", String, nullable=False),
    Column("card", String, nullable=False),
)

#: Those that have rows of a review.
OF_REVIEWS = (feedback, opinions, sentences, reviews)
#: Those that have sums of these.
SUMS = (daily, daily_totals, monthly, authors, batches)
