"""What the documentation shows as answers: of every call, in the form that it promises, and nobody's secret."""

import json
import re
from typing import Any

import jsonschema
from flask.testing import FlaskClient

from tests.support.processes import ROOT

RECORDED: dict[str, Any] = json.loads((ROOT / "api" / "examples.json").read_text(encoding="utf-8"))


def answers(client: FlaskClient) -> dict[str, Any]:
    """The schema of each good answer in JSON, by operation and status; those of streams are of one line."""
    document: Any = client.get("/openapi.json").get_json()
    return {
        f"{operation['operationId']} {status}": {**content["schema"], "components": document["components"]}
        for operations in document["paths"].values()
        for operation in operations.values()
        for status, answer in operation["responses"].items()
        for media, content in reversed(answer.get("content", {}).items())
        if "json" in media and content["schema"].get("type") != "string"
    }


def test_every_call_shows_an_answer_as_promised(client: FlaskClient) -> None:
    promised = answers(client)
    good = {name.partition(" ")[0] for name in promised if name.partition(" ")[2].startswith("2")}
    assert good - {name.partition(" ")[0] for name in RECORDED if " 2" in name} == set()
    assert set(RECORDED) - set(promised) == set()
    for name, shown in RECORDED.items():
        jsonschema.validate(shown, promised[name])


def test_nothing_that_is_shown_opens_anything() -> None:
    assert re.findall(r"(?:krt_(?:live|test|link)_|whsec_|/#)\w+", json.dumps(RECORDED, ensure_ascii=False)) == []
