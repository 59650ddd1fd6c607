"""Webhook events: everything that an endpoint can be told of, and what each is about.

Not to be confused with Celery's task events (worker.consumer.celery_events), the server-sent events of a job
(api.jobs.actions) and `threading.Event`.

Adding one, say `job.started`:

- here: a member, and its line in SUBJECTS; the API offers and documents it from then on, and new endpoints get it;
- the script that emits it, in the same write as what happened: `store/lua/lib/job_end.lua` for jobs and batches (every
  way in which a job ends goes through `finish`), `store/lua/lib/endpoint_health.lua` for endpoints;
- `store/lua/lib/delivery.lua`: `delivery_id` is made of subject and endpoint and holds no kind of event, since each job
  ends once; `tell` adds one for what was deleted. A further one of a job needs its kind in the id, too, or they
  collide: `tell` would still make both (it lengthens an id that is taken), but `recover` would take the one for the
  other;
- `webhooks/message.py`, where the subject has no message yet or the event's is to differ: it is rendered from the
  record as it is at sending, so a `job.started` that is late tells of a job that has ended;
- `examples/dashboard/event.py`: that the dashboard need not count it.

tests/unit/webhooks/test_event.py holds the copies in Lua and in the example dashboard against this one.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Subject(StrEnum):
    """What a webhook event is about: whose record its message is rendered from."""

    JOB = "job"
    BATCH = "batch"
    ENDPOINT = "endpoint"
    #: That a job, a batch or lines of one were deleted: there may be no record of it any more, and the delivery has
    #: what there is to tell.
    ERASURE = "erasure"


class EventType(StrEnum):
    """The `type` of a webhook event."""

    #: A job ended: its status, and its result (texts only for endpoints that asked for them) or its error.
    JOB_SUCCEEDED = "job.succeeded"
    JOB_FAILED = "job.failed"
    JOB_CANCELED = "job.canceled"
    JOB_EXPIRED = "job.expired"
    #: The last line of a batch ended: its counts.
    BATCH_COMPLETED = "batch.completed"
    #: More of its lines ended (`webhooks.options.EndpointOptions.progress_lines`): its counts as they are at sending.
    #: While one waits to be sent there is no second one.
    BATCH_PROGRESS = "batch.progress"
    #: Some of its lines were judged, or failed: these, with their results (`EndpointOptions.lines_per_event`). What is
    #: called off or expires is not told line by line.
    BATCH_LINES = "batch.lines"
    #: Somebody deleted a job or batch, or the time is over that its client said (`ttl_s`): whoever keeps something of
    #: it deletes that, too. Nobody is told when it is over by the operator's settings.
    JOB_DELETED = "job.deleted"
    BATCH_DELETED = "batch.deleted"
    #: The author of some of its lines was erased, and others have lines in it, too: these, by their numbers.
    BATCH_LINES_DELETED = "batch.lines_deleted"
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
        EventType.BATCH_PROGRESS: Subject.BATCH,
        EventType.BATCH_LINES: Subject.BATCH,
        EventType.JOB_DELETED: Subject.ERASURE,
        EventType.BATCH_DELETED: Subject.ERASURE,
        EventType.BATCH_LINES_DELETED: Subject.ERASURE,
        EventType.ENDPOINT_PING: Subject.ENDPOINT,
        EventType.ENDPOINT_DISABLED: Subject.ENDPOINT,
    }
)
#: What an endpoint gets only if it says so.
BY_CHOICE = frozenset({EventType.ENDPOINT_PING, EventType.BATCH_PROGRESS, EventType.BATCH_LINES})
#: What an endpoint gets that did not say.
DEFAULT_EVENTS = tuple(event for event in EventType if event not in BY_CHOICE)
