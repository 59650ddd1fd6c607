"""What schemathesis cannot know from the document; loaded by its command line (`SCHEMATHESIS_HOOKS`)."""

import json
import os
import re
import sys
import uuid
import zlib
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.feedback.schemas import FeedbackRequest
from api.http.parameters import KEY_PATTERN, PATH

#: Nobody listens there, and no name service is asked.
RECEIVER = "http://127.0.0.1:9/hook"
#: A stream that says something now and then, and never ends; and for how long it is read, in seconds.
ENDLESS, ENDLESS_S = "/v1/events", 8
#: The keys of others who ask the same, and what is held against what they are answered.
OTHERS = os.environ.get("TEST_OTHER_KEYS", "").split()
FOR_ALL = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def tame(value: Any) -> None:
    """Take out, in place, numbers that not every reader of JSON has (400): no schema of free data can tell that."""
    for key, item in list(
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        if isinstance(item, int | float) and abs(item) > sys.float_info.max:
            value[key] = 1
        else:
            tame(item)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Whether a URL may be called, and whether an id or key is used already, is no matter of the request's form."""
    if context.operation.path == ENDLESS:
        kwargs["timeout"] = ENDLESS_S
    headers = case.headers or {}
    for name in headers:
        if name.lower() == "idempotency-key" and re.fullmatch(KEY_PATTERN, headers[name]):
            headers[name] = uuid.uuid4().hex
    job_id = (case.path_parameters or {}).get("job_id")
    if case.method.upper() == "PUT" and isinstance(job_id, str) and re.fullmatch(PATH["job_id"]["pattern"], job_id):
        case.path_parameters["job_id"] = uuid.uuid4().hex
    # Batches there are none of a line that was judged.
    if case.method.upper() == "POST" and context.operation.path == "/v1/jobs/{job_id}/feedback":
        give_feedback(case)
    query = case.query or {}
    # Nor what is named with what.
    if case.method.upper() == "DELETE" and context.operation.path.endswith("/feedback"):
        name_nothing_or_both(query)
    # Nor whether a time is near.
    if _MOMENT.fullmatch(str(query.get("not_before"))):
        query["not_before"] = "2026-01-01T00:00:00Z"
    # Nor which of two times is the first.
    for first, last, form in (("since", "until", _MOMENT), ("from", "to", _DAY)):
        if form.fullmatch(str(query.get(first))) and form.fullmatch(str(query.get(last))):
            query[last] = query[first]
    # Nor how many periods lie between two days.
    if context.operation.path.endswith("/trend") and _DAY.fullmatch(str(query.get("from"))):
        query["from"] = query["to"] if _DAY.fullmatch(str(query.get("to"))) else f"{date.today()}"
    # Nor of which list a page's token is.
    for each in context.operation.definition.raw.get("parameters", ()):
        if each["name"] == "page_token" and re.fullmatch(each["schema"]["pattern"], str(query.get("page_token"))):
            del query["page_token"]
    # Nor which models, sentences and aspects there are.
    query.pop("model", None)
    tame(case.body)
    if isinstance(case.body, dict):
        case.body.pop("model", None)
        if "metadata" in case.body:
            case.body["metadata"] = readable(case.body["metadata"])
        # Nor whether a time is near.
        if _MOMENT.fullmatch(str(case.body.get("not_before"))):
            case.body["not_before"] = "2026-01-01T00:00:00Z"
        hook = case.body.get("webhook")
        for holder in (case.body, hook if isinstance(hook, dict) else {}):
            if isinstance(holder.get("url"), str) and re.match(r"https?://\S+$", holder["url"]):
                holder["url"] = RECEIVER


@schemathesis.check
def others_are_answered_as_the_document_says(context: Any, response: Any, case: Any) -> None:
    """A case that one has asked, asked by each of the others: thinking it out is most of the work."""
    for key in OTHERS:
        case.validate_response(case.call(headers={"Authorization": f"Bearer {key}"}), checks=FOR_ALL)


def give_feedback(case: Any) -> None:
    """What a job's sentences and its model's aspects are is no matter of form either: half of what has the right one
    is said of a job that was judged, and of what it has; all else of a job that there is not."""
    body = case.body
    whole = zlib.crc32(json.dumps(body, default=str).encode()) % 2 == 0 and isinstance(body, dict) and _formed(body)
    if whole and re.fullmatch(PATH["job_id"]["pattern"], str(case.path_parameters.get("job_id"))):
        case.path_parameters["job_id"] = os.environ["TEST_JOB"]
        body |= {"sentence": 0, "aspect": "food", "polarity": "positive"}
    else:
        case.path_parameters["job_id"] = uuid.uuid4().hex


def name_nothing_or_both(query: dict[str, Any]) -> None:
    """A sentence without its aspect, or an aspect without its sentence, is refused; either is right by itself."""
    if "aspect" not in query and re.fullmatch(r"\d{1,9}", str(query.get("sentence")), re.ASCII):
        del query["sentence"]
    elif "sentence" not in query and isinstance(query.get("aspect"), str) and query["aspect"]:
        del query["aspect"]


def _formed(body: dict[str, Any]) -> bool:
    try:
        FeedbackRequest.model_validate(body)
    except ValueError:
        return False
    return True


def readable(value: Any) -> Any:
    """The same without integers beyond 64 bits: a schema has no words for them, and readers of JSON differ on them."""
    if isinstance(value, dict):
        return {name: readable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [readable(item) for item in value]
    return value % 2**63 if isinstance(value, int) and not isinstance(value, bool) else value


@schemathesis.deserializer("application/x-ndjson")
def lines(context: Any, response: Any) -> Any:
    """The first line of a batch's results or of examples, which the schema describes; all have one form. A file's are
    its own."""
    path = urlsplit(response.request.url).path
    if path.endswith("/content"):
        return response.content.decode("utf-8", "replace")
    found = [json.loads(line) for line in response.content.splitlines() if line]
    if not found and path.endswith("/examples"):
        source = {"job_id": "job_1", "sentence": 0, "language": "de", "model": None, "corrections": []}
        return {"text": "Gut.", "aspects": {}, "source": source}
    nothing = dict.fromkeys(
        ("custom_id", "restaurant", "reviewed_at", "external_author", "metadata", "result", "error")
    )
    return found[0] if found else {"line": 1, "status": "failed", "warnings": [], **nothing}


@schemathesis.serializer("application/x-ndjson")
def reviews(context: Any, value: Any) -> bytes:
    """Whatever was thought of, on a line: what is no review fails alone."""
    return json.dumps(value, default=str).encode() + b"\n"
