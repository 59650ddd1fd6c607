"""What the archive has, as files."""

import csv
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pyarrow.parquet
import pytest
import redis
from click.testing import Result
from sqlalchemy import Engine

from archive import reading
from archive.export import COLUMNS, exported
from archive.reading import Reader, Wanted
from archive.review import Opinion, Review, Sentence
from archive.script import literal
from archive.sink import Sink
from jobs.batch import Batch
from jobs.line import Line, encode_results, success_line
from jobs.request import JobRequest
from store.batches import BatchStore
from store.jobs import RedisStore
from tests.support.commands import Kritiq
from tests.support.factories import MODEL, claim, create, failed, succeeded
from tests.unit.archive.conftest import Archive
from tests.unit.archive.endings import RESULT, work
from tests.unit.archive.generated import make_reviews, put

Export = Callable[..., Result]
needs_shell = pytest.mark.skipif(shutil.which("sqlite3") is None, reason="needs SQLite's shell (Debian: sqlite3)")


@pytest.fixture
def export(kritiq: Kritiq, redis_client: redis.Redis, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Export:
    """`kritiq archive export` over an archive with five reviews of three days, one without a result."""
    archive = Archive(redis_client, engine)
    archive.outbox.switch_on(100)
    monkeypatch.setattr(reading, "PAGE", 2)
    store = RedisStore(redis_client)
    for day, restaurant in (("01", "adler"), ("02", "adler"), ("02", "krone"), ("02", "adler"), ("03", "adler")):
        create(store, restaurant=restaurant, reviewed_at=f"2026-10-{day}", metadata={"x": 1}, day=f"2026-10-{day}")
    create(store, tenant="acme", reviewed_at="2026-10-02")
    work(store)
    create(store, reviewed_at="2026-10-01")
    store.complete([failed(each) for each in claim(store)])
    archive.catch_up()
    return partial(kritiq, "archive", "export")


OCTOBER = ("--from", "2026-10-01", "--to", "2026-10-31")


def test_a_table_has_a_row_for_each_aspect_of_each_sentence(export: Export) -> None:
    rows = list(csv.DictReader(io.StringIO(export(*OCTOBER).stdout)))
    assert list(rows[0]) == list(COLUMNS)
    assert len(rows) == 5 * 2 + 1
    assert {(row["status"], row["aspect"], row["polarity"]) for row in rows} == {
        ("succeeded", "food", "positive"), ("succeeded", "service", "negative"), ("failed", "", ""),
    }  # fmt: skip
    assert [row["day"] for row in rows] == sorted(row["day"] for row in rows)
    assert {row["tenant"] for row in rows} == {"default"}


def test_days_restaurants_and_organisations_can_be_chosen(export: Export) -> None:
    def days(*arguments: str) -> list[str]:
        found = export("--format", "jsonl", *arguments).stdout.splitlines()
        return [json.loads(row)["day"][-2:] for row in found]

    assert days("--from", "2026-10-02", "--to", "2026-10-02") == ["02"] * 3
    assert days(*OCTOBER, "--restaurant", "adler") == ["01", "02", "02", "03"]
    assert days(*OCTOBER, "--tenant", "acme") == ["02"]
    assert days("--from", "2027-01-01", "--to", "2027-02-01") == []
    turned = export("--from", "2026-12-01", "--to", "2026-11-01", status=2)
    assert "--to should not be before --from." in turned.output, "an empty file would be taken for a quiet month"


def test_a_line_of_json_has_the_whole_review(export: Export) -> None:
    row = json.loads(export("--format", "jsonl", *OCTOBER, "--tenant", "acme").stdout)
    assert (row["model"], row["created_at"][-6:]) == ("fake", "+00:00")
    assert row["sentences"][0] == {
        "index": 0, "start": 0, "end": 18, "text": "Das Essen war gut.", "truncated": False,
        "aspects": {"food": {"polarity": "positive", "confidence": 0.9}}, "unmentioned": {"service": 0.8},
    }  # fmt: skip


#: What tables had before the columns that came later.
FIRST_COLUMNS = [
    "tenant", "job_id", "line", "batch_id", "custom_id", "restaurant", "author", "day", "created_at", "finished_at",
    "status", "error_code", "language", "model", "model_version", "sentence", "start", "end", "text", "aspect",
    "polarity", "confidence",
]  # fmt: skip


@pytest.fixture
def told(engine: Engine) -> Callable[[Review], list[dict[str, str]]]:
    """The rows of CSV of a review, as they come out of the archive."""

    def told(review: Review) -> list[dict[str, str]]:
        put(Sink(engine), [review])
        wanted = Wanted(tenant=review.tenant, first=review.day, last=review.day)
        return list(csv.DictReader(io.StringIO(b"".join(exported(Reader(engine).reviews(wanted), "csv")).decode())))

    return told


#: A review of which everything is known.
WHOLE = make_reviews(1)[0]._replace(
    custom_id="a", batch_id="batch_1", author="anna", attempt=2, priority="high",
    metadata='{"x":1}', warnings='["odd"]', reviewed_at="2026-10-03T19:00:00+02:00",
    started_at=datetime(2026, 10, 3, 20, tzinfo=UTC),
    overall="conflict", overall_confidence=0.4, forget_at=datetime(2027, 10, 3, 20, tzinfo=UTC),
    details='{"retry_of":"job_0","choice":{"alias":"default","share":10},"language_known":false}',
    sentences=(
        Sentence(
            number=0, begin=5, end=24, text="Knödel waren köstlich", truncated=False,
            opinions=(
                Opinion(aspect="food", polarity="positive", confidence=0.9, low_confidence=True,
                        evidence=((5, 11), (18, 26))),
                Opinion(aspect="price", polarity="negative", confidence=0.6, low_confidence=False),
            ),
        ),
    ),
)  # fmt: skip


def test_a_table_tells_why_of_a_review_and_of_each_opinion(told: Callable[[Review], list[dict[str, str]]]) -> None:
    food, price = told(WHOLE)
    asked = (
        "reviewed_at", "priority", "attempt", "started_at", "retry_of", "forget_at", "error_message", "overall",
        "overall_confidence", "language_known", "model_alias", "model_share", "metadata", "truncated", "warnings",
        "version",
    )  # fmt: skip
    assert [food[name] for name in asked] == [price[name] for name in asked] == [
        "2026-10-03T19:00:00+02:00", "high", "2", "2026-10-03T20:00:00+00:00", "job_0", "2027-10-03T20:00:00+00:00", "",
        "conflict", "0.4", "false", "default", "10", '{"x":1}', "false", '["odd"]', "3",
    ]  # fmt: skip
    assert (food["low_confidence"], food["evidence"], food["evidence_words"]) == (
        "true", "[[5,11],[18,26]]", '["Knödel","köstlich"]',
    )  # fmt: skip
    assert (price["low_confidence"], price["evidence"], price["evidence_words"]) == ("false", "", "")


def test_without_texts_evidence_has_its_places_and_no_words(told: Callable[[Review], list[dict[str, str]]]) -> None:
    food, _ = told(WHOLE._replace(sentences=(WHOLE.sentences[0]._replace(text=None),)))
    assert (food["evidence"], food["evidence_words"]) == ("[[5,11],[18,26]]", "")


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"details": "{}"}, "true"),
        ({"details": None}, ""),
        ({"details": None, "batch_id": None}, "true"),
        ({"details": None, "batch_id": None, "attempt": None}, ""),
        ({"details": "{}", "language": None}, ""),
    ],
    ids=["a line", "a line of before", "a job", "a job of before", "without a result"],
)
def test_a_language_is_said_to_be_known_where_that_was_noted(
    told: Callable[[Review], list[dict[str, str]]], known: dict[str, Any], expected: str
) -> None:
    assert {row["language_known"] for row in told(WHOLE._replace(**known))} == {expected}


