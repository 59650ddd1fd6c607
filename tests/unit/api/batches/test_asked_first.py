"""What cannot be asked is refused of what is gone, too: an answer to it never hangs on what there is."""

import re
from typing import Any

from flask.testing import FlaskClient

from tests.support.factories import REVIEW
from tests.support.http import submitted


def test_what_is_asked_is_looked_at_before_what_there_is(over_redis: FlaskClient) -> None:
    job = submitted(over_redis)
    made = over_redis.post("/v1/batches", json={"reviews": [{"text": REVIEW}]})
    gone = {"job": job, "batch": (made.json or {})["id"], "line": "1"}
    for kind, path in (("job", "jobs"), ("batch", "batches")):
        assert over_redis.delete(f"/v1/{path}/{gone[kind]}").status_code == 204
    document = over_redis.get("/openapi.json").json or {}
    tried = 0
    for path, calls in document["paths"].items():
        named = re.sub(r"\{(\w+?)(_id)?\}", lambda found: gone.get(found[1], "no-such-thing"), path)
        for method, call in calls.items():
            for parameter in call.get("parameters", ()):
                if parameter["in"] == "query" and "{" in path and (wrong := refused(parameter["schema"])) is not None:
                    answer = over_redis.open(named, method=method.upper(), query_string={parameter["name"]: wrong})
                    assert answer.status_code == 422, (method, path, parameter["name"], answer.status_code)
                    tried += 1
    assert tried > 10


def refused(schema: dict[str, Any]) -> str | None:
    """A value that the schema does not allow; None where it allows every string."""
    narrow = {"enum", "pattern", "minimum", "maximum", "format"} & schema.keys() or schema.get("type") != "string"
    return "\x01" * 999 if narrow else None
