"""Results of batches: four forms of the same lines, what is asked for by which header, and streams that end well."""

import csv
import gzip
import io
import json
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pyarrow.parquet
import pytest
from flask.testing import FlaskClient

from api.batches import results
from api.batches.forms import COLUMNS, CsvWriter, Ending, table_rows
from api.batches.parquet import ParquetWriter
from api.http import streams
from tests.support.http import problem
from tests.unit.api.batches.conftest import WAITING

TEXTS = ['Das Essen war gut. Der Service war schlecht, "echt"\nschlecht.', "", "Wir kamen, mit Kindern; um acht."]
PARQUET = "application/vnd.apache.parquet"
FORMS = ["application/x-ndjson", "application/json", "text/csv", PARQUET]
Judge = Callable[..., int]


def submitted(client: FlaskClient, texts: list[str] = TEXTS) -> str:
    reviews = [{"text": text, "custom_id": f"id-{number}"} for number, text in enumerate(texts, 1)]
    return str(client.post("/v1/batches", json={"reviews": reviews}).headers["Location"])


def test_every_reason_why_results_end_early_is_in_the_document(client: FlaskClient) -> None:
    schemas = (client.get("/openapi.json").json or {})["components"]["schemas"]
    description = schemas["BatchLines"]["properties"]["error"]["description"]
    assert {
        code for code in (*results._ENDS.values(), "time_limit", "unavailable") if f"`{code}`" not in description
    } == set()


def asked(client: FlaskClient, here: str, accept: str | None = None, query: str = "", **headers: str) -> Any:
    given = ({"Accept": accept} if accept is not None else {}) | headers
    return client.get(f"{here}/results{query}", headers=given)


def read(accept: str, data: bytes) -> list[dict[str, Any]]:
    """The rows of a table, cells as JSON has them; the lines of NDJSON and JSON as such rows."""
    if accept == "text/csv":
        rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
        return [{name: cell or None for name, cell in row.items()} for row in rows]
    if accept == PARQUET:
        rows = pyarrow.parquet.read_table(io.BytesIO(data)).to_pylist()
    else:
        if accept == "application/json":
            data = b"".join(json.dumps(line).encode() + b"\n" for line in json.loads(data)["lines"])
        # Readers of NDJSON pass over empty lines.
        lines = b"".join(line for line in data.splitlines(keepends=True) if line.strip())
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in table_rows(lines)]
    return [{name: spelled(cell) for name, cell in row.items()} for row in rows]


def spelled(cell: object) -> str | None:
    return None if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell)


@pytest.mark.parametrize("accept", FORMS)
def test_every_form_has_the_same_lines(over_redis: FlaskClient, judge: Judge, accept: str) -> None:
    here = submitted(over_redis)
    judge()
    answer = asked(over_redis, here, accept)
    assert (answer.status_code, answer.mimetype) == (200, accept)
    rows = read(accept, answer.data)
    assert [(row["line"], row["custom_id"], row["status"], row["sentence"], row["aspect"], row["polarity"])
            for row in rows] == [
        ("1", "id-1", "succeeded", "0", "food", "positive"), ("1", "id-1", "succeeded", "1", "service", "negative"),
        ("2", "id-2", "skipped", None, None, None), ("3", "id-3", "succeeded", "0", None, None),
    ]  # fmt: skip
    assert rows[1]["text"] == 'Der Service war schlecht, "echt"\nschlecht.'
    assert (rows[1]["start"], rows[1]["end"], rows[1]["truncated"]) == ("19", "61", "false")
    assert [(row["overall"], row["overall_confidence"]) for row in rows] == [
        ("conflict", "0.9"), ("conflict", "0.9"), (None, None), (None, None),
    ]  # fmt: skip
    assert rows == read(FORMS[0], asked(over_redis, here).data)


def test_a_table_begins_behind_the_line_that_is_there(over_redis: FlaskClient, judge: Judge) -> None:
    here = submitted(over_redis)
    judge()
    rows = read("text/csv", asked(over_redis, here, "text/csv", "?after=1").data)
    assert [row["line"] for row in rows] == ["2", "3"]