def test_a_line_of_a_batch_tells_by_which_alias_its_model_was_chosen(
    redis_client: redis.Redis, engine: Engine, told: Callable[[Review], list[dict[str, str]]]
) -> None:
    archive = Archive(redis_client, engine)
    archive.outbox.switch_on(100)
    store = RedisStore(redis_client)
    line = Line(number=1, text="Gut.")
    BatchStore(redis_client).create(Batch(id="batch_1", request=JobRequest()), [line], target=1)
    model = {**MODEL, "alias": "default", "share": 10}
    for each in claim(store):
        result = encode_results([success_line(line, each.request, orjson.dumps(RESULT))])
        store.complete([replace(succeeded(each, result), good=1, model=model)])
    archive.catch_up()
    (review,) = Reader(engine).reviews(Wanted(tenant="default", first=date.min, last=date.max))
    row = told(review)[0]
    assert [row[name] for name in ("batch_id", "line", "model_version", "model_alias", "model_share")] == [
        "batch_1", "1", "1", "default", "10",
    ]  # fmt: skip


def test_what_came_later_stands_behind_what_tables_had(export: Export) -> None:
    header = next(csv.reader(io.StringIO(export(*OCTOBER).stdout)))
    assert header[: len(FIRST_COLUMNS)] == FIRST_COLUMNS
    assert len(set(header)) == len(header)


def test_the_docs_name_each_column_of_a_table_in_its_place() -> None:
    docs = (Path(__file__).parents[3] / "docs/archive.md").read_text(encoding="utf-8")
    _, _, behind = docs.partition("The columns of a table")
    rows = [line for line in behind.partition("\n\n## ")[0].splitlines() if line.startswith("| `")]
    assert re.findall(r"`(\w+)`", "".join(row.split("|")[1] for row in rows)) == list(COLUMNS)


