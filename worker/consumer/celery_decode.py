"""What a Celery message asks for: its bytes as one frozen value, whichever of Celery's protocols they are in.

Whoever sent a message that cannot be read is told so, by an exception that every Celery client knows; only what tells
nobody's task id is no task at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from celery.app.task import Context
from celery.exceptions import InvalidTaskError
from celery.worker.strategy import hybrid_to_proto2, proto1_to_proto2
from kombu.exceptions import ContentDisallowed, DecodeError

from store.celery_body import body_of, envelope_of
from telemetry.traces import HEADERS
from worker.consumer.producers import HEADER

#: What a running task's request has of the message's headers.
_HEADERS = (
    "id", "task", "root_id", "parent_id", "group", "group_index", "retries", "eta", "expires", "timelimit", "shadow",
    "ignore_result", "stamped_headers", "stamps", "replaced_task_nesting", "correlation_id", "reply_to",
    "delivery_info", HEADER,
)  # fmt: skip
#: What of a request says what is sent after its task.
FOLLOW_UPS = ("callbacks", "errbacks", "chain", "chord")
#: Headers that name a task, or several of one group.
_IDS = ("id", "root_id", "parent_id", "group", "correlation_id")


class NotATaskError(ValueError):
    """A message that names no task id: nobody can be answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskRequest:
    """One call of a task."""

    id: str
    task: str
    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    #: What `celery.app.task.Context` takes, without the arguments: headers, properties, what follows the task.
    context: Mapping[str, Any]
    #: Why the message cannot be read; the arguments are empty then.
    error: Exception | None = None

    @property
    def follows(self) -> bool:
        """Whether Celery has something to send after the task: links, the rest of a chain, a part of a chord."""
        return any(self.context.get(name) for name in FOLLOW_UPS)


def decode(raw: bytes, *, most_bytes: int) -> TaskRequest:
    """The task that a message asks for. A compressed body may have up to `most_bytes`. Raises NotATaskError."""
    try:
        envelope = envelope_of(raw)
    except ValueError as error:
        raise NotATaskError(str(error)) from error
    return read(envelope.get("headers") or {}, envelope["properties"], lambda: body_of(envelope, most_bytes=most_bytes))


def read(headers: Mapping[str, Any], properties: Mapping[str, Any], load: Callable[[], Any]) -> TaskRequest:
    """The task that headers and a body ask for, which `load` gives or raises why not. Raises NotATaskError."""
    try:
        args, kwargs, embedded, headers = _body(load(), headers)
        error: Exception | None = None
    except (ContentDisallowed, DecodeError, InvalidTaskError) as problem:
        args, kwargs, embedded, error = (), {}, {}, problem
    if not headers.get("id") and "task" not in headers:
        # Of the older protocol, whose body cannot be read: the one place that tells the id beside it.
        headers = {**headers, "id": properties.get("correlation_id"), "task": "unknown"}
    headers = _with_texts(headers)
    task_id = headers.get("id")
    if not isinstance(task_id, str) or not task_id or not _encodes(task_id):
        raise NotATaskError("it has no task id")
    task = headers.get("task")
    return TaskRequest(
        id=task_id, task=task if isinstance(task, str) else repr(task), args=args, kwargs=kwargs,
        context=_context(headers, embedded, properties), error=error,
    )  # fmt: skip


def _with_texts(headers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _named(value) if name in _IDS else value for name, value in headers.items()}


def _named(value: Any) -> Any:
    """An id as Celery's result backend names it: a client that sends a UUID or bytes waits for them as text."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    return str(value) if isinstance(value, UUID) else value


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def running(context: Context, args: Sequence[Any], kwargs: Mapping[str, Any]) -> TaskRequest:
    """The task that a stock worker is about to run."""
    values = vars(context)
    names = (*_HEADERS, *HEADERS, *FOLLOW_UPS)
    kept = _with_texts({name: values[name] for name in names if values.get(name) is not None})
    return TaskRequest(
        id=_named(context.id), task=context.task, args=args, kwargs=kwargs,
        context={"delivery_info": {}, **kept, "is_eager": False, "called_directly": False},
    )  # fmt: skip


def _context(headers: Mapping[str, Any], embedded: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    delivery = properties.get("delivery_info")
    more = {
        "properties": properties, "reply_to": properties.get("reply_to"),
        "correlation_id": _named(properties.get("correlation_id")), "is_eager": False, "called_directly": False,
        "delivery_info": (delivery if isinstance(delivery, dict) else {}) | {"priority": properties.get("priority")},
    }  # fmt: skip
    # The texts of reviews are in these.
    kept = {name: value for name, value in headers.items() if name not in ("args", "kwargs", "argsrepr", "kwargsrepr")}
    return kept | {name: embedded[name] for name in FOLLOW_UPS if embedded.get(name)} | more


Body = tuple[Sequence[Any], Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]


def _body(body: Any, headers: Mapping[str, Any]) -> Body:
    """Arguments, keyword arguments, what is embedded, and the headers. Raises InvalidTaskError."""
    message = SimpleNamespace(headers=headers)
    if isinstance(body, dict) and "task" in headers and "args" in body:
        body, headers, *_ = hybrid_to_proto2(message, body)
    elif isinstance(body, dict) and "task" not in headers and "task" in body:
        body, headers, *_ = proto1_to_proto2(message, body)
    if not (isinstance(body, list | tuple) and len(body) == 3):
        raise InvalidTaskError("The body is not a list of arguments, keyword arguments and the rest.")
    args, kwargs, embedded = body
    if not isinstance(args, list | tuple | None) or not isinstance(kwargs, dict | None):
        raise InvalidTaskError("Arguments are not a list, or keyword arguments not an object.")
    if not isinstance(embedded, dict | None):
        raise InvalidTaskError("The third part of the body is no object.")
    _check(embedded or {})
    return args or (), kwargs or {}, embedded or {}, headers


def _check(embedded: Mapping[str, Any]) -> None:
    """What follows a task must be signatures: one that is not would be found out when it is too late to say so."""
    for name in FOLLOW_UPS:
        found = embedded.get(name)
        if not found:
            continue
        signatures = [found] if name == "chord" else found
        if not isinstance(signatures, list | tuple) or not all(map(_is_signature, signatures)):
            raise InvalidTaskError(f"{name} holds something that is no signature of a task.")


def _is_signature(value: object) -> bool:
    if not (isinstance(value, dict) and isinstance(value.get("task"), str) and value["task"]):
        return False
    kinds = {"args": list | tuple | None, "kwargs": dict | None, "options": dict | None}
    return all(isinstance(value.get(name), kind) for name, kind in kinds.items())
