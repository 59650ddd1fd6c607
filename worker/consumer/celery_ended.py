"""What `worker.consumer.celery_messages` asks of others when a task ends that never was a job, or becomes one."""

from collections.abc import Mapping
from typing import Any, Protocol

from jobs.job import Job, Status
from worker.consumer.celery_decode import TaskRequest


class Ends(Protocol):
    """Celery's side of ended tasks; see `worker.consumer.celery_ends.CeleryEnds`."""

    def freeze(self, request: TaskRequest) -> tuple[dict[str, Any], list[Any]]:
        """The request with ids for what follows it, and its children."""

    def exception_meta(self, error: Exception) -> Mapping[str, Any]:
        """An exception as the result backend keeps it."""

    def refuse(self, request: TaskRequest, error: Exception) -> None:
        """End a task that never was a job."""

    def answer(self, request: TaskRequest, value: Any) -> None:
        """The same, with a value. Raises InvalidTaskError."""

    def revoke(self, request: TaskRequest, *, stored: bool = True) -> None:
        """The same, as revoked. `stored`: as its result, too."""


class Told(Protocol):
    """Where it is told what becomes of messages that are no claims; see `worker.consumer.celery_events.TaskEvents`."""

    def set_aside(self, job: Job, headers: bytes, status: Status) -> None:
        """A task became a job that waits, is scheduled, or has ended already."""

    def refused(self, task_id: str, headers: bytes, error: Exception) -> None:
        """A task failed before it was a job."""

    def answered(self, task_id: str, headers: bytes) -> None:
        """A task succeeded that needs no job."""

    def revoked(self, task_id: str, headers: bytes) -> None:
        """A task was revoked before it was a job."""
