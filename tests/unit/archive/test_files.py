"""The archive as files: each day of each organisation once, as it is now, whoever is killed or away in between."""

import errno
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from sqlalchemy import Engine

from archive.changes import Delete, Erase
from archive.days import Days
from archive.export import COLUMNS
from archive.files import EVERY_S, IN_NAMES, LONGEST_S, Files
from archive.folder import Folder
from archive.review import Review
from archive.sink import Sink
from archive.tables import changed_days, progress, reviews
from archive.turn import turn
from jobs.errors import SettingsError
from telemetry.meter import Meter
from tests.unit.archive.generated import make_reviews, opinions_of, put

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
    return review._replace(day=date(2026, 10, day))


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


def test_duckdb_reads_the_folder_as_one_table_as_the_docs_say(sink: Sink, make: Make, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    made = [on(day, number, tenant) for day, number, tenant in zip((1, 2, 2, 1), range(20, 24), "aabb", strict=True)]
    put(sink, [each._replace(tenant="acme" if each.tenant == "a" else "other") for each in made])
    make().step()
    docs = (Path(__file__).parents[3] / "docs/archive.md").read_text(encoding="utf-8")
    (asked,) = re.findall(r"```sql\n(SELECT restaurant[^`]*read_parquet[^`]*)```", docs)
    found = duckdb.sql(asked.replace("/srv/reviews", str(tmp_path / "files"))).fetchall()
    wanted = Counter(
        (each.review.restaurant, each.opinion.aspect, each.opinion.polarity) for each in opinions_of(made[:2])
    )
    assert wanted
    assert {(*of, count) for *of, count in found} == {(*of, count) for of, count in wanted.items()}


def test_whoever_is_erased_is_in_no_file_after_the_next_pass(sink: Sink, make: Make, tmp_path: Path) -> None:
    reviews = [on(number % 3 + 1, number)._replace(text="Zeisig", author="anna") for number in range(6)]
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


@contextmanager
def always(_: Engine) -> Iterator[bool]:
    """A turn that nobody else's connection holds any more."""
    yield True


@pytest.mark.parametrize("lost", [False, True], ids=["in turn", "who lost its turn"])
def test_of_two_archivers_none_brings_back_what_was_erased_meanwhile(
    sink: Sink, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    review = on(1, 1)._replace(text="Zeisig", author="anna")
    put(sink, [review, on(1, 2)])
    slow, other, write = make("jsonl"), make("jsonl"), Folder.write
    put(sink, [on(2, 3)])
    slow.step()
    put(sink, [review])
    passed: list[int | None] = []

    def meanwhile(folder: Folder, where: str, name: str, pieces: Iterable[bytes]) -> None:
        monkeypatch.setattr(Folder, "write", write)
        older = list(pieces)
        digest = review.author_digest
        assert digest is not None
        sink.apply([Erase(tenant="default", author_digest=digest)], after=sink.place(), to=sink.place())
        if lost:
            monkeypatch.setattr("archive.files.turn", always)
        passed.append(other.step())
        monkeypatch.undo()
        write(folder, where, name, older)

    monkeypatch.setattr(Folder, "write", meanwhile)
    slow.step()
    assert passed == [1 if lost else None]
    assert other.step() == 1
    assert found(tmp_path)[FIRST.replace("parquet", "jsonl")] == ["job_000002"]
    assert all(b"Zeisig" not in path.read_bytes() for path in (tmp_path / "files").rglob("*") if path.is_file())
    assert slow.step() == 0


def test_a_mark_is_not_taken_for_one_that_was_there_before(sink: Sink, either: Engine) -> None:
    days = Days(either)
    put(sink, [on(1, 1)])
    (before,) = days.changed(9)
    days.written(before)
    put(sink, [on(1, 2)])
    days.written(before)
    (after,) = days.changed(9)
    assert (after.tenant, after.day) == (before.tenant, before.day)


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


def test_where_a_release_writes_other_columns_all_files_get_them(
    sink: Sink, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(sink, [on(1, 1), on(2, 2)])
    with monkeypatch.context() as older:
        fewer = dict(list(COLUMNS.items())[:-1])
        for module in ("export", "files"):
            older.setattr(f"archive.{module}.COLUMNS", fewer)
        assert make().step() == 2
    assert [make().step(), make().step()] == [2, 0]
    for name in (FIRST, SECOND):
        names = pyarrow.parquet.ParquetFile(tmp_path / "files" / name).schema_arrow.names
        assert names == [each for each in COLUMNS if each not in IN_NAMES]


@pytest.mark.parametrize("how", ["another form", "no mark", "back from another folder"])
def test_days_that_were_emptied_before_all_is_written_anew_have_no_file(
    sink: Sink, make: Make, either: Engine, tmp_path: Path, how: str
) -> None:
    put(sink, [on(1, 1), on(2, 2)])
    make().step()
    if how == "back from another folder":
        Files(either, Folder(str(tmp_path / "other")), "parquet", meter=Meter()).step()
    sink.apply([Delete(tenant="default", id="job_000002")], after=sink.place(), to=sink.place())
    if how == "back from another folder":
        Files(either, Folder(str(tmp_path / "other")), "parquet", meter=Meter()).step()
    if how == "no mark":
        (tmp_path / "files/_kritiq.json").unlink()
    form = "jsonl" if how == "another form" else "parquet"
    files = make(form)
    files.step()
    assert found(tmp_path) == {FIRST.replace("parquet", form): ["job_000001"]}
    assert files.step() == 0


def test_a_folder_whose_archive_begins_anew_loses_all_that_it_had(
    sink: Sink, make: Make, either: Engine, tmp_path: Path
) -> None:
    put(sink, [on(1, 1), on(2, 2)])
    make().step()
    with either.execution_options(writes=True).begin() as connection:
        for table in (reviews, changed_days):
            connection.execute(table.delete())
        connection.execute(progress.update().values(files=None))
    make().step()
    assert found(tmp_path) == {}


class Clock:
    """Seconds, which writing takes."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("took_s", "fails", "pause_s"),
    [(12, True, EVERY_S), (30, False, 600), (1800, False, LONGEST_S), (1, False, EVERY_S)],
)
def test_a_pause_is_as_long_as_writing_took_but_not_for_ever_nor_after_a_failure(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, took_s: float, fails: bool, pause_s: float
) -> None:
    clock, pauses, told = Clock(), list[float](), list[float]()
    files = Files(
        engine, Folder(str(tmp_path / "files")), "jsonl", meter=Meter(), filed=told.append, clock=clock,
    )  # fmt: skip

    def changed(*_: object) -> list[object]:
        clock.now += took_s
        if fails:
            raise OSError("It is away.")
        return []

    def wait(pause: float) -> None:
        pauses.append(pause)
        files.stop()

    monkeypatch.setattr(Days, "changed", changed)
    monkeypatch.setattr(files._stopping, "wait", wait)
    files.run()
    assert pauses == [pause_s]
    assert told == ([] if fails else [took_s])


def test_whoever_has_no_turn_does_not_say_that_all_is_in_the_files(engine: Engine, tmp_path: Path) -> None:
    told: list[float] = []
    files = Files(engine, Folder(str(tmp_path / "files")), "jsonl", meter=Meter(), filed=told.append)
    with turn(engine) as mine:
        files.catch_up()
        assert (mine, told) == (True, [])
    files.catch_up()
    assert len(told) == 1


def test_a_table_of_all_files_has_every_opinion_with_its_organisation_and_day(
    sink: Sink, make: Make, tmp_path: Path
) -> None:
    reviews = [*make_reviews(40), *make_reviews(30, 2, "acme")]
    put(sink, reviews)
    make().step()
    table = pyarrow.parquet.read_table(tmp_path / "files", partitioning="hive").to_pylist()
    rows = [(row["tenant"], row["day"], row["job_id"], row["aspect"]) for row in table if row["aspect"]]
    should = [(s.review.tenant, str(s.review.day), s.review.job_id, s.opinion.aspect) for s in opinions_of(reviews)]
    assert sorted(rows) == sorted(should)


@pytest.mark.parametrize("address", ["ftp://me:hush@host/x", "s3://", "hush://x"])
def test_an_address_that_cannot_be_used_is_refused_and_not_said(address: str) -> None:
    with pytest.raises(SettingsError, match="KRITIQ_ARCHIVE_FILES") as caught:
        Folder(address)
    assert "hush" not in str(caught.value)


def test_a_file_that_cannot_be_written_whole_takes_no_room(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path))
    folder.write("day", "reviews.jsonl", [b"whole"])
    # Whoever wrote it was killed, and there is no room for another one beside it.
    (tmp_path / "day" / "_part.1.reviews.jsonl").write_bytes(b"cut o")
    there = []

    def pieces() -> Iterator[bytes]:
        yield b"not who"
        there.extend(path.name for path in (tmp_path / "day").iterdir())
        raise OSError(errno.ENOSPC, "No space left on device")

    for _ in range(2):
        with pytest.raises(OSError, match="No space"):
            folder.write("day", "reviews.jsonl", pieces())
        assert [path.name for path in (tmp_path / "day").iterdir()] == ["reviews.jsonl"]
    assert (tmp_path / "day" / "reviews.jsonl").read_bytes() == b"whole"
    assert "_part.1.reviews.jsonl" not in there
