"""The reviews in a Celery message that no worker has taken yet, and the message without some of them.

A message may have several: those of a bundle, and those of the steps, links and chords behind its own task. What is
taken out leaves an empty call with the header `ERASED`, which workers end as REVOKED: whoever waits for it hears of it,
and so do the steps behind it.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jobs.review_call import analyze
from store import queues
from store.celery_body import body_of, envelope_of, with_body

#: The header of a call whose review was erased before a worker took it.
ERASED = "kritiq_erased"
#: That of the signature of an organisation's producer.
SIGNED = "kritiq_signature"
#: Bytes that a body may have unpacked: what is more no worker takes either.
_MOST_BYTES = 64 << 20
_SIGNATURE = inspect.signature(analyze)
_BUNDLE = inspect.signature(lambda task, it: None)
#: How Celery's own tasks for many calls in a row call ours: with an item as the text, or as all arguments.
_BUNDLES: Mapping[str, Callable[[Any], Mapping[str, Any]]] = {
    "celery.map": lambda item: {"text": item},
    "celery.starmap": lambda item: _arguments(item, {}),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SentReview:
    """A call of `kritiq.analyze`, as somebody sent it: nothing of it is checked."""

    #: The id of its task, empty for a step that has none yet.
    task: str
    #: Whether it has what an organisation's producer signs tasks with.
    signed: bool
    #: By the names of `jobs.review_call.analyze`.
    arguments: Mapping[str, Any] = field(repr=False)


Theirs = Callable[[SentReview], bool]


class UnreadableError(ValueError):
    """It is no message of Celery's, or its body cannot be read: nobody will judge it."""


def sent_reviews(raw: bytes) -> list[SentReview]:
    """All reviews in a message. Raises UnreadableError."""
    found = list[SentReview]()

    def none(review: SentReview) -> bool:
        found.append(review)
        return False

    without(raw, none)
    return found


def without(raw: bytes, theirs: Theirs) -> bytes | None:
    """The message without somebody's reviews; None when it has none of theirs. Raises UnreadableError."""
    try:
        envelope = envelope_of(raw)
        headers, body = envelope.get("headers") or {}, body_of(envelope, most_bytes=_MOST_BYTES)
        return _without(envelope, headers, body, _Eraser(theirs))
    # As many exceptions as codecs; and somebody may have nested it deeply.
    except (Exception, RecursionError) as error:
        raise UnreadableError(str(error)) from error


def steps_without(request: Any, theirs: Theirs) -> Any | None:
    """What follows a task, as a job keeps it, without their reviews; None when it has none of theirs."""
    eraser = _Eraser(theirs)
    found = eraser.walk(request)
    return found if eraser.some else None


def _without(envelope: Mapping[str, Any], headers: Mapping[str, Any], body: Any, eraser: "_Eraser") -> bytes | None:
    if isinstance(headers.get("task"), str) and isinstance(body, list | tuple) and len(body) == 3:
        args, kwargs, embedded = body
        if eraser.takes(headers["task"], args, kwargs, headers):
            headers = {**headers, ERASED: True, "argsrepr": "()", "kwargsrepr": "{}"}
            args, kwargs = [], {}
        body = [eraser.walk(args), eraser.walk(kwargs), eraser.walk(embedded)]
    else:
        # The older protocol, whose body names the task.
        body = eraser.walk(body)
        if isinstance(body, Mapping) and body.get(ERASED):
            headers = {**headers, ERASED: True}
            headers = {name: value for name, value in headers.items() if name not in ("argsrepr", "kwargsrepr")}
    return with_body(envelope, headers, body) if eraser.some else None


class _Eraser:
    """Goes through calls, however deep they are in others."""

    def __init__(self, theirs: Theirs) -> None:
        self._theirs = theirs
        #: Whether anything was taken out.
        self.some = False

    def takes(self, task: str, args: Any, kwargs: Any, options: Mapping[str, Any]) -> bool:
        """Whether a call of a task has one of their reviews; `options` are a message's headers or a step's."""
        name, headers = options.get("id") or options.get("task_id"), options.get("headers") or {}
        signed = any(SIGNED in each for each in (options, headers) if isinstance(each, Mapping))
        sent = [
            SentReview(task=str(name or ""), signed=signed, arguments=arguments)
            for arguments in _calls(task, args or (), kwargs or {})
            if arguments
        ]
        # Each is asked for: whoever lists them counts on it.
        taken = [self._theirs(each) for each in sent]
        self.some = self.some or any(taken)
        return any(taken)

    def walk(self, value: Any) -> Any:
        """The same without their reviews."""
        if isinstance(value, list | tuple):
            return [self.walk(each) for each in value]
        if not isinstance(value, Mapping):
            return value
        task, options = value.get("task"), value.get("options")
        if isinstance(task, str) and ("args" in value or "kwargs" in value):
            old = options is None
            options = value if old else options if isinstance(options, Mapping) else {}
            if self.takes(task, value.get("args"), value.get("kwargs"), options):
                value = {**value, "args": [], "kwargs": {}}
                if old and "id" in value:
                    value |= {ERASED: True, "argsrepr": "()", "kwargsrepr": "{}"}
                else:
                    asked = {} if old else options
                    value |= {"options": {**asked, "headers": {**(asked.get("headers") or {}), ERASED: True}}}
        return {name: self.walk(each) for name, each in value.items()}


def _calls(task: str, args: Any, kwargs: Any) -> Iterator[Mapping[str, Any]]:
    if task in (queues.ANALYZE, queues.REVIEW):
        yield _arguments(args, kwargs)
    elif (call := _BUNDLES.get(task)) is not None:
        items = _bound(_BUNDLE, args, kwargs).get("it")
        for item in items if isinstance(items, list | tuple) else ():
            yield call(item)


def _arguments(args: Any, kwargs: Any) -> Mapping[str, Any]:
    return _bound(_SIGNATURE, args, kwargs)


def _bound(signature: inspect.Signature, args: Any, kwargs: Any) -> Mapping[str, Any]:
    """What a call gives by name; of one that is wrong all that can be told, since it is in Redis all the same."""
    positional: Sequence[Any] = args if isinstance(args, list | tuple) else ()
    named = kwargs if isinstance(kwargs, Mapping) else {}
    return {**dict(zip(signature.parameters, positional, strict=False)), **named}
