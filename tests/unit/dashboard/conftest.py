"""A dashboard in memory's place: a fresh database for each test, and hands to post with."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from examples.dashboard.app import create_app
from examples.dashboard.settings import Settings
from tests.unit.dashboard.factories import SECRET, signed

Deliver = Callable[..., TestResponse]
Look = Callable[..., Any]


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return create_app(Settings(db=tmp_path / "dashboard.db", secret=SECRET)).test_client()


@pytest.fixture
def deliver(client: FlaskClient) -> Deliver:
    """Sign an event and post it."""

    def post(event: dict[str, Any] | bytes, webhook_id: str | None = None, **signing: Any) -> TestResponse:
        body, headers = signed(event, webhook_id, **signing)
        return client.post("/webhooks/kritiq", data=body, headers=headers)

    return post


@pytest.fixture
def look(client: FlaskClient) -> Look:
    """The view as the script gets it."""

    def get(**query: str) -> Any:
        return client.get("/view.json", query_string={"lang": "en"} | query).get_json()

    return get


def tally(view: Mapping[str, Any]) -> dict[str, list[int]]:
    """The bars as numbers: aspect to positive, neutral, conflict, negative; aspects without judgements left out."""
    found = {bar["aspect"]: [int(share["count"]) for share in bar["shares"]] for bar in view["bars"]}
    return {aspect: numbers for aspect, numbers in found.items() if any(numbers)}
