"""The OpenAPI document as TypeScript's types need it: `python -m deploy.types_document > build/types.json`.

`make types` writes client-ts/src/schema.ts from it.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from typing import Any

#: Said of a schema, and no part of its type.
_UNTYPED = frozenset({"example", "title"})
#: Where names are the user's, and not keywords.
_NAMES = frozenset({"properties", "schemas", "paths", "webhooks"})
_PROBLEM = "application/problem+json"


def types_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """`document` without what makes no type: examples, titles, headers of answers, its version.

    All problems are one answer, `default`. `x-digest` is of the rest, so that types tell which document they are of.
    """
    parts = {"openapi": document["openapi"], "info": {"title": "Kritiq", "version": "1"}}
    parts |= {name: _bare(document[name], named=True) for name in ("paths", "webhooks")}
    parts["components"] = {"schemas": _bare(document["components"]["schemas"], named=True)}
    for operations in parts["paths"].values():
        for operation in operations.values():
            operation["responses"] = _answers(operation["responses"])
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return {**parts, "x-digest": digest}


def _bare(node: Any, *, named: bool = False) -> Any:
    if isinstance(node, list):
        return [_bare(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {
        name: _bare(value, named=not named and name in _NAMES)
        for name, value in node.items()
        if named or name not in _UNTYPED
    }
    # `type` beside alternatives that only differ in their format: it alone is the type.
    if not named and "type" in kept and all("type" not in item for item in kept.get("anyOf", ())):
        kept.pop("anyOf", None)
    return kept


def _answers(answers: Mapping[str, Any]) -> dict[str, Any]:
    others = {
        status: {name: value for name, value in answer.items() if name != "headers"}
        for status, answer in answers.items()
        if _PROBLEM not in answer.get("content", {})
    }
    problem = {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}
    return others | {"default": {"description": "A problem.", "content": {_PROBLEM: problem}}}


def today() -> dict[str, Any]:
    """The document of the code as it is, with no Redis asked."""
    from api.app import create_app
    from api.http.hub import RedisHub
    from jobs.settings import Settings
    from store.connection import connect
    from store.jobs import RedisStore

    settings = Settings()
    redis = connect(settings)
    found = create_app(settings, RedisStore(redis), RedisHub(redis, most=1)).test_client().get("/openapi.json").json
    return types_document(found)  # type: ignore[arg-type]


if __name__ == "__main__":
    json.dump(today(), sys.stdout)
