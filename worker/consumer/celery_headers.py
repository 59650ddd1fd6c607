"""What Celery's monitors are shown of a task: the headers of its message that the job keeps, and never its text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import orjson

from store import queues

#: How monitors name a chunk of a batch; other jobs are named as if a client had sent them, `queues.REVIEW`. The
#: messages of both are `kritiq.predict`.
CHUNK = "kritiq.batch-chunk"
#: The longest text that is kept of any one header, in characters: names, ids and times are shorter.
_LONGEST = 1_000
#: What is told of an attempt that took too long where nothing else is known.
_LATE = "TimeLimitExceeded()"
#: What most messages do not have.
_RARE = ("shadow", "parent_id", "retries", "eta", "expires", "stamped_headers")


@dataclass(frozen=True, kw_only=True, slots=True)
class Headers:
    """What monitors are shown, as they are shown it."""

    #: The client's `shadow`, else the task.
    name: str
    type: str
    root: str | None = None
    parent: str | None = None
    retries: int = 0
    #: ISO 8601, as Celery writes times.
    eta: str | None = None
    expires: str | None = None
    #: See `stamps_of`.
    stamps: tuple[str, ...] = ()
    #: The exception of an attempt that took longer than its client allows, as monitors show one.
    late: str = _LATE


def shown_headers(headers: Mapping[str, Any], late: Exception | None = None) -> bytes:
    """`jobs.celery_task.CeleryTask.headers` of a message: JSON without what is not set. `headers` may hold anything.

    `late` is what an attempt ends with that takes too long.
    """
    if late is None and not any(map(headers.get, _RARE)) and headers.get("root_id") in (None, headers.get("id")):
        return _plain(_text(headers.get("task")))
    kept = {
        "task": _text(headers.get("task")), "shadow": _text(headers.get("shadow")),
        "root": _text(headers.get("root_id")), "parent": _text(headers.get("parent_id")),
        "retries": headers.get("retries"), "eta": _text(headers.get("eta")), "expires": _text(headers.get("expires")),
        "stamps": stamps_of(headers), "late": repr(late) if late else None,
    }  # fmt: skip
    if not isinstance(kept["retries"], int) or isinstance(kept["retries"], bool) or not 0 < kept["retries"] < 1 << 31:
        kept["retries"] = None
    if kept["root"] == headers.get("id"):
        kept["root"] = None
    return orjson.dumps({name: value for name, value in kept.items() if value})


@lru_cache(maxsize=64)
def _plain(task: str | None) -> bytes:
    return orjson.dumps({"task": task} if task else {})


def stamps_of(headers: Mapping[str, Any]) -> list[str]:
    """The stamps of a message, one string for each name and value: what `Claims.stamps_revoked` is asked."""
    names, stamps = headers.get("stamped_headers"), headers.get("stamps")
    if not (isinstance(names, list) and names and isinstance(stamps, dict)):
        return []
    return stamp_strings({name: stamps[name] for name in names if isinstance(name, str) and name in stamps})


def stamp_strings(stamps: Mapping[str, Any]) -> list[str]:
    """One string for each name and value; a value may be a list of them."""
    pairs = [
        (name, value)
        for name, values in stamps.items()
        for value in (values if isinstance(values, list | tuple | set | frozenset) else [values])
        if value is not None
    ]
    return [_printable(orjson.dumps([_printable(name), _printable(str(value))]).decode()) for name, value in pairs]


@lru_cache(maxsize=64)
def read_headers(data: bytes) -> Headers:
    """The opposite of `shown_headers`."""
    kept = orjson.loads(data)
    task = kept.get("task") or queues.ANALYZE
    return Headers(
        name=kept.get("shadow") or task, type=task, root=kept.get("root"), parent=kept.get("parent"),
        retries=kept.get("retries", 0), eta=kept.get("eta"), expires=kept.get("expires"),
        stamps=tuple(kept.get("stamps", ())), late=kept.get("late", _LATE),
    )  # fmt: skip


def iso(ms: int) -> str:
    """Milliseconds since the epoch as Celery writes times."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat()


def _text(value: object) -> str | None:
    """A string, or a time, that may be kept; None for anything else."""
    if isinstance(value, date):
        value = value.isoformat()
    return _printable(value) if isinstance(value, str) and len(value) <= _LONGEST else None


def _printable(text: str) -> str:
    # Half an emoji may be in a message, but neither in UTF-8 nor in Redis.
    return text.encode("utf-8", "replace").decode()
