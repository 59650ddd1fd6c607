"""A line that was logged as JSON, read again: as text for people, and whether it is about a job."""

import json
from collections.abc import Mapping
from typing import Any

from telemetry.logs import FIELDS, LISTS, shown
from telemetry.printable import printable

_PARTS = {"time", "level", "process", "logger", "message"}
_IDS = ("job_id", "batch_id", "task_id", "delivery_id", "endpoint_id", "trace_id")


def parsed(line: str) -> Mapping[str, Any] | None:
    """The object of a line; None for what is no line of ours."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.keys() >= _PARTS else None


def as_text(line: Mapping[str, Any]) -> str:
    """As `telemetry.logs` would have written it for people."""
    fields = "".join(f" {name}={shown(line[name])}" for name in FIELDS if name in line and name not in LISTS)
    message = str(line["message"]).replace("\n", "\n    ")
    head = f"{line['time']} {line['level']:<7} {line['process']} {line['logger']}: {message}{fields}"
    trace = line.get("exception")
    return printable(head if not trace else f"{head}\n    " + str(trace).replace("\n", "\n    "))


def is_about(line: Mapping[str, Any], wanted: str) -> bool:
    """Whether a line is about the job, batch, delivery, endpoint or trace with this id; of a batch, its chunks too."""
    if any(wanted in line.get(name, ()) for name in LISTS) or any(line.get(name) == wanted for name in _IDS):
        return True
    # A chunk's id is that of its batch, and its number.
    chunks = [line.get("job_id") or "", *line.get("job_ids", ())]
    return any(str(each).rpartition(".")[0] == wanted for each in chunks)
