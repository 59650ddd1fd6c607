"""The TypeScript client's types are of today's document; only what makes no type may differ."""

import json
import re
from typing import Any

from flask.testing import FlaskClient

from deploy.types_document import types_document
from deploy.version import version
from tests.unit.deploy.conftest import ROOT

CLIENT = ROOT / "client-ts"


def document(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").get_json()
    return found


def test_the_types_are_of_this_document(client: FlaskClient) -> None:
    head = (CLIENT / "src" / "schema.ts").read_text(encoding="utf-8")[:400]
    (told,) = re.findall(r"^// Document: (\w+)$", head, re.MULTILINE)
    assert told == types_document(document(client))["x-digest"], "run: make types"


def test_another_example_or_version_makes_no_other_types(client: FlaskClient) -> None:
    found = document(client)
    before = types_document(found)["x-digest"]
    found["info"]["version"] = "2"
    found["paths"]["/livez"]["get"]["responses"]["200"]["content"]["application/json"]["example"] = {"status": "fine"}
    assert types_document(found)["x-digest"] == before
    found["components"]["schemas"]["JobBody"]["properties"]["text"]["type"] = "integer"
    assert types_document(found)["x-digest"] != before


def test_a_member_named_title_stays_a_member() -> None:
    schema = {"title": "Book", "type": "object", "properties": {"title": {"title": "Title", "type": "string"}}}
    found = types_document(
        {"openapi": "3.1.0", "paths": {}, "webhooks": {}, "components": {"schemas": {"Book": schema}}}
    )
    assert found["components"]["schemas"]["Book"] == {"type": "object", "properties": {"title": {"type": "string"}}}


def test_the_package_has_the_version_of_the_service() -> None:
    package = json.loads((CLIENT / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((CLIENT / "package-lock.json").read_text(encoding="utf-8"))
    assert package["version"] == lock["version"] == lock["packages"][""]["version"] == version()


def test_no_lock_file_says_where_packages_come_from() -> None:
    for folder in ("client-ts", "api/console"):
        lock = json.loads((ROOT / folder / "package-lock.json").read_text(encoding="utf-8"))
        assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
