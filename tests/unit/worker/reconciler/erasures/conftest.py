"""A deployment with jobs of a guest and of another, whose reconcilers carry erasures out."""

from collections.abc import Callable
from typing import Any

import pytest
import redis

from jobs.erasure import Erasure
from jobs.job import new_id
from store.audit import AuditStore
from store.erasures import ErasureStore
from store.jobs import RedisStore
from store.whose import Whose
from tests.support.factories import create
from worker.reconciler.erasures import Erasures

GUEST, JOBS = "gast-Zeisig", 3


class Deployment:
    """Reconcilers over a Redis whose clock the test moves."""

    def __init__(self, client: redis.Redis) -> None:
        self.client, self.ahead_ms, self.seconds = client, 0, 0.0
        self.store = ErasureStore(client, offset_ms=lambda: self.ahead_ms)
        self.audit = AuditStore(client, most=100, lifetime_s=3_600)

    def reconciler(self) -> Erasures:
        return Erasures(self.client, self.audit, store=self.store, clock=lambda: self.seconds)

    def ask(self, **whose: Any) -> str:
        return self.store.ask(new_id("erasure"), Whose(**{"tenant": "default"} | whose)).id

    def get(self, erasure_id: str) -> Erasure:
        return self.store.get("default", erasure_id)

    def noted(self) -> list[tuple[str, str]]:
        return [(entry.action, entry.objects["erasure_id"]) for entry in self.audit.page("default", size=9).entries]

    def everything(self) -> bytes:
        """All that Redis has, in one piece."""
        return b"".join(self.client.dump(name) or b"" for name in self.client.scan_iter())


@pytest.fixture
def deployment(redis_client: redis.Redis) -> Deployment:
    made = Deployment(redis_client)
    for _ in range(JOBS):
        create(RedisStore(redis_client), external_author=GUEST, restaurant="adler")
    create(RedisStore(redis_client), external_author="gast-Amsel", restaurant="adler")
    return made


def at_renewal(erasures: Erasures, number: int, does: Callable[[], object], *, before: bool = False) -> None:
    """Have something happen when a reconciler notes for the so manyth time how far it is, behind it or `before`."""
    renew, seen = erasures._store.renew, 0

    def renewing(*args: Any, **kwargs: Any) -> bool:
        nonlocal seen
        seen += 1
        if seen == number and before:
            does()
        noted = renew(*args, **kwargs)
        if seen == number and not before:
            does()
        return noted

    # The store is each reconciler's own from here on.
    erasures._store = ErasureStore(erasures._store.client, offset_ms=erasures._store._offset_ms)
    erasures._store.renew = renewing  # type: ignore[method-assign]
