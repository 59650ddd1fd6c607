"""Files over HTTP: uploaded in any form, made batches of, read back, and what became of a batch as two files."""

import gzip
import io
import json
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from api.http.problems import MOST_POINTER
from jobs.file import MOST_LINE_BYTES, MOST_LINES, File, LineCount, rows
from store.files import FileStore
from tests.support.http import problem
from tests.support.keys import Doors
from tests.unit.api.batches.conftest import judge, over_redis

__all__ = ["judge", "over_redis"]

NDJSON = "application/x-ndjson"
LINES = b'{"text": "Essen gut.", "custom_id": "a"}\n{"text": ""}\nno json\n{"text": "Essen gut.", "custom_id": "b"}\n'
#: A form that has something else.
NO_FILE = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n'
FORM = "multipart/form-data; boundary=x"
FILE_PART = b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nb\r\n--x'


def upload(client: FlaskClient, data: bytes = LINES, query: str = "") -> Any:
    """A file that is the body."""
    answer = client.post(f"/v1/files{query}", data=data, content_type=NDJSON)
    assert answer.status_code == 201, answer.data
    return answer.json


def of_file(client: FlaskClient, file: Any, **more: Any) -> Any:
    """A batch of a file."""
    answer = client.post("/v1/batches", json={"input_file_id": file["id"], **more})
    assert answer.status_code == 202, answer.data
    return answer.json


