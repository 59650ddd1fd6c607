"""The three workers that the same tests run against, and how each is started."""

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import redis
from celery import Celery
from celery.exceptions import TimeoutError as NoResult
from celery.result import AsyncResult

from tests.celery.user_worker import QUEUE as USER_QUEUE
from tests.celery.watch import Watch
from tests.celery.work import Gate, make_gate
from tests.support.processes import Process
from tests.support.waiting import wait_for

#: The task that all subjects have.
ANALYZE = "kritiq.analyze"
#: Where a client that configures nothing sends its tasks.
DEFAULT_QUEUE = "celery"
#: Where raw bytes that are no Celery message are kept for the operator.
REJECTED = "kritiq:rejected"
REVIEW = "Das Essen war gut."
WORKER = "worker@conformance"
#: The secret of the organisation acme.
PRODUCER = "p" * 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """One kind of worker."""

    name: str
    #: A module of these tests and its arguments after the worker's name.
    module: str
    options: tuple[str, ...] = ()

    def start(self, redis_url: str, name: str = WORKER) -> Process:
        """A new process of it; returns at once."""
        env = {"CONFORMANCE_REDIS": redis_url, "KRITIQ_REDIS_URL": redis_url, "KRITIQ_TOKEN_BUDGET": "2048"}
        env["KRITIQ_PRODUCERS"] = f"acme:{PRODUCER}"
        return Process(name, *self.options, env=env, module=self.module)


STOCK = Subject(name="stock", module="tests.celery.stock_worker")
KRITIQ = Subject(name="kritiq", module="tests.celery.kritiq_worker")
PLAIN = Subject(name="plain", module="tests.celery.kritiq_worker", options=("--plain",))
SUBJECTS = (STOCK, KRITIQ, PLAIN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """A subject at work on a Redis of its own, as a client of Celery's sees it."""

    subject: Subject
    url: str
    #: A client that knows the broker and nothing of ours.
    app: Celery
    redis: redis.Redis
    watch: Watch
    #: How long an end is waited for, in seconds.
    patience_s: float = 30.0
    #: The gates of this test.
    gates: list[Gate] = field(default_factory=list)

    def send(self, *args: Any, **options: Any) -> AsyncResult:
        """Send the task by name: `args` are its arguments, `options` those of `apply_async`, `kwargs` among them."""
        return self.app.send_task(ANALYZE, args, **options)

    def task(self, *args: Any, immutable: bool = False, **kwargs: Any) -> Any:
        """A signature of the task, for the canvas."""
        return self.app.signature(ANALYZE, args=args, kwargs=kwargs, immutable=immutable)

    def note(self, key: str, **options: Any) -> Any:
        """A signature of the user's own task that notes what it is given."""
        return self.app.signature("user.note", kwargs={"key": key}, queue=USER_QUEUE, **options)

    def errback(self, key: str) -> Any:
        """A signature of the user's own task for failures."""
        return self.app.signature("user.failed", kwargs={"key": key}, queue=USER_QUEUE)

    def give(self, value: Any) -> Any:
        """A signature of the user's own task that returns `value`."""
        return self.app.signature("user.give", args=(value,), queue=USER_QUEUE)

    def noted(self, key: str) -> dict[str, Any]:
        """What the user's task was given, when it has run."""
        found = self.redis.blpop([f"note:{key}"], self.patience_s)
        assert found is not None, "the follow-up never ran"
        seen: dict[str, Any] = json.loads(found[1])
        return seen

    def gate(self, *, seconds: float = 20.0) -> Gate:
        """A text that holds the worker."""
        gate = make_gate(self.redis, seconds=seconds)
        self.gates.append(gate)
        return gate

    def end(self, result: AsyncResult) -> AsyncResult:
        """`result` when it is there; failures are not raised."""
        try:
            result.get(timeout=self.patience_s, propagate=False, interval=0.05)
        except NoResult:
            raise AssertionError(f"left without an end: {result.id} is {result.state}") from None
        return result

    def value(self, result: AsyncResult) -> Any:
        """The task's value; fails when it did not succeed."""
        ended = self.end(result)
        assert ended.state == "SUCCESS", (ended.state, ended.result)
        return ended.result

    def failure(self, result: AsyncResult) -> Exception:
        """The task's exception; fails when it did not fail."""
        ended = self.end(result)
        assert ended.state == "FAILURE", (ended.state, ended.result)
        assert isinstance(ended.result, Exception)
        return ended.result

    def control(self, command: str, **arguments: Any) -> Any:
        """The worker's answer to a remote control command: a dictionary with `ok` or `error`, or a value."""
        timeout_s = max(2.0, self.patience_s)
        answers = self.app.control.broadcast(
            command, arguments=arguments, destination=[WORKER], reply=True, timeout=timeout_s, limit=1
        )
        assert answers, f"the worker does not answer {command}"
        (answer,) = answers[0].values()
        return answer

    def alive(self) -> None:
        """Fails unless the worker still does what is sent after all this."""
        assert self.value(self.send(REVIEW))


def fresh_key() -> str:
    """A name that no other test uses."""
    return uuid.uuid4().hex


def is_up(app: Celery, name: str = WORKER) -> bool:
    """Whether the worker answers, which none does before it takes tasks."""
    found = app.control.broadcast("ping", reply=True, timeout=0.5, limit=1, destination=[name])
    return bool(found)


def eventually(there: Running, condition: Callable[[], Any], what: str) -> Any:
    """The first true value of `condition` within the patience of this test."""
    return wait_for(condition, what, deadline_s=there.patience_s)


def names_of(subjects: Sequence[Subject]) -> list[str]:
    """Their names, as tests' ids show them."""
    return [subject.name for subject in subjects]