def test_json_says_whether_it_is_all(over_redis: FlaskClient, judge: Judge) -> None:
    here = submitted(over_redis)
    part = asked(over_redis, here, "application/json", "?follow=false").json
    assert part == {"batch": here.rpartition("/")[2], "lines": [], "complete": False, "error": None}
    judge()
    whole = asked(over_redis, here, "application/json").json
    assert ([line["line"] for line in whole["lines"]], whole["complete"]) == ([1, 2, 3], True)


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        (None, "application/x-ndjson"), ("*/*", "application/x-ndjson"), ("text/html, */*;q=0.1", FORMS[0]),
        ("application/jsonl", "application/jsonl"), ("application/json;q=0.5, text/csv;q=0.9", "text/csv"),
        ("application/json;q=0.9, text/csv;q=0.5", "application/json"), ("text/*", "text/csv"),
        ("application/x-ndjson;q=0, */*", "application/ndjson"), (f"{PARQUET}, */*;q=0.1", PARQUET),
        ("application/json; charset=utf-8", "application/json"),
        ("text/csv; charset=utf-8; header=present", "text/csv"),
        ("application/json; charset=utf-8, */*;q=0.1", "application/json"),
        ("text/csv;header=absent;q=0.2, application/json;charset=utf-8;q=0.1", "text/csv"),
    ],
)  # fmt: skip
def test_the_form_is_the_one_that_is_liked_best(over_redis: FlaskClient, accept: str | None, mimetype: str) -> None:
    assert asked(over_redis, submitted(over_redis), accept, "?follow=false").mimetype == mimetype


@pytest.mark.parametrize("accept", ["text/html", "application/xml;q=0.9, image/*", "text/csv;q=0", "nonsense"])
def test_a_form_that_there_is_not_is_refused(over_redis: FlaskClient, accept: str) -> None:
    found = problem(asked(over_redis, submitted(over_redis), accept), 406, "not-acceptable")
    assert all(form in found["detail"] for form in FORMS)