@pytest.mark.parametrize("size", [1, 1_048_575, 1_048_576, 3_000_000])
def test_a_file_comes_back_byte_by_byte(over_redis: FlaskClient, size: int) -> None:
    data = (b'{"text": "' + b"x" * 70 + b'"}\r\n') * (size // 80 + 1)
    file = upload(over_redis, data[:size], "?filename=M%C3%A4rz.jsonl&ttl_s=7200")
    assert (file["filename"], file["bytes"], file["purpose"]) == ("März.jsonl", size, "batch")
    with over_redis.get(file["links"]["content"]) as answer:
        assert (answer.data, answer.content_type) == (data[:size], NDJSON)
    with over_redis.get(file["links"]["content"], headers={"Accept-Encoding": "gzip"}) as answer:
        assert gzip.decompress(answer.data) == data[:size]
    assert over_redis.get(file["links"]["self"]).json == file
    listed: Any = over_redis.get("/v1/files").json
    assert listed == {"files": [file], "next_page_token": None}


@pytest.mark.parametrize(
    "form",
    [
        {"purpose": "batch"},
        {},
        {"ttl_s": "7200"},
        {"purpose": "batch", "expires_after[anchor]": "created_at", "expires_after[seconds]": "7200"},
    ],
)
def test_a_form_is_taken_as_openais_library_sends_it(over_redis: FlaskClient, form: dict[str, str]) -> None:
    answer = over_redis.post("/v1/files", data={**form, "file": (io.BytesIO(LINES), "reviews.jsonl")})
    assert answer.status_code == 201, answer.data
    file: Any = answer.json
    assert (file["filename"], file["bytes"]) == ("reviews.jsonl", len(LINES))
    with over_redis.get(answer.headers["Location"] + "/content") as content:
        assert content.data == LINES


@pytest.mark.parametrize(
    "form",
    [
        b"a" * 3_000_000,
        b'--x\r\nContent-Disposition: form-data; name="' + b"a" * 3_000_000,
        FILE_PART + b"--\r\n" * 900_000,
    ],
    ids=["in front", "in a head", "behind"],
)
def test_of_what_is_no_file_in_a_form_little_is_read(over_redis: FlaskClient, form: bytes) -> None:
    body = io.BytesIO(form)
    answer = over_redis.post("/v1/files", input_stream=body, content_length=len(form), content_type=FORM)
    assert problem(answer, 422)["errors"][0]["pointer"] == "#"
    assert body.tell() < 200_000


@pytest.mark.parametrize("end", [b"", b"\n", b"\n \r\n"], ids=["none", "a line feed", "a blank line"])
def test_a_file_of_a_line_too_many_is_refused_at_that_line_and_nothing_of_it_stays(
    over_redis: FlaskClient, redis_client: redis.Redis, end: bytes
) -> None:
    whole = b"\n".join([b'{"text": "Gut."}'] * MOST_LINES)
    upload(over_redis, whole + b"\n")
    before = set(redis_client.keys())
    body = io.BytesIO(whole + b"\n{}" + end + b"\n{}" * 1_000_000)
    size = len(body.getvalue())
    answer = over_redis.post("/v1/files", input_stream=body, content_length=size, content_type=NDJSON)
    (error,) = problem(answer, 422, "invalid-request")["errors"]
    assert (error["pointer"], "at most 50000 lines" in error["detail"]) == ("#/file", True)
    assert body.tell() < len(whole) + 200_000
    assert set(redis_client.keys()) == before


@pytest.mark.parametrize("name", [b"", b'; name="%s"' % (b"a" * 50_000)], ids=["none", "long"])
def test_a_part_with_a_name_that_is_none_is_told_shortly(over_redis: FlaskClient, name: bytes) -> None:
    form = FILE_PART + b"\r\nContent-Disposition: form-data" + name + b"\r\n\r\nb\r\n--x--\r\n"
    (error,) = problem(over_redis.post("/v1/files", data=form, content_type=FORM), 422)["errors"]
    assert error["pointer"] in ("#/", "#/" + (MOST_POINTER - 2) * "a")


@pytest.mark.parametrize(
    ("form", "pointer"),
    [
        ({"purpose": "fine-tune"}, "#/purpose"),
        ({"ttl_s": "5"}, "#/ttl_s"),
        ({"ttl_s": "soon"}, "#/ttl_s"),
        ({"other": "x"}, "#/other"),
        ({"purpose": "x" * 2000}, "#/purpose"),
        ({"expires_after[anchor]": "never"}, "#/expires_after[anchor]"),
    ],
)
def test_what_a_form_says_wrongly_is_pointed_at_and_nothing_is_kept(
    over_redis: FlaskClient, redis_client: redis.Redis, form: dict[str, str], pointer: str
) -> None:
    for file_first in (True, False):
        file = {"file": (io.BytesIO(LINES), "a.jsonl")}
        answer = over_redis.post("/v1/files", data={**file, **form} if file_first else {**form, **file})
        assert problem(answer, 422)["errors"][0]["pointer"] == pointer
    assert list(redis_client.keys("*:part:*")) == []


@pytest.mark.parametrize("name", ["ttl_s", "filename", "purpose"])
def test_what_the_query_says_wrongly_is_pointed_at_there(over_redis: FlaskClient, name: str) -> None:
    answer = over_redis.post("/v1/files", query_string={name: "\n"}, data=LINES, content_type=NDJSON)
    assert problem(answer, 422)["errors"][0]["pointer"] == f"?{name}"


@pytest.mark.parametrize(
    ("media", "body", "status"),
    [
        ("text/csv", b"text\nGut.\n", 415),
        ("application/json", b"[]", 415),
        ("multipart/form-data", b"", 422),
        ("multipart/form-data; boundary=x", b"", 422),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken", 422),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
            422,
        ),
        (NDJSON, b"", 422),
    ],
)
def test_what_is_no_file_is_refused(over_redis: FlaskClient, media: str, body: bytes, status: int) -> None:
    problem(over_redis.post("/v1/files", data=body, content_type=media), status)
    assert over_redis.get("/v1/files").json == {"files": [], "next_page_token": None}


def test_a_file_and_all_files_together_have_a_limit(redis_client: redis.Redis) -> None:
    doors = Doors(redis_client, max_file_bytes=2000, max_files_bytes=5000)
    acme, other = doors.client("acme"), doors.client("other")
    told = problem(acme.post("/v1/files", data=b"x" * 2001, content_type=NDJSON), 413)
    assert told["detail"].startswith("The file has over 2000 bytes.")
    form = {"file": (io.BytesIO(b"x" * 2001), "a")}
    problem(acme.post("/v1/files", data=form), 413)
    files = [upload(acme, b"x" * 2000) for _ in range(2)]
    problem(acme.post("/v1/files", data=b"x" * 2000, content_type=NDJSON), 409, "files-full")
    upload(acme, b"x" * 1000)
    upload(other, b"x" * 2000)
    assert acme.delete(files[0]["links"]["self"]).status_code == 204
    upload(acme, b"x" * 2000)


