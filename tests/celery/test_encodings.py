"""How a message may be written: serializers, compression, and the older protocol."""

import bz2
import json
import lzma
import pickle
import uuid
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import Celery

from tests.celery.messages import body_of, envelope, push, with_body
from tests.celery.subjects import ANALYZE, KRITIQ, PLAIN, REVIEW, STOCK, Running, fresh_key
from tests.celery.work import result_of
from tests.support.celery_client import celery_client

pytestmark = pytest.mark.integration

COMPRESSIONS = ["gzip", "zlib", "bzip2", "lzma"]


def test_json_is_read(there: Running) -> None:
    assert there.value(there.send(REVIEW, serializer="json")) == result_of(REVIEW)


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_compressed_message_is_read(there: Running, compression: str) -> None:
    assert there.value(there.send(REVIEW, compression=compression)) == result_of(REVIEW)


@pytest.mark.only(KRITIQ, PLAIN)
@pytest.mark.parametrize("serializer", ["pickle", "yaml"])
def test_a_serializer_that_is_not_accepted_is_a_failure(there: Running, serializer: str) -> None:
    # Stock Celery only logs it (`Consumer.on_invalid_task`) and the client waits for ever; see the test below.
    error = there.failure(there.send(REVIEW, serializer=serializer))
    assert type(error).__name__ == "ContentDisallowed", repr(error)
    there.alive()


@pytest.mark.only(STOCK)
def test_stock_celery_leaves_what_it_does_not_accept_without_an_end(there: Running) -> None:
    result = there.send(REVIEW, serializer="pickle")
    there.alive()
    assert result.state == "PENDING"


@pytest.mark.only(KRITIQ, PLAIN)
def test_what_unpickles_to_code_is_never_run(there: Running) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
            return eval, (f"__import__('redis').Redis.from_url({there.url!r}).set('bomb', 1)",)

    message = with_body(envelope(), pickle.dumps(((Bomb(),), {}, {})))
    message |= {"content-type": "application/x-python-serialize", "content-encoding": "binary"}
    assert there.failure(push(there, message))
    assert there.redis.get("bomb") is None


@pytest.mark.only(KRITIQ, PLAIN)
@pytest.mark.parametrize(
    "body",
    [b"no json", b"[", b'[["x"], [], {}]', b"\xff\xfe"],
    ids=["words", "cut", "list-for-kwargs", "no-utf8"],
)
def test_a_body_that_cannot_be_read_is_a_failure(there: Running, body: bytes) -> None:
    # Stock Celery logs it (`Consumer.on_decode_error`) and the client waits for ever.
    assert there.failure(push(there, with_body(envelope(REVIEW), body)))
    there.alive()


@pytest.mark.only(KRITIQ)
@pytest.mark.parametrize(
    "body",
    [b"{}", b"null", b"[1, 2]", b'"text"', b"[[], {}, null, 4]"],
    ids=["object", "null", "short", "string", "long"],
)
def test_a_body_of_another_shape_is_a_failure(there: Running, body: bytes) -> None:
    # No Celery client sends these. A stock worker, and so `--plain`, ends at them in `Request.__init__`, and again
    # whenever it is started, since the message is put back.
    assert there.failure(push(there, with_body(envelope(REVIEW), body)))
    there.alive()


@pytest.mark.only(KRITIQ, PLAIN)
@pytest.mark.parametrize("compression", ["application/x-gzip", "application/x-brotli", "unheard/of"])
def test_a_body_that_cannot_be_decompressed_is_a_failure(there: Running, compression: str) -> None:
    message = envelope(REVIEW)
    message["headers"]["compression"] = compression
    assert there.failure(push(there, message))
    there.alive()


@pytest.mark.only(KRITIQ, why="a stock worker's client waits for ever, and of a plain worker kombu says why")
@pytest.mark.parametrize("compression", ["application/x-brotli", "application/zstd"])
def test_a_compression_that_is_not_read_is_told_with_those_that_are(there: Running, compression: str) -> None:
    # kombu has these where their packages are installed.
    message = envelope(REVIEW)
    message["headers"]["compression"] = compression
    error = str(there.failure(push(there, message)))
    assert compression in error
    assert "zlib" in error


@pytest.mark.only(KRITIQ, PLAIN)
@pytest.mark.parametrize("pack", [zlib.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "lzma"])
def test_a_small_message_that_would_fill_the_memory_is_a_failure(
    there: Running, pack: Callable[[bytes], bytes]
) -> None:
    # 20 million characters in some kilobytes. A stock worker unpacks whatever it is sent.
    message = envelope(REVIEW)
    names = {
        zlib.compress: "application/x-gzip",
        bz2.compress: "application/x-bz2",
        lzma.compress: "application/x-lzma",
    }
    body = json.dumps([["a" * 20_000_000], {}, {}]).encode()
    message["headers"]["compression"] = names[pack]
    assert there.failure(push(there, with_body(message, pack(body))))
    there.alive()


def test_a_body_that_is_not_in_base64_is_read(there: Running) -> None:
    message = envelope(REVIEW)
    plain = message | {"body": json.dumps(body_of(message))}
    plain["properties"] = {key: value for key, value in message["properties"].items() if key != "body_encoding"}
    assert there.value(push(there, plain)) == result_of(REVIEW)


@pytest.fixture
def old(there: Running) -> Iterator[Celery]:
    """A client that sends messages of protocol 1."""
    with celery_client(there.url) as app:
        app.conf.task_protocol = 1
        yield app


def test_a_message_of_protocol_1_is_done(there: Running, old: Celery) -> None:
    result = old.send_task(ANALYZE, [REVIEW], task_id=str(uuid.uuid4()))
    assert there.value(there.app.AsyncResult(result.id)) == result_of(REVIEW)


def test_keywords_of_protocol_1_are_read(there: Running, old: Celery) -> None:
    result = old.send_task(ANALYZE, kwargs={"text": REVIEW, "include_none": True})
    assert there.value(there.app.AsyncResult(result.id)) == result_of(REVIEW, include_none=True)


def test_a_link_of_protocol_1_is_called(there: Running, old: Celery) -> None:
    key = fresh_key()
    old.send_task(ANALYZE, [REVIEW], link=there.note(key))
    assert there.noted(key)["value"] == result_of(REVIEW)


def test_an_unknown_task_of_protocol_1_is_not_registered(there: Running, old: Celery) -> None:
    result = old.send_task("kritiq.analyse", [REVIEW])
    assert type(there.failure(there.app.AsyncResult(result.id))).__name__ == "NotRegistered"
