"""A body may come compressed with gzip; what comes otherwise is refused, and nothing unpacks to more than is taken."""

import gzip
import itertools
import zlib
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from api.http.content_coding import unzipped
from api.http.problems import CodingError
from tests.support.factories import claim
from tests.support.http import JSON, problem
from tests.support.keys import Doors
from tests.support.model_store import ModelStore
from tests.unit.api.batches.conftest import judge, over_redis

__all__ = ["judge", "over_redis"]

NDJSON = "application/x-ndjson"
LINES = b'{"text": "Essen gut.", "custom_id": "a"}\n{"text": "Service langsam."}\n'
FORM = b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n%s\r\n--x--\r\n' % LINES


def send(client: FlaskClient, path: str, data: bytes, media: str = JSON, coding: str = "gzip", **headers: str) -> Any:
    return client.post(path, data=data, content_type=media, headers={"Content-Encoding": coding, **headers})


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", " GZIP "])
def test_a_compressed_review_is_judged_as_it_was(client: FlaskClient, model_store: ModelStore, coding: str) -> None:
    packed = gzip.compress(b'{"text": "Das Essen war gut."}')
    assert send(client, "/v1/jobs", packed, coding=coding).status_code == 202
    assert [work.text for work in claim(model_store)] == ["Das Essen war gut."]


def test_so_are_many_and_files_in_either_form(over_redis: FlaskClient) -> None:
    batch = send(over_redis, "/v1/batches", gzip.compress(LINES), NDJSON)
    assert (batch.status_code, batch.json["counts"]["total"]) == (202, 2)
    for body, media in ((LINES, NDJSON), (FORM, "multipart/form-data; boundary=x")):
        file = send(over_redis, "/v1/files", gzip.compress(body), media)
        assert (file.status_code, file.json["bytes"]) == (201, len(LINES))
        with over_redis.get(file.json["links"]["content"]) as answer:
            assert answer.data == LINES


def test_the_same_request_in_another_coding_is_the_same_request(over_redis: FlaskClient) -> None:
    headers = {"Idempotency-Key": "once"}
    first = send(over_redis, "/v1/batches", gzip.compress(LINES, 1), NDJSON, **headers)
    again = send(over_redis, "/v1/batches", LINES, NDJSON, "identity", **headers)
    assert again.json["id"] == first.json["id"]


@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/batches", "/v1/files"])
def test_another_coding_is_refused_with_the_one_that_is_taken(over_redis: FlaskClient, path: str) -> None:
    for coding in ("br", "deflate", "zstd", "gzip, gzip", "gzip, br", "aws-chunked", "utf-8"):
        answer = send(over_redis, path, LINES, JSON if path == "/v1/jobs" else NDJSON, coding)
        problem(answer, 415, "unsupported-content-coding")
        assert answer.headers["Accept-Encoding"] == "gzip"


BROKEN = {
    "nothing": b"",
    "plain": LINES,
    "deflate": zlib.compress(LINES),
    "it breaks off": gzip.compress(LINES)[:-9],
    "its checksum is wrong": gzip.compress(LINES)[:-8] + b"\0" * 8,
    "there is more behind it": gzip.compress(LINES) + b"more",
}


@pytest.mark.parametrize("path", ["/v1/batches", "/v1/files"])
@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_no_whole_gzip_stream_is_refused(over_redis: FlaskClient, path: str, data: bytes) -> None:
    problem(send(over_redis, path, data, NDJSON), 400, "bad-content-coding")
    assert over_redis.get("/v1/files").json == {"files": [], "next_page_token": None}


def test_what_unpacks_to_more_than_is_taken_is_refused(redis_client: redis.Redis) -> None:
    limits = {"max_body_bytes": 20_000, "max_batch_bytes": 40_000, "max_file_bytes": 80_000}
    client = Doors(redis_client, **limits).client("acme")
    for path, media, most in zip(("jobs", "batches", "files"), (JSON, NDJSON, NDJSON), limits.values(), strict=True):
        fits, bomb = (gzip.compress(b" " * size) for size in (most, most + 1))
        assert len(bomb) < 1_000
        assert send(client, f"/v1/{path}", fits, media).status_code != 413
        problem(send(client, f"/v1/{path}", bomb, media), 413)


def test_no_more_of_a_bomb_is_unpacked_than_is_looked_at() -> None:
    pieces = unzipped([gzip.compress(bytes(100_000_000), 1)])
    assert [len(next(pieces)) for _ in range(3)] == [65_536] * 3


@given(
    data=st.binary(max_size=200_000), cuts=st.lists(st.integers(0, 200_000), max_size=6), zeros=st.integers(0, 10**6)
)
def test_whatever_was_compressed_in_whatever_members_and_pieces_comes_back(
    data: bytes, cuts: list[int], zeros: int
) -> None:
    plain = data + bytes(zeros)
    marks = [0, *sorted(min(cut, len(plain)) for cut in cuts), len(plain)]
    packed = b"".join(gzip.compress(plain[a:b]) for a, b in itertools.pairwise(marks))
    ends = [0, *sorted(min(cut, len(packed)) for cut in cuts), len(packed)]
    pieces = [packed[a:b] for a, b in itertools.pairwise(ends)]
    found = list(unzipped(pieces))
    assert b"".join(found) == plain
    assert max(map(len, found), default=0) <= 65_536
    if len(packed) > 1:
        with pytest.raises(CodingError):
            list(unzipped([packed[:-1]]))