def test_a_deleted_file_is_gone_and_what_was_made_of_it_stays(
    over_redis: FlaskClient, redis_client: redis.Redis, judge: Callable[..., int]
) -> None:
    file = upload(over_redis)
    batch = of_file(over_redis, file)
    assert over_redis.delete(file["links"]["self"]).status_code == 204
    for path in ("", "/content"):
        problem(over_redis.get(file["links"]["self"] + path), 410)
    problem(over_redis.delete(file["links"]["self"]), 410)
    problem(over_redis.post("/v1/batches", json={"input_file_id": file["id"]}), 410)
    problem(over_redis.get("/v1/files/file_unknown"), 404)
    assert list(redis_client.keys("*:part:*")) == []
    judge()
    assert over_redis.get(batch["links"]["self"]).json["counts"]["succeeded"] == 2  # type: ignore[index]


def test_a_batch_of_a_file_is_the_batch_of_its_lines(over_redis: FlaskClient, judge: Callable[..., int]) -> None:
    data = b"\xef\xbb\xbf" + LINES + b'{"text": "Essen gut.", "restaurant": "adler", "external_author": "anna"}'
    whole: Any = over_redis.post("/v1/batches?restaurant=krone&language=de", data=data, content_type=NDJSON).json
    file = upload(over_redis, data)
    batch = of_file(over_redis, file, restaurant="krone", language="de")
    assert (batch["input_file_id"], whole["input_file_id"]) == (file["id"], None)
    while judge():
        pass
    rows = [over_redis.get(f"{each['links']['results']}?follow=false").data for each in (whole, batch)]
    assert rows[0] == rows[1]
    assert [json.loads(row)["status"] for row in rows[0].splitlines()] == [
        "succeeded", "skipped", "failed", "succeeded", "succeeded",
    ]  # fmt: skip
    hers: Any = over_redis.get(batch["links"]["lines"], query_string={"external_author": "anna"}).json
    assert [line["line"] for line in hers["lines"]] == [5]


def test_a_batch_is_asked_for_as_openais_library_does(over_redis: FlaskClient, judge: Callable[..., int]) -> None:
    file = upload(over_redis, LINES)
    sent = {"input_file_id": file["id"], "endpoint": "/v1/jobs", "completion_window": "24h", "metadata": {"a": "b"}}
    batch: Any = over_redis.post("/v1/batches", json=sent).json
    assert (batch["input_file_id"], batch["metadata"]) == (file["id"], {"a": "b"})
    plain = of_file(over_redis, file, metadata={"a": "b"})
    while judge():
        pass
    rows = [over_redis.get(f"{each['links']['results']}?follow=false").data for each in (batch, plain)]
    assert rows[0] == rows[1]


@pytest.mark.parametrize(
    "members",
    [{"endpoint": "/v1/chat/completions"}, {"completion_window": "1h"}, {"endpoint": 5}, {"output_expires_after": {}}],
)
def test_what_would_not_be_done_as_openai_does_it_is_refused(over_redis: FlaskClient, members: dict[str, Any]) -> None:
    file = upload(over_redis, LINES)
    found = problem(over_redis.post("/v1/batches", json={"input_file_id": file["id"], **members}), 422)
    assert found["errors"][0]["pointer"] == f"#/{next(iter(members))}"


@pytest.mark.parametrize("lines", [50_001, 0])
def test_a_file_with_too_many_lines_or_none_makes_no_batch_and_leaves_nothing(
    redis_client: redis.Redis, lines: int
) -> None:
    # One with too many was uploaded to an older release.
    parts = [b"{}\n" * lines or b" "]
    FileStore(redis_client).create(File(id="file_1", tenant="acme"), parts, told=lambda: ("", 60_000), budget=1_000_000)
    answer = Doors(redis_client).client().post("/v1/batches", json={"input_file_id": "file_1"})
    assert problem(answer, 422)["errors"][0]["pointer"] == "#/input_file_id"
    assert list(redis_client.keys("*:job:*")) == []


def test_a_line_that_is_too_long_fails_alone(over_redis: FlaskClient, judge: Callable[..., int]) -> None:
    long = b'{"text": "' + b"x" * (MOST_LINE_BYTES * 2) + b'"}\n'
    batch = of_file(over_redis, upload(over_redis, b'{"text": "Essen gut."}\n' + long + b'{"text": "Essen gut."}\n'))
    while judge():
        pass
    rows = over_redis.get(f"{batch['links']['results']}?follow=false").data.splitlines()
    assert [json.loads(row)["status"] for row in rows] == ["succeeded", "failed", "succeeded"]
    assert "bytes" in json.loads(rows[1])["error"]["message"]


