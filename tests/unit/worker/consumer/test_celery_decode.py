"""A Celery message as one value: what it asks for, or why it cannot be read."""

import base64
import json
import zlib
from typing import Any
from uuid import UUID

import pytest
from celery.app.task import Context
from celery.exceptions import InvalidTaskError
from hypothesis import given
from hypothesis import strategies as st
from kombu.exceptions import ContentDisallowed, DecodeError
from kombu.utils import json as kombu_json

from telemetry.traces import carried, headers_of
from tests.support.spans import CALLER
from worker.consumer.celery_decode import NotATaskError, TaskRequest, decode, running

MOST = 10_000


def message(body: bytes, *, kind: str = "application/json", **headers: Any) -> bytes:
    """A message of protocol 2 with these bytes as its body."""
    envelope = {
        "body": base64.b64encode(body).decode(), "content-type": kind, "content-encoding": "utf-8",
        "headers": {"id": "7", "task": "kritiq.analyze"} | headers,
        "properties": {"body_encoding": "base64", "delivery_tag": "tag"},
    }  # fmt: skip
    return json.dumps(envelope).encode()


def read(raw: bytes) -> TaskRequest:
    return decode(raw, most_bytes=MOST)


def test_arguments_are_read() -> None:
    request = read(message(b'[["Gut."], {"language": "de"}, {"callbacks": null}]'))
    assert (request.id, request.args, request.kwargs) == ("7", ["Gut."], {"language": "de"})
    assert request.error is None
    assert not request.follows


def test_a_stock_workers_task_keeps_its_clients_trace() -> None:
    context = Context(id="7", task="kritiq.analyze", delivery_info={}, **CALLER)
    assert headers_of(carried(running(context, ("Gut.",), {}).context)) == CALLER


def test_what_follows_is_kept_and_the_text_is_not() -> None:
    links = b'[["Geheim."], {}, {"callbacks": [{"task": "user.note", "args": [], "kwargs": {}}]}]'
    request = read(message(links, argsrepr="('Geheim.',)"))
    assert request.follows
    assert "Geheim" not in json.dumps(request.context)


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (message(b"[[], {}]"), InvalidTaskError),
        (message(b"[[], [], {}]"), InvalidTaskError),
        (message(b'[[], {}, {"callbacks": [7]}]'), InvalidTaskError),
        (message(b'[[], {}, {"chord": {"task": "x", "kwargs": []}}]'), InvalidTaskError),
        (message(b"no json"), DecodeError),
        (message(b"\xff"), DecodeError),
        (message(b"", kind="application/x-python-serialize"), ContentDisallowed),
        (message(b"[[], {}, {}]", compression="application/x-gzip"), DecodeError),
        (message(b"[[], {}, {}]", compression="unheard/of"), DecodeError),
        (message(zlib.compress(b"a" * 1_000_000), compression="application/x-gzip"), DecodeError),
    ],
)
def test_what_cannot_be_read_is_told_by_an_exception_that_clients_have(raw: bytes, error: type[Exception]) -> None:
    request = read(raw)
    assert request.id == "7"
    assert isinstance(request.error, error)


@pytest.mark.parametrize("written", [UUID(int=7), b"seven"])
def test_ids_that_celery_makes_texts_of_are_these_texts(written: Any) -> None:
    ids = dict.fromkeys(("id", "root_id", "parent_id", "group"), written)
    envelope = json.loads(message(b"[[], {}, {}]"))
    envelope["headers"] |= ids | {"stamps": {"by": written}}
    request = read(kombu_json.dumps(envelope).encode())
    text = written.decode() if isinstance(written, bytes) else str(written)
    assert [request.id, *(request.context[name] for name in ids)] == [text] * 5
    assert request.context["stamps"] == {"by": written}


@pytest.mark.parametrize(
    "typed",
    [{"__type__": "unheard of", "__value__": 1}, {"__type__": "uuid", "__value__": {"hex": "7"}}, {"__type__": "uuid"}],
)
def test_what_is_spelled_as_a_type_and_is_none_costs_no_task_its_end(typed: dict[str, Any]) -> None:
    assert read(message(b"[[], {}, {}]", root_id=typed)).id == "7"


@pytest.mark.parametrize("task_id", [None, 7, "", [], "\ud83c", {"__type__": "bytes", "__value__": 7}])
def test_a_message_without_an_id_is_no_task(task_id: Any) -> None:
    with pytest.raises(NotATaskError):
        read(message(b"[[], {}, {}]", id=task_id))


def test_pythons_own_json_is_read() -> None:
    # Half an emoji, a number that is none, and one of more than 64 bits: Python's json writes them.
    request = read(message(b'[["\\ud83c", NaN, 99999999999999999999999], {}, {}]'))
    assert request.args[0] == "\ud83c"
    assert request.args[2] == 99999999999999999999999


def test_protocol_1_is_read_and_its_id_found_without_its_body() -> None:
    body = {"task": "kritiq.analyze", "id": "8", "args": ["Gut."], "kwargs": {}, "callbacks": None}
    envelope = json.loads(message(json.dumps(body).encode())) | {"headers": {}}
    request = read(json.dumps(envelope).encode())
    assert (request.id, request.task, request.args) == ("8", "kritiq.analyze", ["Gut."])
    envelope["properties"]["correlation_id"] = "8"
    envelope |= {"content-type": "application/x-python-serialize"}
    request = read(json.dumps(envelope).encode())
    assert request.id == "8"
    assert isinstance(request.error, ContentDisallowed)


@given(
    st.one_of(st.binary(), st.recursive(st.none() | st.text() | st.floats(), st.lists).map(json.dumps).map(str.encode))
)
def test_whatever_is_no_message_is_no_task(raw: bytes) -> None:
    with pytest.raises(NotATaskError):
        read(raw)


@given(st.binary(), st.sampled_from([None, "application/x-gzip", "application/x-bz2", "application/x-lzma"]))
def test_whatever_the_body_is_the_id_is_found(body: bytes, compression: str | None) -> None:
    assert read(message(body, compression=compression)).id == "7"
