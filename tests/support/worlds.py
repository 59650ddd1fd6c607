"""A store and its time: the same test runs in memory and on Redis, and says `advance` where days should pass."""

from typing import Any, Protocol

import orjson
import redis

from bench.fill.ageing import AGE
from jobs.celery_task import CeleryMessage
from jobs.request import Priority
from jobs.store import JobStore
from store import queues
from store.jobs import RedisStore
from tests.support.clock import Clock
from tests.support.model_store import ModelStore


class World(Protocol):
    """A store whose time the test moves."""

    store: JobStore

    def now(self) -> int:
        """The store's own time, in milliseconds."""

    def advance(self, ms: int) -> None:
        """Let `ms` milliseconds pass."""

    def send(self, job_id: str) -> None:
        """Another Celery client sends a text by itself, with this task id."""


class ModelWorld:
    """The twin in memory, under a clock that stands still."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = ModelStore(self.clock)

    def now(self) -> int:
        return self.clock()

    def advance(self, ms: int) -> None:
        self.clock.advance(ms)

    def send(self, job_id: str) -> None:
        self.store.send(CeleryMessage(tag=f"sent-{job_id}", message=b""))


class RedisWorld:
    """A real Redis. Its clock cannot be moved, so everything in it is made older instead."""

    def __init__(self, client: redis.Redis) -> None:
        self.redis = client
        self.store = RedisStore(client)
        self._age = client.register_script(AGE)

    def now(self) -> int:
        answer: Any = self.redis.time()
        return int(answer[0]) * 1000 + int(answer[1]) // 1000

    def advance(self, ms: int) -> None:
        self._age(args=[ms])

    def send(self, job_id: str) -> None:
        headers = {"id": job_id, "task": queues.ANALYZE, "origin": "gen1@elsewhere"}
        message = {"headers": headers, "properties": {"delivery_tag": f"sent-{job_id}"}, "body": ""}
        self.redis.lpush(queues.QUEUES[Priority.NORMAL], orjson.dumps(message))
