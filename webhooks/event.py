"""Webhook events: everything that an endpoint can be told of, and what each is about.

Not to be confused with Celery's task events (worker.consumer.celery_events), the server-sent events of a job
(api.http.waiting) and `threading.Event`. Adding one: a member here and its line in SUBJECTS, its message in
`webhooks.message` where its subject has none yet, and the script that emits it. tests/unit/webhooks/test_event.py holds
the copies in Lua and in the example dashboard against this one.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Subject(StrEnum):
    """What a webhook event is about: whose record its message is rendered from."""

    JOB = "job"
    BATCH = "batch"
    ENDPOINT = "endpoint"


class EventType(StrEnum):
    """The `type` of a webhook event."""

    #: A job ended: its status, and its result (texts only for endpoints that asked for them) or its error.
    JOB_SUCCEEDED = "job.succeeded"
    JOB_FAILED = "job.failed"
    JOB_CANCELED = "job.canceled"
    JOB_EXPIRED = "job.expired"
    #: The last line of a batch ended: its counts.
    BATCH_COMPLETED = "batch.completed"
    #: A test, sent to the endpoint that is pinged only, asked for or not: the endpoint's id.
    ENDPOINT_PING = "endpoint.ping"
    #: Another endpoint was disabled by what it answered: its id, and why.
    ENDPOINT_DISABLED = "endpoint.disabled"


#: What each is about.
SUBJECTS: Mapping[EventType, Subject] = MappingProxyType(
    {
        EventType.JOB_SUCCEEDED: Subject.JOB,
        EventType.JOB_FAILED: Subject.JOB,
        EventType.JOB_CANCELED: Subject.JOB,
        EventType.JOB_EXPIRED: Subject.JOB,
        EventType.BATCH_COMPLETED: Subject.BATCH,
        EventType.ENDPOINT_PING: Subject.ENDPOINT,
        EventType.ENDPOINT_DISABLED: Subject.ENDPOINT,
    }
)
#: What an endpoint gets that did not say.
DEFAULT_EVENTS = tuple(event for event in EventType if event is not EventType.ENDPOINT_PING)
