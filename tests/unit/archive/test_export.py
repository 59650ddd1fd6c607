"""What the archive has, as files."""

import csv
import io
import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet
import pytest
import redis
from click.testing import CliRunner
from sqlalchemy import Engine

from archive import reading
from archive.export import COLUMNS
from archive.script import literal
from ops.command import cli
from store.jobs import RedisStore
from tests.support.factories import claim, create, failed
from tests.unit.archive.conftest import Archive
from tests.unit.archive.endings import work

needs_shell = pytest.mark.skipif(shutil.which("sqlite3") is None, reason="needs SQLite's shell (Debian: sqlite3)")


@pytest.fixture
def kritiq(redis_client: redis.Redis, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`kritiq archive export` over an archive with five reviews of three days, one without a result."""
    monkeypatch.setenv("KRITIQ_DATA_DIR", str(tmp_path))
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

    def run(*arguments: str, status: int = 0) -> Any:
        done = CliRunner().invoke(cli, ["archive", "export", *arguments])
        assert done.exit_code == status, done.output
        return done

    return run


OCTOBER = ("--from", "2026-10-01", "--to", "2026-10-31")


def test_a_table_has_a_row_for_each_aspect_of_each_sentence(kritiq: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(kritiq(*OCTOBER).stdout)))
    assert list(rows[0]) == list(COLUMNS)
    assert len(rows) == 5 * 2 + 1
    assert {(row["status"], row["aspect"], row["polarity"]) for row in rows} == {
        ("succeeded", "food", "positive"), ("succeeded", "service", "negative"), ("failed", "", ""),
    }  # fmt: skip
    assert [row["day"] for row in rows] == sorted(row["day"] for row in rows)
    assert {row["tenant"] for row in rows} == {"default"}


def test_days_restaurants_and_organisations_can_be_chosen(kritiq: Any) -> None:
    def days(*arguments: str) -> list[str]:
        found = kritiq("--format", "jsonl", *arguments).stdout.splitlines()
        return [json.loads(row)["day"][-2:] for row in found]

    assert days("--from", "2026-10-02", "--to", "2026-10-02") == ["02"] * 3
    assert days(*OCTOBER, "--restaurant", "adler") == ["01", "02", "02", "03"]
    assert days(*OCTOBER, "--tenant", "acme") == ["02"]
    assert days("--from", "2027-01-01", "--to", "2027-02-01") == []


def test_a_line_of_json_has_the_whole_review(kritiq: Any) -> None:
    row = json.loads(kritiq("--format", "jsonl", *OCTOBER, "--tenant", "acme").stdout)
    assert (row["model"], row["created_at"][-6:]) == ("fake", "+00:00")
    assert row["sentences"][0] == {
        "index": 0, "start": 0, "end": 18, "text": "Das Essen war gut.",
        "aspects": {"food": {"polarity": "positive", "confidence": 0.9}},
    }  # fmt: skip


def test_parquet_has_the_same_rows_in_a_file_of_its_own(kritiq: Any, tmp_path: Path) -> None:
    out = tmp_path / "october.parquet"
    kritiq("--format", "parquet", *OCTOBER, "--out", str(out))
    table = pyarrow.parquet.read_table(out)
    assert table.column_names == list(COLUMNS)
    assert table.num_rows == 11
    assert out.stat().st_mode & 0o077 == 0
    kritiq("--format", "parquet", *OCTOBER, status=2)


def test_a_script_makes_the_same_tables_in_both_databases(kritiq: Any, postgres_url: str, tmp_path: Path) -> None:
    said = kritiq("--format", "sql", *OCTOBER).stdout
    with (
        closing(sqlite3.connect(tmp_path / "new.db")) as made,
        closing(sqlite3.connect(tmp_path / "archive.db")) as own,
    ):
        made.executescript(said)
        for table in ("reviews", "sentences", "opinions"):
            asked = f"SELECT job_id, line FROM {table} WHERE tenant = 'default' ORDER BY 1, 2"
            rows = own.execute(asked).fetchall()
            assert len(rows) >= 6
            assert made.execute(asked).fetchall() == rows
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(said.encode())
        asked = "SELECT COUNT(*), MIN(created_at) > now() - INTERVAL '1 hour' FROM reviews"
        assert server.execute(asked.encode()).fetchone() == (6, True)


@needs_shell
def test_a_script_whose_reviews_are_there_already_puts_in_nothing_as_the_docs_run_it(
    kritiq: Any, tmp_path: Path
) -> None:
    (tmp_path / "october.sql").write_text(kritiq("--format", "sql", *OCTOBER).stdout, encoding="utf-8")
    docs = (Path(__file__).parents[3] / "docs/archive.md").read_text(encoding="utf-8")
    (said,) = re.findall(r"`(sqlite3 [^`]*)`", docs)

    def run() -> int:
        return subprocess.run(["sh", "-c", said], cwd=tmp_path, capture_output=True, timeout=60).returncode

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


def test_without_an_archive_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRITIQ_DATA_DIR", str(tmp_path / "other"))
    done = CliRunner().invoke(cli, ["archive", "export", *OCTOBER])
    assert "There is no archive" in str(done.exception)
