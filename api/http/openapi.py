"""The OpenAPI 3.1 document, generated from the routes and from the schemas that validate their requests."""

import json
import re
from collections.abc import Callable, Mapping, Set
from functools import cache
from http import HTTPStatus
from importlib import resources
from types import UnionType
from typing import Any, get_args

from flask import Flask
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from api.http.operation import Operation, operation_of
from api.http.parameters import ANSWER, RATE, schema_of
from api.http.problem_schemas import ProblemAnswer

#: Blueprint -> heading in the documentation, where they differ; and the order of the headings.
_TAGS = {
    "actions": "jobs",
    "listing": "jobs",
    "batch_lists": "batches",
    "line_feedback": "feedback",
    "feedback_queue": "feedback",
    "changes": "service",
    "queue": "service",
    "cards": "service",
    "models": "service",
    "retrainings": "service",
    "health": "service",
    "legacy": "old call",
    "webhook_links": "webhook links",
}
#: What every route may answer, see `api.http.undeclared`.
_EVERYWHERE: Mapping[int, Any] = {422: ProblemAnswer}
_ORDER = (
    "jobs", "feedback", "batches", "files", "endpoints", "deliveries", "webhook links", "keys", "session", "privacy",
    "audit", "service", "old call",
)  # fmt: skip
#: The name of the security scheme.
_SCHEME = "api_key"


def document(
    app: Flask, version: str, *, webhooks: Mapping[str, Any] | None = None, models: Set[type[BaseModel]] = frozenset()
) -> dict[str, Any]:
    """The document for every described route of `app`, and `webhooks` with the `models` that they refer to."""
    addresses = {rule.rule for rule in app.url_map.iter_rules()}
    described = [
        (rule, view, operation)
        for rule in app.url_map.iter_rules()
        if (operation := operation_of(view := app.view_functions[rule.endpoint])) is not None
        # One that may be called without its last slash is described once.
        and f"{rule.rule}/" not in addresses
    ]
    paths: dict[str, dict[str, Any]] = {}
    for rule, view, operation in described:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            paths.setdefault(path, {})[method.lower()] = _operation(rule.endpoint, rule.arguments, view, operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kritiq",
            "version": version,
            "description": "Restaurant reviews in, aspects and how each was judged out, sentence by sentence.",
        },
        "tags": [{"name": name} for name in _ORDER],
        "paths": dict(sorted(paths.items())),
        "webhooks": dict(webhooks or {}),
        "components": {
            "schemas": _schemas([operation for _, _, operation in described], models),
            "securitySchemes": {
                _SCHEME: {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "krt_live_…",
                    "description": "An API key: `kritiq keys create`, or `POST /v1/keys`. Each operation names the "
                    "scope that it needs; `admin` has them all. On loopback none is needed before the first is made.",
                }
            },
        },
    }


def _operation(endpoint: str, arguments: set[str], view: Callable[..., Any], operation: Operation) -> dict[str, Any]:
    tag = _TAGS.get(endpoint.split(".")[0], endpoint.split(".")[0])
    if endpoint.endswith("_deliveries"):
        tag = "deliveries"
    listed = next((name for name in ("lines", "reviews") if endpoint.endswith(f"_{name}")), tag)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name in sorted(arguments)
        for schema in [operation.path.get(name) or schema_of("path", name, tag)]
    ]
    parameters += [
        {**_parameter("query", name, text, listed), "required": name in operation.required}
        for name, text in operation.query.items()
    ]
    parameters += [_parameter("header", name, text, tag) for name, text in operation.headers.items()]
    operation_id = endpoint.replace(".", "_")
    entry: dict[str, Any] = {
        "operationId": operation_id,
        "summary": operation.summary,
        "description": " ".join((view.__doc__ or "").split()),
        "tags": [tag],
        "parameters": parameters,
        "responses": {
            str(status): _answer(operation_id, status, schema, operation)
            for status, schema in sorted({**_EVERYWHERE, **operation.answers}.items())
        },
    }
    if operation.scope is not None:
        entry["security"] = [{_SCHEME: [str(operation.scope)]}]
    if operation.body is not None:
        content = {"application/json": {"schema": _ref(operation.body)}}
        if operation.body_also is not None:
            media, text = operation.body_also
            content[media] = {"schema": {"description": text}}
        entry["requestBody"] = {"required": not operation.body_optional, "content": content}
    if operation.uploads:
        content = {media: {"schema": dict(schema)} for media, schema in operation.uploads.items()}
        entry["requestBody"] = {"required": True, "content": content}
    return entry


def _parameter(place: str, name: str, text: str, listed: str) -> dict[str, Any]:
    schema = schema_of(place, name, listed)
    return {"name": name, "in": place, "required": False, "description": text, "schema": schema}


@cache
def _examples() -> dict[str, Any]:
    """Real answers, recorded by `python -m deploy.record_examples`: `operation status` -> body."""
    recorded: dict[str, Any] = json.loads((resources.files("api") / "examples.json").read_text(encoding="utf-8"))
    return recorded


def _answer(operation_id: str, status: int, schema: Any, operation: Operation) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if status in ANSWER:
        answer["headers"] = dict(ANSWER[status])
    if operation.scope is not None and status != 401:
        answer["headers"] = {**answer.get("headers", {}), **RATE}
    if schema is not None:
        is_problem = isinstance(schema, type) and schema.__name__ == "ProblemAnswer"
        media = operation.media.get(status) or ("application/problem+json" if is_problem else "application/json")
        answer["content"] = {media: {"schema": _ref(schema)}}
        if (example := _examples().get(f"{operation_id} {status}")) is not None:
            answer["content"][media]["example"] = example
        answer["content"] |= {
            also: {"schema": _ref(other)} for also, other in operation.media_also.get(status, {}).items()
        }
    return answer


def _ref(schema: Any) -> dict[str, Any]:
    if isinstance(schema, UnionType):
        return {"anyOf": [_ref(member) for member in get_args(schema)]}
    if isinstance(schema, Mapping):
        return dict(schema)
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        return {"$ref": f"#/components/schemas/{schema.__name__}"}
    return TypeAdapter(schema).json_schema()


def _each(schema: Any) -> tuple[Any, ...]:
    """The members of a union; of everything else itself."""
    return get_args(schema) if isinstance(schema, UnionType) else (schema,)


def _schemas(operations: list[Operation], more: Set[type[BaseModel]]) -> dict[str, Any]:
    answers = [schema for operation in operations for schema in operation.answers.values()]
    answers += [other for operation in operations for also in operation.media_also.values() for other in also.values()]
    answers = [model for schema in answers for model in _each(schema)]
    models = {schema for schema in answers if isinstance(schema, type) and issubclass(schema, BaseModel)}
    bodies = {model for operation in operations if operation.body is not None for model in _each(operation.body)}
    models |= more
    inputs = [(model, "validation") for model in bodies]
    outputs = [(model, "serialization") for model in models]
    _, schemas = models_json_schema([*inputs, *outputs], ref_template="#/components/schemas/{model}")  # type: ignore[list-item]
    definitions: dict[str, Any] = schemas["$defs"]
    return dict(sorted(definitions.items()))