def test_what_became_of_a_batch_is_two_files(over_redis: FlaskClient, judge: Callable[..., int]) -> None:
    batch = of_file(over_redis, upload(over_redis))
    assert (batch["output_file_id"], batch["error_file_id"]) == (None, None)
    early = f"file_{batch['id'].removeprefix('batch_')}_output"
    problem(over_redis.get(f"/v1/files/{early}"), 404)
    while judge():
        pass
    batch = over_redis.get(batch["links"]["self"]).json
    results = over_redis.get(f"{batch['links']['results']}?follow=false").data.splitlines(keepends=True)
    for name, numbers in (("output_file_id", (0, 1, 3)), ("error_file_id", (2,))):
        file: Any = over_redis.get(f"/v1/files/{batch[name]}").json
        assert (file["purpose"], file["bytes"], file["expires_at"]) == ("batch_output", None, batch["expires_at"])
        with over_redis.get(file["links"]["content"]) as answer:
            assert answer.data == b"".join(results[number] for number in numbers)
        problem(over_redis.delete(file["links"]["self"]), 409)
    over_redis.delete(batch["links"]["self"])
    problem(over_redis.get(f"/v1/files/{batch['output_file_id']}"), 410)


def test_a_batch_without_failures_has_no_file_of_them(over_redis: FlaskClient, judge: Callable[..., int]) -> None:
    batch = of_file(over_redis, upload(over_redis, b'{"text": "Essen gut."}\n'))
    while judge():
        pass
    batch = over_redis.get(batch["links"]["self"]).json
    assert batch["output_file_id"] == f"file_{batch['id'].removeprefix('batch_')}_output"
    assert batch["error_file_id"] is None


def test_the_same_key_makes_one_batch_of_the_same_reviews_however_often_they_were_uploaded(
    over_redis: FlaskClient, redis_client: redis.Redis
) -> None:
    def post(file: Any, **more: Any) -> Any:
        body = {"input_file_id": file["id"], **more}
        return over_redis.post("/v1/batches", json=body, headers={"Idempotency-Key": "one"})

    first, again = post(upload(over_redis)), post(upload(over_redis))
    assert first.json["id"] == again.json["id"]
    problem(post(upload(over_redis, LINES * 2)), 422, "idempotency-mismatch")
    problem(post(upload(over_redis), language="de"), 422, "idempotency-mismatch")
    chunks = [name for name in redis_client.keys("*:job:*") if first.json["id"].encode() not in name]
    assert chunks == [], "what was read in vain is gone"


@given(st.lists(st.sampled_from([b"\n", b"a", b" ", b"\r\n", b"a\nb", b""]), max_size=12))
def test_lines_are_counted_as_they_are_read(parts: list[bytes]) -> None:
    lines, found = LineCount(), 0
    for part in parts:
        found = lines.add(part)
    assert found == len(list(rows(parts)))


def test_an_upload_that_breaks_off_leaves_nothing(redis_client: redis.Redis) -> None:
    def parts() -> Any:
        yield b"x" * 10
        raise ConnectionResetError

    store = FileStore(redis_client)
    with pytest.raises(ConnectionResetError):
        store.create(File(id="file_1"), parts(), told=lambda: ("", 60_000), budget=1000)
    assert list(redis_client.keys("*:part:*")) == []


# Trying again.


