"""The archive as files: each day of each organisation once, as it is now, whoever is killed or away in between."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from sqlalchemy import Engine

from archive.files import Files
from archive.folder import Folder
from archive.review import Review
from archive.sink import Delete, Erase, Sink
from jobs.errors import SettingsError
from telemetry.meter import Meter
from tests.unit.archive.generated import make_reviews, put, said

Make = Callable[..., Files]


@pytest.fixture
def sink(either: Engine) -> Sink:
    return Sink(either)


@pytest.fixture
def make(either: Engine, tmp_path: Path) -> Make:
    def made(form: str = "parquet") -> Files:
        return Files(either, Folder(str(tmp_path / "files")), form, meter=Meter())

    return made


def on(day: int, number: int, tenant: str = "default") -> Review:
    """A review of a day in October that says something."""
    (review,) = [each for each in make_reviews(200, tenant=tenant) if each.job_id == f"job_{number:06}"]
    return replace(review, day=date(2026, 10, day))


def found(folder: Path) -> dict[str, Any]:
    """Names of files -> ids of the reviews in them."""
    ids: dict[str, Any] = {}
    for path in sorted((folder / "files").rglob("*")):
        if path.is_file() and not path.name.startswith("_"):
            if path.suffix == ".parquet":
                rows = pyarrow.parquet.ParquetFile(path).read().to_pylist()
            else:
                rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            ids[str(path.relative_to(folder / "files"))] = sorted({row["job_id"] for row in rows})
    return ids


FIRST, SECOND = "tenant=default/day=2026-10-01/reviews.parquet", "tenant=default/day=2026-10-02/reviews.parquet"


def test_each_day_of_an_organisation_is_one_file_that_follows_every_change(
    sink: Sink, make: Make, tmp_path: Path
) -> None:
    put(sink, [on(1, 1), on(1, 2), on(2, 3), on(1, 4, "acme")])
    files = make()
    assert files.step() == 3
    acme = "tenant=acme/day=2026-10-01/reviews.parquet"
    assert found(tmp_path) == {
        acme: ["job_000004"], FIRST: ["job_000001", "job_000002"], SECOND: ["job_000003"],
    }  # fmt: skip
    assert files.step() == 0
    put(sink, [on(2, 2)])
    sink.apply([Delete(tenant="acme", id="job_000004")], after=sink.place(), to=sink.place())
    assert files.step() == 3
    assert found(tmp_path) == {FIRST: ["job_000001"], SECOND: ["job_000002", "job_000003"]}
    assert not (tmp_path / "files/tenant=acme/day=2026-10-01").exists()


def test_whoever_is_erased_is_in_no_file_after_the_next_pass(sink: Sink, make: Make, tmp_path: Path) -> None:
    reviews = [replace(on(number % 3 + 1, number), text="Zeisig", author="anna") for number in range(6)]
    put(sink, [*reviews, on(1, 9)])
    files = make("jsonl")
    files.step()
    written = [path for path in (tmp_path / "files").rglob("*.jsonl") if "Zeisig" in path.read_text(encoding="utf-8")]
    assert len(written) == 3
    digest = reviews[0].author_digest
    assert digest is not None
    sink.apply([Erase(tenant="default", author_digest=digest)], after=sink.place(), to=sink.place())
    files.step()
    assert all(b"Zeisig" not in path.read_bytes() for path in (tmp_path / "files").rglob("*") if path.is_file())
    assert list(found(tmp_path).values()) == [["job_000009"]]


def test_a_day_that_changes_while_it_is_written_is_written_again(
    sink: Sink, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(sink, [on(1, 1)])
    files, written = make(), Folder.keep

    def meanwhile(folder: Folder, *names: str) -> None:
        monkeypatch.undo()
        put(sink, [on(1, 2)])
        written(folder, *names)

    monkeypatch.setattr(Folder, "keep", meanwhile)
    assert [files.step(), files.step(), files.step()] == [1, 1, 0]
    assert found(tmp_path) == {FIRST: ["job_000001", "job_000002"]}


def test_whoever_dies_before_a_file_is_whole_leaves_the_old_one_and_the_next_pass_writes_it(
    sink: Sink, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(sink, [on(1, 1)])
    make().step()
    put(sink, [on(1, 2)])

    def full(*_: object, **more: object) -> list[bytes]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("archive.files.exported", full)
    with pytest.raises(OSError, match="No space"):
        make().step()
    monkeypatch.undo()
    assert found(tmp_path) == {FIRST: ["job_000001"]}
    assert make().step() == 1
    assert found(tmp_path) == {FIRST: ["job_000001", "job_000002"]}


def test_another_form_replaces_all_files_and_a_new_folder_gets_them_all(
    sink: Sink, make: Make, either: Engine, tmp_path: Path
) -> None:
    put(sink, [on(1, 1), on(2, 2)])
    make().step()
    assert make("jsonl").step() == 2
    assert sorted(found(tmp_path)) == [FIRST.replace("parquet", "jsonl"), SECOND.replace("parquet", "jsonl")]
    other = Files(either, Folder(str(tmp_path / "other")), "jsonl", meter=Meter())
    assert [other.step(), other.step()] == [2, 0]


def test_a_table_of_all_files_has_every_opinion_with_its_organisation_and_day(
    sink: Sink, make: Make, tmp_path: Path
) -> None:
    reviews = [*make_reviews(40), *make_reviews(30, 2, "acme")]
    put(sink, reviews)
    make().step()
    table = pyarrow.parquet.read_table(tmp_path / "files", partitioning="hive").to_pylist()
    rows = [(row["tenant"], row["day"], row["job_id"], row["aspect"]) for row in table if row["aspect"]]
    should = [(s.review.tenant, str(s.review.day), s.review.job_id, s.opinion.aspect) for s in said(reviews)]
    assert sorted(rows) == sorted(should)


@pytest.mark.parametrize("address", ["ftp://me:hush@host/x", "s3://", "hush://x"])
def test_an_address_that_cannot_be_used_is_refused_and_not_said(address: str) -> None:
    with pytest.raises(SettingsError, match="KRITIQ_ARCHIVE_FILES") as caught:
        Folder(address)
    assert "hush" not in str(caught.value)