def test_without_pyarrow_parquet_is_refused_with_the_reason(
    over_redis: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.batches.results.has_parquet", lambda: False)
    here = submitted(over_redis)
    assert "pyarrow would have to be installed" in problem(asked(over_redis, here, PARQUET), 406)["detail"]
    assert asked(over_redis, here, f"{PARQUET}, text/csv;q=0.1", "?follow=false").mimetype == "text/csv"


@pytest.mark.parametrize("wanted", ["gzip", "br, gzip;q=0.5", "*", "identity;q=0.1, gzip;q=0.2"])
@pytest.mark.parametrize("accept", FORMS[:3])
def test_what_is_asked_for_compressed_is(over_redis: FlaskClient, judge: Judge, accept: str, wanted: str) -> None:
    here = submitted(over_redis)
    judge()
    answer = asked(over_redis, here, accept, **{"Accept-Encoding": wanted})
    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("gzip", "Accept, Accept-Encoding")
    assert gzip.decompress(answer.data) == asked(over_redis, here, accept).data


@pytest.mark.parametrize("wanted", [None, "", "br", "gzip;q=0", "identity, gzip;q=0.5"])
def test_what_is_not_asked_for_compressed_is_not(over_redis: FlaskClient, wanted: str | None) -> None:
    headers = {"Accept-Encoding": wanted} if wanted is not None else {}
    answer = asked(over_redis, submitted(over_redis), "text/csv", "?follow=false", **headers)
    assert ("Content-Encoding" in answer.headers, answer.headers["Vary"]) == (False, "Accept, Accept-Encoding")


def test_a_parquet_file_is_compressed_once(over_redis: FlaskClient) -> None:
    answer = asked(over_redis, submitted(over_redis), PARQUET, "?follow=false", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers
    assert read(PARQUET, answer.data) == []


# Streams that go on.


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Heartbeats as fast as they come."""
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.001)
    monkeypatch.setattr(results, "STREAM_LOOKS_S", 0.001)


def following(answer: Any) -> Iterator[bytes]:
    return iter(answer.iter_encoded())


def until(parts: Iterator[bytes], wanted: bytes) -> bytes:
    """What came up to and with `wanted`."""
    seen = b""
    while wanted not in seen:
        seen += next(parts)
    return seen


@pytest.mark.parametrize("accept", FORMS[:3])
def test_heartbeats_change_nothing_that_a_reader_sees(
    over_redis: FlaskClient, judge: Judge, hasty: None, accept: str
) -> None:
    here = submitted(over_redis)
    parts = following(asked(over_redis, here, accept))
    seen = [next(parts) for _ in range(4)]
    assert seen[-2:] == [b"\r\n" if accept == "text/csv" else b"\n"] * 2
    judge(1)
    seen += [until(parts, b"id-1"), next(parts)]
    judge()
    assert read(accept, b"".join([*seen, *parts])) == read(accept, asked(over_redis, here, accept).data)


def test_a_heartbeat_can_be_read_out_of_what_is_compressed(over_redis: FlaskClient, hasty: None) -> None:
    parts = following(asked(over_redis, submitted(over_redis), **{"Accept-Encoding": "gzip"}))
    unpacked = zlib.decompressobj(31)
    assert [unpacked.decompress(next(parts)) for _ in range(3)] == [b"\n"] * 3


def test_nothing_is_said_between_two_heartbeats(
    over_redis: FlaskClient, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "STREAM_LOOKS_S", 0.001)
    parts = following(asked(over_redis, submitted(over_redis)))
    assert next(parts) == b"\n", "the first one comes at once, with the headers"
    judge()
    assert b"\n\n" not in b"".join(parts)


@pytest.mark.parametrize("accept", FORMS)
def test_a_batch_that_is_deleted_under_its_stream_ends_it_well(
    over_redis: FlaskClient, judge: Judge, hasty: None, accept: str
) -> None:
    here = submitted(over_redis)
    judge(1)
    parts = following(asked(over_redis, here, accept))
    seen = until(parts, b"PAR1" if accept == PARQUET else b"id-1")
    over_redis.delete(here)
    data = seen + b"".join(parts)
    rows = read(accept, data)
    # Parquet keeps rows back until there are enough for a group.
    assert accept == PARQUET or rows[0]["custom_id"] == "id-1"
    if accept == "application/json":
        assert (json.loads(data)["complete"], json.loads(data)["error"]["code"]) == (False, "gone")
    elif accept in ("text/csv", PARQUET):
        assert (rows[-1]["status"], rows[-1]["error_code"], rows[-1]["line"]) == ("incomplete", "gone", None)
    problem(asked(over_redis, here), 410)


def test_a_stream_that_has_lasted_long_enough_says_that_more_follows(
    over_redis: FlaskClient, hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "STREAM_S", 0.0)
    answer = asked(over_redis, submitted(over_redis), "application/json")
    assert json.loads(answer.data)["error"]["code"] == "time_limit"


def test_who_asks_for_headers_only_takes_no_place_of_those_that_wait(over_redis: FlaskClient) -> None:
    here = submitted(over_redis)
    job = over_redis.post("/v1/jobs", json={"text": "Gut."}).headers["Location"]
    for _ in range(WAITING + 1):
        for path in (f"{here}/results", f"{here}/events", f"{job}/events"):
            with over_redis.head(path) as answer:
                assert (answer.status_code, answer.data) == (200, b"")


@pytest.mark.parametrize("make", [CsvWriter, ParquetWriter])
def test_a_table_of_any_length_takes_no_more_memory(make: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.table.GROUP_ROWS", 1_000)

    def line(number: int) -> bytes:
        sentence = {"index": 0, "start": 0, "end": 9, "text": f"Satz {number}", "truncated": False, "aspects": {}}
        result = {"language": "de", "sentences": [sentence] * 10}
        return json.dumps({"line": number, "custom_id": None, "status": "succeeded", "result": result,
                           "error": None}).encode() + b"\n"  # fmt: skip

    def peak(lines: int) -> int:
        tracemalloc.start()
        writer = make()
        length = len(writer.begin()) + sum(len(writer.lines(line(number))) for number in range(lines))
        length += len(writer.end(Ending(complete=True)))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert length > lines
        return most

    # The first one also loads what is loaded once.
    _, short, long = peak(400), peak(400), peak(1_200)
    assert long < 1.5 * short


def test_the_api_loads_no_pyarrow_before_somebody_asks_for_it() -> None:
    code = "import sys, api.app; print('pyarrow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"


def test_a_row_names_the_restaurant_and_the_date_of_its_review() -> None:
    line = {"line": 1, "custom_id": "a", "status": "failed", "result": None, "error": {"code": "c", "message": "m"}}
    old, new = line, line | {"restaurant": "krone", "reviewed_at": "2025-03-01T19:00:00+01:00"}
    rows = [dict(zip(COLUMNS, row, strict=True)) for each in (old, new) for row in table_rows(orjson.dumps(each))]
    assert [(row["restaurant"], row["reviewed_at"], row["error_code"]) for row in rows] == [
        (None, None, "c"), ("krone", "2025-03-01T19:00:00+01:00", "c")
    ]  # fmt: skip
