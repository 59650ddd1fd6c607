"""What answers and exports tell of a review and no column of the archive has, as JSON without what is as at first."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from jobs.job import Job
from jobs.members import known_members
from jobs.timings import Timings


@dataclass(frozen=True, kw_only=True, slots=True)
class Details:
    """It. Members are those of `jobs.job.Job` and its request; times are milliseconds since the epoch."""

    cancel_requested: bool = False
    deadline_at: int | None = None
    due_at: int | None = None
    not_before: str | None = None
    retry_of: str | None = None
    timings: Timings | None = None
    #: Why that version judged it: its alias, and the share that it had of that (`jobs.choice.Choice.told`).
    choice: Mapping[str, Any] | None = None
    #: False: the model does not know the language.
    language_known: bool = True


_AT_FIRST = asdict(Details())


def details_of(job: Job, result: Mapping[str, Any] | None) -> str | None:
    """Of a job that has ended; None where all is as at first."""
    return told_details(
        cancel_requested=job.cancel_requested,
        deadline_at=job.deadline_at,
        due_at=job.due_at,
        not_before=job.request.not_before,
        retry_of=job.request.retry_of,
        timings=job.timings,
        **_judged(job, result),
    )


def line_details_of(job: Job, result: Mapping[str, Any] | None) -> str:
    """Of a line of a batch, whose chunk `job` was: only how it was judged. Lines of before have none at all."""
    return orjson.dumps(_without_first(_judged(job, result))).decode()


def told_details(**members: Any) -> str | None:
    """Of members of `Details`; None where all are as at first."""
    given = _without_first(members)
    return orjson.dumps(given).decode() if given else None


def _judged(job: Job, result: Mapping[str, Any] | None) -> dict[str, Any]:
    model = job.model or {}
    return {
        "choice": {name: model[name] for name in ("alias", "share") if name in model} or None,
        "language_known": (result or {}).get("language_known", True),
    }


def _without_first(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value != _AT_FIRST[name]}


def read_details(data: str | None) -> Details:
    """The opposite; members of a newer version are passed over."""
    given = known_members(Details, orjson.loads(data or "{}"))
    if timings := given.get("timings"):
        given["timings"] = Timings(**known_members(Timings, timings))
    return Details(**given)
