"""What Flower is told of tasks: Celery's own events, with what a job is about and never its text."""

import time
from collections.abc import Sequence

from celery import Celery

from jobs.celery_task import UntoldEnd
from jobs.job import Claim, Job, Outcome, Status
from store import queues
from worker.consumer.celery_headers import CHUNK, Headers, read_headers
from worker.consumer.celery_state import HeldTasks, headers_of
from worker.consumer.event_sender import Event, EventSender


class TaskEvents:
    """Tells of claims (`worker.consumer.intake.Events`) and of messages that became none (`celery_ended.Told`)."""

    def __init__(self, app: Celery, hostname: str, model: str = "") -> None:
        """`model` is the name of the one that judges, for monitors."""
        #: What the worker holds, for remote control.
        self.tasks = HeldTasks(hostname, model)
        self._sender = EventSender(app, hostname)

    def want(self, wanted: bool) -> None:
        """Whether anything is told from now on; what the worker holds is known all the same."""
        self._sender.wanted = wanted

    def received(self, claims: Sequence[Claim]) -> None:
        """These were claimed."""
        now = time.time()
        self._sender.put(
            [
                self._received(task.id, task.headers, task.kwargs, now, before=task.attempt - 1)
                for task in self.tasks.received(claims)
            ]
        )

    def started(self, claims: Sequence[Claim]) -> None:
        """These are on the device."""
        now, event = time.time(), self._sender.event
        self._sender.put([event("task-started", task.id, now) for task in self.tasks.started(claims)])

    def ended(self, outcomes: Sequence[Outcome], states: Sequence[Status | None]) -> None:
        """Attempts ended; nothing is told of one that was not ours to end."""
        now, event = time.time(), self._sender.event
        events: list[Event] = []
        tasks = self.tasks.ended([outcome.claim for outcome in outcomes])
        for outcome, state, task in zip(outcomes, states, tasks, strict=True):
            began, task_id = (task.time_start, task.id) if task else (None, outcome.claim.task_id)
            if state is Status.SUCCEEDED:
                events.append(event("task-succeeded", task_id, now, result="", runtime=now - (began or now)))
            elif state is Status.FAILED:
                events.append(event("task-failed", task_id, now, exception=_why(outcome), traceback=""))
            elif state is not None:
                events.append(self._revoked(task_id, now, state, began=began is not None))
        self._sender.put(events)

    def ended_elsewhere(self, ends: Sequence[UntoldEnd]) -> None:
        """These ended without an attempt of this worker's, or of anybody's."""
        events: list[Event] = []
        for end in ends:
            at = end.at / 1000
            if not end.known:
                headers = Headers(name=CHUNK if end.chunk else queues.REVIEW, type=queues.PREDICT)
                events.append(self._received(end.task, headers, self.tasks.kwargs_of(end.restaurant, "auto"), at))
            if end.status is Status.FAILED:
                why = f"WorkerLostError({end.why!r})"
                events.append(self._sender.event("task-failed", end.task, at, exception=why, traceback=""))
            else:
                events.append(self._revoked(end.task, at, end.status, began=end.began))
        self._sender.put(events)

    def set_aside(self, job: Job, headers: bytes, status: Status) -> None:
        """A Celery client's task became a job that waits, is scheduled, or has ended already."""
        now, kwargs = time.time(), self.tasks.kwargs_of(job.request.restaurant, job.request.language)
        events = [self._received(job.task_id, read_headers(headers), kwargs, now)]
        if status.terminal:
            events.append(self._revoked(job.task_id, now, status, began=False))
        self._sender.put(events)

    def refused(self, task_id: str, headers: bytes, error: Exception) -> None:
        """A Celery client's task failed before it was a job."""
        # The client is told in its result what is wrong; monitors, which keep it for long, hear no word of it but the
        # names of tasks, which they are told anyway.
        shown = read_headers(headers)
        harmless = isinstance(error, NotImplementedError) or error.args == (shown.type,)
        now, why = time.time(), repr(error) if harmless else f"{type(error).__name__}()"
        failed = self._sender.event("task-failed", task_id, now, exception=why, traceback="")
        self._sender.put([self._received(task_id, shown, "{}", now), failed])

    def revoked(self, task_id: str, headers: bytes) -> None:
        """A Celery client's task was revoked before it was a job."""
        now = time.time()
        received = self._received(task_id, read_headers(headers), "{}", now)
        self._sender.put([received, self._revoked(task_id, now, Status.CANCELED, began=False)])

    def answered(self, task_id: str, headers: bytes) -> None:
        """A Celery client's task succeeded that needs no job."""
        now, event = time.time(), self._sender.event
        done = event("task-succeeded", task_id, now, result="", runtime=0.0)
        received = self._received(task_id, read_headers(headers), "{}", now)
        self._sender.put([received, event("task-started", task_id, now), done])

    def close(self) -> None:
        """Send what waits, and give the connection back."""
        self._sender.close()

    def _received(self, task_id: str, headers: Headers, kwargs: str, now: float, *, before: int = 0) -> Event:
        return self._sender.event(
            "task-received", task_id, now, name=headers.name, args="()", kwargs=kwargs, eta=headers.eta,
            expires=headers.expires, retries=headers.retries + before, root_id=headers.root or task_id,
            parent_id=headers.parent,
        )  # fmt: skip

    def _revoked(self, task_id: str, now: float, status: Status, *, began: bool) -> Event:
        expired = status is Status.EXPIRED
        # Of one that was called off on the device Celery says that it was terminated.
        return self._sender.event(
            "task-revoked", task_id, now, terminated=began and not expired, signum=None, expired=expired
        )


def _why(outcome: Outcome) -> str:
    """Why a job failed, as its result names it."""
    if outcome.status is Status.FAILED and outcome.error is not None:
        return f"RuntimeError({outcome.error.message!r})"
    # It was judged, or not begun any more, and failed all the same: it took longer than its client allows.
    return headers_of(outcome.claim).late
