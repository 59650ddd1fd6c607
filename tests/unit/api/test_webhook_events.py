"""What the OpenAPI document says of webhooks is what they tell."""

from typing import Any

import jsonschema
import orjson
import pytest
from flask.testing import FlaskClient

from jobs.batch import Batch
from jobs.job import JobError, Status
from jobs.line import Line, error_line, success_line
from jobs.request import JobRequest
from jobs.stored import Stored
from tests.support.documents import named_only
from tests.support.factories import MODEL, make_job
from tests.support.snapshots import make_snapshot
from webhooks.event import SUBJECTS, EventType, Subject
from webhooks.lines import LinesNotice
from webhooks.message import render
from webhooks.options import EndpointOptions
from webhooks.snapshot import EndpointNotice, ErasureNotice

SENTENCE = {
    "index": 0, "start": 0, "end": 8, "text": "Geheim ä", "truncated": False,
    "aspects": {
        "food": {
            "polarity": "positive", "confidence": 0.9, "low_confidence": False, "evidence": [{"start": 0, "end": 6}],
        },
    },
}  # fmt: skip
RESULT = orjson.dumps(
    {
        "language": "de", "overall": {"polarity": "positive", "confidence": 0.9}, "language_known": False,
        "sentences": [SENTENCE],
    }
)  # fmt: skip
JOBS = [
    Stored(job=make_job(id="job_a", status=Status.SUCCEEDED, model={"name": "m", "version": "1"}), result=RESULT),
    Stored(job=make_job(id="job_a", status=Status.FAILED, error=JobError(code="lost", message="It was lost."))),
]
SUBJECT: dict[Subject, list[Any]] = {
    Subject.JOB: JOBS,
    Subject.BATCH: [Batch(id="batch_a", total=3, succeeded=1)],
    Subject.ERASURE: [ErasureNotice(kind="job", id="job_a", restaurant="adler")],
    Subject.ENDPOINT: [EndpointNotice(endpoint_id="ep_a"), EndpointNotice(endpoint_id="ep_a", reason="gone")],
}


def subjects(event: EventType) -> list[Any]:
    """What an event may be about."""
    if event is EventType.BATCH_LINES_DELETED:
        return [ErasureNotice(kind="batch", id="batch_a", lines=(1, 7))]
    if event is not EventType.BATCH_LINES:
        return SUBJECT[SUBJECTS[event]]
    judged = success_line(Line(number=1), JobRequest(), RESULT, MODEL | {"alias": "default", "share": 5})
    return [LinesNotice(batch=Batch(id="batch_a"), rows=[judged, error_line(Line(number=2), JobRequest(), "a", "b")])]


@pytest.fixture
def document(client: FlaskClient) -> Any:
    return client.get("/openapi.json").json


@pytest.mark.parametrize("with_text", [True, False])
@pytest.mark.parametrize("event", EventType)
def test_every_message_has_the_form_that_is_promised(document: Any, event: EventType, with_text: bool) -> None:
    """And tells nothing, at any depth, that the document does not name."""
    content = document["webhooks"][event.value]["post"]["requestBody"]["content"]["application/json"]
    schema = named_only(content["schema"] | {"components": document["components"]})
    options = EndpointOptions(url="https://hooks.example.com/", include_text=with_text)
    for subject in subjects(event):
        message = orjson.loads(render(make_snapshot(event, subject=subject, options=options)))
        jsonschema.validate(message, schema)
