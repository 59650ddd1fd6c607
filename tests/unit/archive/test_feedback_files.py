"""What people say of judgements is in the files that follow the archive's tables, and goes from these as from those."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from archive.changes import Change, Delete, Erase, TakeBack
from archive.encrypting import encrypt
from archive.files import Files
from archive.folder import Folder
from archive.review import Review, Sentence
from archive.sink import Sink
from archive.tables import OF_REVIEWS, SUMS, feedback, reviews
from store.key import author_digest
from telemetry.meter import Meter
from tests.support.text_keys import make_folder, sealing_of
from tests.unit.archive.generated import feedback_on, make_reviews, put, tell

Told = set[tuple[str, str, int, str, str, str, str | None]]
MADE = make_reviews(12)
FEEDBACK = feedback_on(MADE)
GIVEN = [each.feedback for each in FEEDBACK]
WHICH = st.integers(0, len(GIVEN) - 1)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), WHICH),
        st.tuples(st.just("take one back"), WHICH),
        st.tuples(st.just("take all back"), WHICH),
        st.tuples(st.just("delete the review"), WHICH),
        st.tuples(st.just("erase who said it"), st.sampled_from(["anna", "bert"])),
        st.tuples(st.just("write the files"), st.just(0)),
    ),
    max_size=12,
)


@pytest.fixture(params=["parquet", "jsonl"])
def files(request: pytest.FixtureRequest, either: Engine, tmp_path: Path) -> Files:
    return Files(either, Folder(str(tmp_path / "files")), request.param, meter=Meter())


def in_files(tmp_path: Path) -> Told:
    """All that was said, once for each aspect, however many rows of a table have it."""
    found: Told = set()
    for path in (tmp_path / "files").rglob("reviews.*"):
        if path.suffix == ".parquet":
            rows = pyarrow.parquet.ParquetFile(path).read().to_pylist()
            for row in rows:
                told = json.loads(row["feedback"] or "[]")
                assert {each["sentence"] for each in told} <= {row["sentence"]}
                row["feedback"] = told
        else:
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for row in rows:
            found |= {(row["job_id"], *_told(each, "by", "at")) for each in row["feedback"]}
    return found


def in_table(engine: Engine) -> Told:
    with engine.begin() as connection:
        rows = [dict(row) for row in connection.execute(feedback.select()).mappings()]
    for row in rows:
        # SQLite's are in UTC without saying so.
        row["said_at"] = row["said_at"].isoformat().removesuffix("+00:00") + "+00:00"
    return {(row["job_id"], *_told(row, "said_by", "said_at")) for row in rows}


def _told(row: dict[str, Any], by: str, at: str) -> Any:
    return (row[at], row["sentence"], row["aspect"], row["polarity"], row["judged"], row[by])


def change(kind: str, which: Any) -> Change:
    if kind == "erase who said it":
        return Erase(tenant="default", author_digest=author_digest(which))
    about = GIVEN[which]
    if kind == "say":
        return FEEDBACK[which]
    if kind == "delete the review":
        return Delete(tenant="default", id=about.id)
    correction = about.corrections[0]
    part = (correction.sentence, correction.aspect) if kind == "take one back" else None
    return TakeBack(tenant="default", id=about.id, part=part)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_files_have_what_the_table_has_after_each_pass(
    files: Files, either: Engine, tmp_path: Path, steps: list[tuple[str, Any]]
) -> None:
    with either.execution_options(writes=True).begin() as connection:
        for table in (*OF_REVIEWS, *SUMS):
            connection.execute(table.delete())
    sink = Sink(either)
    put(sink, MADE)
    for kind, which in steps:
        if kind == "write the files":
            files.catch_up()
            assert in_files(tmp_path) == in_table(either)
        else:
            sink.apply([change(kind, which)], after=sink.place(), to=sink.place())
    files.catch_up()
    assert in_files(tmp_path) == in_table(either)


def test_whoever_said_something_is_erased_from_files_of_others_reviews(
    files: Files, either: Engine, tmp_path: Path
) -> None:
    sink = Sink(either)
    put(sink, MADE)
    tell(sink, FEEDBACK)
    files.catch_up()
    assert {by for *_, by in in_files(tmp_path)} == {"anna", "bert", None}
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "files").rglob("reviews.*")}
    sink.apply([change("erase who said it", "anna")], after=sink.place(), to=sink.place())
    files.catch_up()
    assert {by for *_, by in in_files(tmp_path)} == {"bert", None}
    with either.begin() as connection:
        assert len(connection.execute(reviews.select()).all()) == len(MADE)
    same = [path for path, at in written.items() if path.stat().st_mtime_ns == at]
    assert same, "only days with something of theirs are written anew"


def bare(review: Review) -> tuple[Sentence, ...]:
    return tuple(sentence._replace(text=None) for sentence in review.sentences)


def test_who_said_it_is_in_no_file_once_that_is_encrypted(files: Files, either: Engine, tmp_path: Path) -> None:
    sink = Sink(either)
    # Nothing else of these is encrypted.
    put(sink, [each._replace(text=None, author=None, sentences=bare(each)) for each in MADE])
    tell(sink, FEEDBACK)
    files.catch_up()
    list(encrypt(either, sealing_of(make_folder(tmp_path / "keys")), "default"))
    files.catch_up()
    assert {by for *_, by in in_files(tmp_path)} == {None}
    assert in_files(tmp_path) == in_table(either)


def test_duckdb_finds_what_people_correct_as_the_docs_say(engine: Engine, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    sink = Sink(engine)
    made = [each._replace(tenant="acme") for each in MADE]
    put(sink, made + MADE)
    told = feedback_on(made)
    tell(sink, told + FEEDBACK)
    Files(engine, Folder(str(tmp_path / "files")), "parquet", meter=Meter()).catch_up()
    docs = (Path(__file__).parents[3] / "docs/archive.md").read_text(encoding="utf-8")
    (asked,) = re.findall(r"```sql\n(SELECT said [^`]*read_parquet[^`]*)```", docs)
    found = duckdb.sql(asked.replace("/srv/reviews", str(tmp_path / "files"))).fetchall()
    wanted = Counter[tuple[str, ...]]()
    for each in (one.feedback for one in told if (one.feedback.model or {})["version"] == "1"):
        for correction in each.corrections:
            judged = each.sentence(correction.sentence).polarity(correction.aspect)
            wanted[correction.aspect, judged, correction.polarity] += judged != correction.polarity
    assert found == sorted(((*of, count) for of, count in wanted.items() if count), key=lambda row: (-row[3], row))
