"""The messages that docs/webhooks.md shows have the form that the OpenAPI document promises."""

import re
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from flask.testing import FlaskClient

from tests.support.documents import named_only
from webhooks.event import EventType
from webhooks.schedule import STEPS_S

GUIDE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text(encoding="utf-8")
SHOWN: list[Any] = [orjson.loads(block) for block in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)]


def test_every_event_is_shown() -> None:
    assert {message["type"] for message in SHOWN} == {event.value for event in EventType}


@pytest.mark.parametrize("message", SHOWN, ids=lambda message: str(message["type"]))
def test_what_is_shown_has_the_form_that_is_promised(client: FlaskClient, message: Any) -> None:
    document: Any = client.get("/openapi.json").json
    content = document["webhooks"][message["type"]]["post"]["requestBody"]["content"]["application/json"]
    jsonschema.validate(message, named_only(content["schema"] | {"components": document["components"]}))


def test_the_schedule_is_the_one_that_is_kept() -> None:
    units = {"s": 1, "min": 60, "h": 3600}
    (told,) = re.findall(r"after (5 s,.*?), each", " ".join(GUIDE.split()))
    assert [int(number) * units[unit] for number, unit in re.findall(r"(\d+) (s|min|h)\b", told)] == list(STEPS_S)
