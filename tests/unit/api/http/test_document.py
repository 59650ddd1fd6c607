"""The OpenAPI document and its page: valid, complete, self-contained, and true of what the model writes."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from api.http import problems
from tests.support.factories import REVIEW, FakePredictor, make_claim
from tests.support.http import problem
from worker.predict.pipeline import Pipeline


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json or {}
    return found


def schema(document: dict[str, Any], name: str) -> Draft202012Validator:
    """A validator for one of the document's schemas."""
    Draft202012Validator.check_schema(document["components"]["schemas"][name])
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]})


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    # Here, as every process of pytest imports this file to see what tests there are.
    from schemathesis.specs.openapi.definitions import OPENAPI_31

    assert document["openapi"].startswith("3.1")
    wrong = [str(error) for error in jsonschema_rs.validator_for(OPENAPI_31).iter_errors(document)]
    assert wrong == []


def test_every_schema_in_it_is_one(document: dict[str, Any]) -> None:
    for found in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(found)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in re.findall(r"'\$ref': '([^']+)'", str(document)):
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


def test_every_route_of_the_api_is_in_it(client: FlaskClient, document: dict[str, Any]) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in client.application.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    # The old call is there without its last slash, too.
    undocumented = {"/", "/docs", "/openapi.json", "/api"}
    pages = ("/docs/", "/console/", "/embed/")
    api = {(path, method) for path, method in routes if path not in undocumented and not path.startswith(pages)}
    assert api == {(path, method) for path, methods in document["paths"].items() for method in methods}


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))


def test_what_the_model_writes_is_what_the_document_says(document: dict[str, Any]) -> None:
    pipeline = Pipeline(FakePredictor(languages=("de",)).as_predictor())
    claims = [
        make_claim(text, language=language, include_none=include_none)
        for text in (REVIEW, "...", "Gut 👍🏽. Größe!")
        for language in ("auto", "fr")
        for include_none in (False, True)
    ]
    result = schema(document, "ResultAnswer")
    for outcome in pipeline.judge(pipeline.prepare(claims)):
        result.validate(orjson.loads(outcome.result or b""))


def test_what_the_api_answers_is_what_the_document_says(client: FlaskClient, document: dict[str, Any]) -> None:
    accepted = client.post("/v1/jobs", json={"text": REVIEW, "metadata": {"a": 1}}).json or {}
    schema(document, "JobAnswer").validate(accepted)
    schema(document, "JobAnswer").validate(client.post(f"/v1/jobs/{accepted['id']}/cancel").json)
    refusal = client.post("/v1/jobs", json={"txet": 1})
    schema(document, "ProblemAnswer").validate(refusal.get_json(force=True))


@pytest.mark.parametrize("path", ["/docs", "/docs/problems"])
def test_the_pages_load_nothing_from_elsewhere(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "'unsafe-eval'" not in policy
    assert "http" not in policy
    links = re.findall(r"""(?:src|href)=["']([^"'#]+)""", answer.text)
    for link in links:
        assert re.match(r"/(?!/)", link), link
        with client.get(link) as loaded:
            assert loaded.status_code == 200, link
    assert "//" not in re.sub(r"<!--.*?-->", "", answer.text), "no address of another host, in whatever form"


def test_the_root_leads_to_the_documentation(client: FlaskClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/docs")


def literal_codes() -> set[str]:
    """Codes that stand in the API's code, as `problem(400, "bad-request", …)`."""
    calls = [
        node
        for path in (Path(__file__).parents[4] / "api").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "problem"
    ]
    assert len(calls) > 4
    return {str(call.args[1].value) for call in calls if isinstance(call.args[1], ast.Constant)}


def error_codes() -> set[str]:
    """Codes of jobs that fail, as the console has words for them; those of lines are no job's."""
    words = (Path(__file__).parents[4] / "api/console/static/texts/en.js").read_text(encoding="utf-8")
    return set(re.findall(r"^  error_(\w+):", words, re.MULTILINE)) - {"invalid_line", "erased"}


def test_every_problem_that_is_sent_is_explained_once(client: FlaskClient) -> None:
    """Its `type` leads there."""
    anchors = re.findall(r'id="([^"]+)"', client.get("/docs/problems").text)
    sent = {code for _, code in problems.STATUS.values()} | {problems.plain_code(status) for status in problems.TITLES}
    assert sent | literal_codes() | error_codes() <= set(anchors)
    assert len(anchors) == len(set(anchors))
    for answer in (client.post("/docs"), client.get("/nowhere"), client.get("/", headers={"Host": "a b"})):
        assert problem(answer, answer.status_code)["type"].partition("#")[2] in anchors


def test_importing_the_api_loads_no_model() -> None:
    heavy = ("torch", "transformers", "nltk", "tokenizers", "model", "worker")
    code = f"import sys, api.app; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
