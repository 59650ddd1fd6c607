"""Reads the courses of jobs: what the scripts note of attempts that came to nothing, and where the last one is."""

from typing import Any

from jobs.attempt import Attempt, AttemptEnd, Course, worker_of
from jobs.errors import Gone, NotFound
from jobs.job import Status
from store import keys
from store.packed_record import unfolded
from store.scripts import RedisBase, translated

_READ = ("status", "attempt", "started_at", "finished_at", "expires_at", "tag", "course", "trace", "gone", "whole")


class RedisCourses(RedisBase):
    """The part of a `JobStore` that tells them."""

    @translated
    def course(self, tenant: str, job_id: str) -> Course:
        values: Any = self._redis.hmget(keys.JOB(tenant, job_id), _READ)
        found = unfolded(tenant, dict(zip(_READ, values, strict=True)), self._sealing)
        raw = {name: value.decode() for name, value in found.items() if value is not None and name != "whole"}
        if "gone" in raw:
            raise Gone
        if "status" not in raw:
            raise NotFound
        if "expires_at" in raw and int(raw["expires_at"]) <= self._now_ms():
            raise Gone
        return Course(attempts=(*_noted(raw.get("course", "")), *_last(raw)), trace=raw.get("trace", ""))


def _noted(course: str) -> list[Attempt]:
    """Attempts as `note_attempt` of `store/lua/lib/job.lua` writes them."""
    found = []
    for line in course.splitlines():
        number, started, ended, end, worker = line.split(" ", 4)
        found.append(
            Attempt(
                number=int(number), started_at=int(started), ended_at=int(ended), end=AttemptEnd(end),
                worker=worker or None,
            )
        )  # fmt: skip
    return found


def _last(raw: dict[str, str]) -> list[Attempt]:
    """The attempt that goes on, or the only one, of which nothing was noted."""
    status, number = Status(raw["status"]), int(raw.get("attempt", "1"))
    if "started_at" not in raw:
        return []
    last = Attempt(number=number, started_at=int(raw["started_at"]), worker=worker_of(raw.get("tag", "")))
    if status is Status.RUNNING:
        return [last]
    if status.terminal and number == 1 and "course" not in raw:
        end, ended = AttemptEnd(status.value), int(raw.get("finished_at", "0"))
        return [Attempt(number=1, started_at=last.started_at, ended_at=ended, end=end)]
    return []
