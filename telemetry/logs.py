"""The one logging set-up of all processes: time, level, process, message, and the fields that say what it is about.

A line on a terminal reads `2026-11-28T05:33:01.123Z INFO    delivery worker.delivery.deliverer: webhook succeeded
delivery_id=msg_… attempt=2`; with `json` it is one JSON object with the same parts.
"""

import json
import logging
import re
import sys
import threading
import time
from collections.abc import Mapping
from functools import lru_cache
from types import TracebackType
from typing import Any, Literal, TextIO

from pythonjsonlogger.json import JsonFormatter

from telemetry.printable import printable
from telemetry.short_error import in_short

Format = Literal["text", "json"]
#: What `level` may be.
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

#: What `extra=` may name, in the order of the line. Nothing else is printed: libraries attach whole tasks to their
#: records, arguments included, and a review's text is in no log.
FIELDS = (
    "tenant", "tenants", "job_id", "batch_id", "delivery_id", "endpoint_id", "task_id", "trace_id",
    "attempt", "reason", "error", "finished",
    "jobs", "job_ids", "trace_ids", "reviews", "method", "route", "path", "status", "ms",
    "model", "version", "device", "sentences", "tokens", "memory_mb",
)  # fmt: skip
#: Lists, which only machines read.
LISTS = frozenset({"job_ids", "trace_ids"})

#: Libraries whose debugging shows what they transport: never below INFO.
_LIBRARIES = ("amqp", "asyncio", "billiard", "celery", "flower", "kombu", "tornado", "urllib3")

_PLAIN = re.compile(r"[^\s\"=\x00-\x1f\x7f-\x9f]+")


def set_up_logging(process: str, *, level: str = "INFO", form: Format = "text", stream: TextIO | None = None) -> None:
    """Print what is logged in this process at `level` and above to `stream` (stderr), under the name `process`.

    Warnings and exceptions that nobody catches are logged too. Calling it again replaces the set-up.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(process, form))
    handler.addFilter(without_trace)
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(max(root.level, logging.INFO))
    logging.captureWarnings(True)
    # No line names the place in the code, a thread or a process: nobody has to find out for each who calls.
    logging._srcfile = None
    logging.logThreads = logging.logMultiprocessing = False
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def without_trace(record: logging.LogRecord) -> bool:
    """Let it pass; what a library says of a Redis that is away or refuses something is one line.

    Where in the library that was noticed is fifty, every few seconds, and tells nobody anything.
    """
    if record.name.partition(".")[0] not in _LIBRARIES:
        return True
    error, message = record.exc_info[1] if record.exc_info else None, record.getMessage()
    if type(error).__module__.partition(".")[0] == "redis":
        record.msg, record.args = "%s", (in_short(message if str(error) in message else f"{message}: {error}"),)
        record.exc_info = record.exc_text = None
    elif "<redis.client.Redis(" in message:
        record.msg, record.args = "%s", (in_short(message),)
    return True


def formatter(process: str, form: Format) -> logging.Formatter:
    """How the lines of `process` are written."""
    return _Json(process) if form == "json" else _Text(process)


class _Text(logging.Formatter):
    """For people: one line, what follows it indented."""

    def __init__(self, process: str) -> None:
        super().__init__(f"%(asctime)s %(levelname)-7s {process} %(name)s: %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return _time(record)

    def formatMessage(self, record: logging.LogRecord) -> str:
        # What comes from outside cannot begin a line of its own.
        record.message = record.message.replace("\n", "\n    ")
        fields = "".join(f" {name}={shown(value)}" for name, value in fields_of(record).items() if name not in LISTS)
        return super().formatMessage(record) + fields

    def formatException(self, ei: Any) -> str:
        return "    " + super().formatException(ei).replace("\n", "\n    ")

    def formatStack(self, stack_info: str) -> str:
        return "    " + super().formatStack(stack_info).replace("\n", "\n    ")

    def format(self, record: logging.LogRecord) -> str:
        # Nothing in it steers a terminal: not the message, and not what an exception quotes.
        return printable(super().format(record))


class _Json(JsonFormatter):
    """For machines: one JSON object."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Our names in our order, instead of whatever the record carries."""
        log_data |= {
            "time": _time(record),
            "level": record.levelname,
            "process": self._process,
            "pid": record.process,
            "logger": record.name,
            "message": record.getMessage(),
        }
        log_data |= fields_of(record)
        if trace := message_dict.get("exc_info"):
            log_data["exception"] = trace


def fields_of(record: logging.LogRecord) -> Mapping[str, Any]:
    """What the record says that it is about: those of FIELDS that it has."""
    found = vars(record)
    return {name: found[name] for name in FIELDS if found.get(name) is not None}


def _time(record: logging.LogRecord) -> str:
    return f"{_second(int(record.created))}.{int(record.msecs):03d}Z"


@lru_cache(maxsize=1)
def _second(since_epoch: int) -> str:
    """Many lines share a second; writing it out each time made a line a tenth dearer."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(since_epoch))


def shown(value: object) -> str:
    """A field's value: as it is where that is one word, else quoted."""
    text = str(value)
    if isinstance(value, int | float):
        return text
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger("uncaught").critical("uncaught exception", exc_info=(kind, error, trace))


def _uncaught_in_thread(found: threading.ExceptHookArgs) -> None:
    if found.exc_value is not None and not issubclass(found.exc_type, SystemExit):
        name = found.thread.name if found.thread else "?"
        trace = (found.exc_type, found.exc_value, found.exc_traceback)
        logging.getLogger("uncaught").critical("uncaught exception in thread %s", name, exc_info=trace)
