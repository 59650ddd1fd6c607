"""Calls of the API as its tests make them, what an error must look like, and what a receiver was sent."""

import json
import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.http.paging import marked
from tests.support.factories import REVIEW

JSON = "application/json"


def address(rule: str, name: str) -> str:
    """A path of a route's rule, of what has that id, or is called so; of what is counted, of the first."""
    return re.sub(r"<[^>]+>", name, re.sub(r"<int:\w+>", "1", rule))


def problem(answer: TestResponse, status: int, code: str | None = None) -> dict[str, Any]:
    """The problem document of an answer that should be one."""
    assert answer.status_code == status, answer.data
    assert answer.content_type == "application/problem+json"
    body: dict[str, Any] = json.loads(answer.data)
    assert body["status"] == status
    assert body["title"]
    assert body["type"].startswith("/docs/problems#")
    if code is not None:
        assert body["code"] == code
    return body


def post(client: FlaskClient, body: Any, **headers: str) -> TestResponse:
    return client.post("/v1/jobs", json=body, headers={k.replace("_", "-"): v for k, v in headers.items()})


def submitted(client: FlaskClient, **more: Any) -> str:
    answer = post(client, {"text": REVIEW} | more)
    assert answer.status_code == 202, answer.data
    return str(answer.json["id"])  # type: ignore[index]


def headers_and_body(request: bytes) -> tuple[dict[str, str], bytes]:
    """Of a whole request as it came; names of headers are in small letters."""
    head, _, body = request.partition(b"\r\n\r\n")
    lines = [line.decode().partition(": ") for line in head.split(b"\r\n")[1:]]
    return {name.lower(): value for name, _, value in lines}, body


def page_token(client: FlaskClient, path: str, place: str) -> str:
    """The page token that the list at `path` would give for a place in it, which is hexadecimal digits."""
    with client.application.test_request_context(path):
        return marked(place)