def test_parquet_has_the_same_rows_in_a_file_of_its_own(export: Export, tmp_path: Path) -> None:
    out = tmp_path / "october.parquet"
    export("--format", "parquet", *OCTOBER, "--out", str(out))
    table = pyarrow.parquet.read_table(out)
    assert table.column_names == list(COLUMNS)
    assert table.schema.field("attempt").type == pyarrow.int32()
    assert table.schema.field("low_confidence").type == pyarrow.bool_()
    assert set(table.column("attempt").to_pylist()) == {1}
    assert table.num_rows == 11
    assert out.stat().st_mode & 0o077 == 0
    export("--format", "parquet", *OCTOBER, status=2)


def test_a_script_makes_the_same_tables_in_both_databases(export: Export, postgres_url: str, tmp_path: Path) -> None:
    script = export("--format", "sql", *OCTOBER).stdout
    with (
        closing(sqlite3.connect(tmp_path / "new.db")) as made,
        closing(sqlite3.connect(tmp_path / "archive.db")) as own,
    ):
        made.executescript(script)
        for table in ("reviews", "sentences", "opinions"):
            asked = f"SELECT job_id, line FROM {table} WHERE tenant = 'default' ORDER BY 1, 2"
            rows = own.execute(asked).fetchall()
            assert len(rows) >= 6
            assert made.execute(asked).fetchall() == rows
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(script.encode())
        asked = "SELECT COUNT(*), MIN(created_at) > now() - INTERVAL '1 hour' FROM reviews"
        assert server.execute(asked.encode()).fetchone() == (6, True)


def test_a_script_puts_nothing_into_an_archive_whose_sums_would_not_know_of_it(either: Engine) -> None:
    script = b"".join(exported([WHOLE], "sql"))
    with either.connect() as connection:
        own: Any = connection.connection.driver_connection
        with pytest.raises((sqlite3.OperationalError, psycopg.errors.DuplicateTable), match="kritiq_archive"):
            own.executescript(script.decode()) if either.dialect.name == "sqlite" else own.execute(script)
        own.rollback()
        assert own.execute("SELECT COUNT(*) FROM reviews").fetchone() == (0,)


def test_psql_runs_a_script_as_the_docs_say_once_and_says_so_when_it_was_there(
    export: Export, postgres_url: str, tmp_path: Path
) -> None:
    if shutil.which("psql") is None:
        pytest.skip("needs psql (Debian: postgresql-client)")
    script = export("--format", "sql", *OCTOBER).stdout.replace("Das Essen war gut.", "Käse 😡")
    (tmp_path / "october.sql").write_text(script, encoding="utf-8")
    docs = (Path(__file__).parents[3] / "docs/archive.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"`(PGCLIENTENCODING[^`]*)`", docs)
    # As psql takes it from a terminal that is not UTF-8.
    told = {**os.environ, "PGCLIENTENCODING": "LATIN1"}

    def run() -> int:
        line = f"{command} {postgres_url}"
        return subprocess.run(["sh", "-c", line], cwd=tmp_path, env=told, capture_output=True, timeout=60).returncode

    assert (run(), run() != 0) == (0, True)
    with psycopg.connect(postgres_url) as server:
        found = server.execute("SELECT DISTINCT text FROM sentences WHERE sentence = 0").fetchall()
        assert found == [("Käse 😡",)]
        assert server.execute("SELECT COUNT(*) FROM reviews").fetchone() == (6,)


@needs_shell
def test_a_script_whose_reviews_are_there_already_puts_in_nothing_as_the_docs_run_it(
    export: Export, tmp_path: Path
) -> None:
    (tmp_path / "october.sql").write_text(export("--format", "sql", *OCTOBER).stdout, encoding="utf-8")
    docs = (Path(__file__).parents[3] / "docs/archive.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"`(sqlite3 [^`]*october.sql)`", docs)

    def run() -> int:
        return subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, timeout=60).returncode

    assert run() == 0
    with closing(sqlite3.connect(tmp_path / "october.db")) as made:
        ((some,),) = made.execute("SELECT COUNT(*) FROM reviews").fetchall()
        made.execute("DELETE FROM reviews WHERE rowid > 1")
        made.commit()
        assert run() != 0
        assert (some > 1, made.execute("SELECT COUNT(*) FROM reviews").fetchall()) == (True, [(1,)])


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        ("It's 'so'", "'It''s ''so'''"),
        (None, "NULL"),
        (0.5, "0.5"),
        (date(2026, 10, 1), "'2026-10-01'"),
    ],
)
def test_values_are_spelled_so_that_none_ends_early(value: Any, spelled: str) -> None:
    assert literal(value) == spelled


def test_without_an_archive_that_is_said(kritiq: Kritiq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRITIQ_DATA_DIR", str(tmp_path / "other"))
    assert "There is no archive" in str(kritiq("archive", "export", *OCTOBER, status=1).exception)
