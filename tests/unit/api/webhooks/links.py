"""Making and opening links to webhooks."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.keys import Doors

HOOK = "https://hooks.example.com/x"


def made(client: FlaskClient, *restaurants: str, **more: Any) -> dict[str, Any]:
    """A new link, as its maker is told of it."""
    answer = client.post("/v1/webhook-links", json={"restaurants": restaurants or ("adler",), **more})
    assert answer.status_code == 201, answer.data
    return dict(answer.get_json())


def code_of(link: dict[str, Any]) -> str:
    return str(link["url"].partition("#")[2])


def opening(doors: Doors, link: dict[str, Any]) -> TestResponse:
    """What is answered to whoever opens the link."""
    return doors.stranger().post(f"/v1/webhook-links/{link['id']}/open", json={"code": code_of(link)})


def opened(doors: Doors, link: dict[str, Any]) -> FlaskClient:
    """Whoever opened the link, with what the page shows from then on."""
    answer = opening(doors, link)
    assert answer.status_code == 200, answer.data
    return doors.showing(answer.get_json()["token"])


def endpoint(client: FlaskClient, *restaurants: str) -> str:
    answer = client.post("/v1/endpoints", json={"url": HOOK, "restaurants": restaurants})
    assert answer.status_code == 201, answer.data
    return str(answer.get_json()["id"])