def test_lines_without_a_result_are_tried_again_in_one_call(over_redis: FlaskClient, judge: Callable[..., int]) -> None:
    texts = ["Essen gut.", "", "Essen gut.", "Essen gut.", "Essen gut."]
    reviews = [{"text": text, "custom_id": f"c{n}", "restaurant": "adler"} for n, text in enumerate(texts)]
    batch: Any = over_redis.post("/v1/batches", json={"reviews": reviews, "language": "de"}).json
    problem(over_redis.post(batch["links"]["retry"]), 409, "not-retryable")
    judge(1)
    over_redis.post(batch["links"]["cancel"])
    before = over_redis.get(batch["links"]["self"]).json
    lost: Any = over_redis.get(f"{batch['links']['lines']}?status=canceled").json
    retried = [over_redis.post(batch["links"]["retry"], headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in retried] == [202, 202]
    again: Any = retried[0].json
    assert (retried[1].json, again["retry_of"]) == (again, batch["id"])
    while judge():
        pass
    lines: Any = over_redis.get(again["links"]["lines"]).json
    wanted = [line["custom_id"] for line in lost["lines"] if line["custom_id"] != "c1"]
    assert wanted
    assert [(line["custom_id"], line["status"]) for line in lines["lines"]] == [(name, "succeeded") for name in wanted]
    assert over_redis.get(batch["links"]["self"]).json == before
    problem(over_redis.post(again["links"]["retry"]), 409, "not-retryable")


def test_lines_that_are_tried_again_by_two_clicks_are_judged_and_counted_once(
    over_redis: FlaskClient, judge: Callable[..., int]
) -> None:
    reviews = [{"text": "Essen gut.", "restaurant": "adler"}, {"text": 5}]
    batch: Any = over_redis.post("/v1/batches", json={"reviews": reviews, "language": "de"}).json
    over_redis.post(batch["links"]["cancel"])
    first: Any = over_redis.post(batch["links"]["retry"]).json
    while judge():
        pass
    # Also when the first one has ended.
    second: Any = over_redis.post(batch["links"]["retry"])
    assert (second.status_code, second.json["id"], second.json["status"]) == (202, first["id"], "completed")
    listed: Any = over_redis.get("/v1/batches").json
    assert [each["id"] for each in listed["batches"]] == [first["id"], batch["id"]]
    over_redis.delete(first["links"]["self"])
    third: Any = over_redis.post(batch["links"]["retry"])
    assert (third.status_code, third.json["id"] not in (first["id"], batch["id"])) == (202, True)
    keyed: Any = over_redis.post(batch["links"]["retry"], headers={"Idempotency-Key": "k"}).json
    assert keyed["id"] == third.json["id"]
    over_redis.delete(batch["links"]["self"])
    problem(over_redis.post(batch["links"]["retry"]), 410)


def test_what_is_tried_again_night_after_night_is_judged_and_counted_once_whatever_the_keys(
    over_redis: FlaskClient, judge: Callable[..., int]
) -> None:
    reviews = [{"text": f"Essen gut, {n} Mal.", "custom_id": f"c{n}", "restaurant": "adler"} for n in range(9)]
    batch: Any = over_redis.post("/v1/batches", json={"reviews": reviews, "language": "de"}).json
    over_redis.post(batch["links"]["cancel"])
    keys = count()

    def retry() -> Any:
        answer = over_redis.post(batch["links"]["retry"], headers={"Idempotency-Key": f"night-{next(keys)}"})
        assert answer.status_code == 202
        return answer.json

    first = retry()
    # It goes on.
    assert retry()["id"] == first["id"]
    judge(1)
    over_redis.post(first["links"]["cancel"])
    left = over_redis.get(f"{first['links']['lines']}?status=canceled").json["lines"]
    assert 0 < len(left) < 9
    # What it has a result of is not tried again, and under the first key it is found as before.
    second = retry()
    assert (second["counts"]["total"], second["retry_of"]) == (len(left), first["id"])
    again: Any = over_redis.post(batch["links"]["retry"], headers={"Idempotency-Key": "night-0"}).json
    assert again["id"] == first["id"]
    while judge():
        pass
    lines = over_redis.get(second["links"]["lines"]).json["lines"]
    assert [line["custom_id"] for line in lines] == [line["custom_id"] for line in left]
    # Nothing is left to be tried: that is where the last of it was.
    assert [retry()["id"] for _ in range(3)] == [second["id"]] * 3
    again = over_redis.post(batch["links"]["retry"], headers={"Idempotency-Key": "night-1"}).json
    assert again["id"] == first["id"]
    summary: Any = over_redis.get("/v1/restaurants/adler/summary").json
    assert sum(summary["aspects"]["food"].values()) == 9


@pytest.mark.parametrize("query", ["ttl_s=5", "purpose=fine-tune", "filename=%01"])
def test_what_the_query_says_wrongly_is_refused_whatever_the_form_says(over_redis: FlaskClient, query: str) -> None:
    form = {"ttl_s": "7200", "purpose": "batch", "file": (io.BytesIO(LINES), "reviews.jsonl")}
    problem(over_redis.post(f"/v1/files?{query}", data=form), 422, "invalid-request")
