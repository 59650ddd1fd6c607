"""`kritiq import`: reviews that nobody has judged yet, from a file into the archive."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import redis
from click.testing import Result
from sqlalchemy import Engine, select

from archive.importing import BadLine
from archive.tables import daily, reviews
from model.runtime import backends
from store.jobs import RedisStore
from store.outbox import Outbox
from tests.support.commands import Kritiq
from tests.unit.model.conftest import BuildModel, build_model

__all__ = ["build_model"]

Run = Callable[..., Result]
CSV = """text,date,restaurant,id
Das Essen war gut.,2019-05-01,adler,r1
Der Service war gut.,2020-05-01T19:00:00+02:00,adler,r2
,2021-05-01,adler,r3
"""


@pytest.fixture
def folder(engine: Engine, tmp_path: Path) -> Path:
    """With a file of reviews; the archive is beside it."""
    (tmp_path / "history.csv").write_text(CSV)
    return tmp_path


@pytest.fixture
def one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model is in this process: two others take a processor 19 seconds, most of them to import what it needs."""
    monkeypatch.setattr(backends, "allowed_cores", lambda: 1)


@pytest.fixture
def run(kritiq: Kritiq) -> Run:
    """Calls `kritiq import …`."""
    return partial(kritiq, "import")


def rows(engine: Engine) -> list[Any]:
    with engine.begin() as connection:
        return list(connection.execute(select(reviews).order_by(reviews.c.day)).mappings())


def test_years_of_reviews_are_judged_here_and_put_on_their_days(
    folder: Path, run: Run, engine: Engine, redis_client: redis.Redis, build_model: BuildModel
) -> None:
    Outbox(redis_client).switch_on(1000)
    before = sorted(redis_client.keys())
    for _ in range(2):
        run(folder / "history.csv", "--model", build_model(name="tiny"), "--tenant", "acme", "--quiet")
        found = rows(engine)
        assert [(row["tenant"], str(row["day"]), row["custom_id"], row["status"]) for row in found] == [
            ("acme", "2019-05-01", "r1", "succeeded"), ("acme", "2020-05-01", "r2", "succeeded"),
        ]  # fmt: skip
        assert {(row["model"], row["model_version"]) for row in found} == {("tiny", "1")}
        assert found[1]["reviewed_at"] == "2020-05-01T19:00:00+02:00"
    # Nothing of it is new: no job, no message, no sum of Redis, nothing for a webhook. That it was done is audited.
    assert sorted(redis_client.keys()) == sorted([*before, b"kritiq:acme:audit"])
    assert RedisStore(redis_client).restaurants("acme", size=9) == []
    with engine.begin() as connection:
        assert set(connection.execute(select(daily.c.tenant)).scalars()) <= {"acme"}


@pytest.mark.usefixtures("one_core")
def test_columns_are_named_as_everywhere(folder: Path, run: Run, engine: Engine, build_model: BuildModel) -> None:
    (folder / "other.csv").write_text("Rezension;Tag\nGut.;1.5.2019\n")
    given = ("--column", "text=Rezension", "--column", "date=Tag", "--model", build_model(name="tiny"), "--quiet")
    run(folder / "other.csv", *given, "--out", folder / "judged.jsonl")
    assert [str(row["day"]) for row in rows(engine)] == ["2019-05-01"]
    assert (folder / "judged.jsonl").exists()


def test_as_new_they_are_a_batch_and_what_is_the_keys_cannot_be_said(folder: Path, run: Run) -> None:
    output = run(folder / "history.csv", "--as-new", "--tenant", "acme", status=2).output
    assert "--tenant does nothing with --as-new" in output
    output = run(folder / "history.csv", "--as-new", "--column", "colour=x", status=2).output
    assert "there are text, id, restaurant" in output


@pytest.mark.usefixtures("one_core")
def test_a_file_in_another_encoding_is_read_in_the_one_that_is_named(
    folder: Path, run: Run, engine: Engine, build_model: BuildModel
) -> None:
    (folder / "history.csv").write_bytes("text,id\nDas Essen war gut.,Žižkov\n".encode("cp1250"))
    model = build_model(name="tiny")
    assert "--encoding names another" in run(folder / "history.csv", "--model", model).output
    run(folder / "history.csv", "--model", model, "--encoding", "cp1250", "--quiet", "--fresh")
    assert "Žižkov" in [row["custom_id"] for row in rows(engine)]


@pytest.mark.usefixtures("one_core")
def test_a_format_is_named_as_elsewhere(folder: Path, run: Run, engine: Engine, build_model: BuildModel) -> None:
    (folder / "history.csv").write_text("Gut, ja.\nKalt.\n")
    output = run(folder / "history.csv", "--model", build_model(name="tiny"), "--format", "txt", "--quiet").output
    assert "each line is read as a review" in output
    assert len(rows(engine)) == 2


@pytest.mark.parametrize("how", [[], ["--as-new"]])
def test_whoever_names_no_column_hears_of_the_option_that_names_one(folder: Path, run: Run, how: list[str]) -> None:
    (folder / "other.csv").write_text("Wortlaut,id\nGut.,r1\n")
    where = [] if how else ["--model", "models/kritiq-mini"]
    assert "with --column text=NAME." in run(folder / "other.csv", *where, *how, status=1).output


@pytest.mark.usefixtures("one_core")
def test_a_file_that_was_mended_is_imported_from_the_beginning(
    folder: Path, run: Run, engine: Engine, build_model: BuildModel
) -> None:
    how = (folder / "history.csv", "--model", build_model(name="tiny"), "--quiet")
    (folder / "history.csv").write_text(CSV.replace(",adler,r2", ",Zum Löwen,r2"))
    refused = run(*how, status=1).exception
    assert isinstance(refused, BadLine)
    assert "see restaurant" in str(refused)
    (folder / "history.csv").write_text(CSV)
    assert "changed since the run" in run(*how, status=1).output
    run(*how, "--fresh")
    assert [row["custom_id"] for row in rows(engine)] == ["r1", "r2"]
