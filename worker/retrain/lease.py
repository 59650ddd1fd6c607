"""Which trainer is at work on a retraining: one at a time, and another one once it is lost."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import redis

from jobs.errors import Unavailable
from store import keys
from store.scripts import RedisBase, translated
from telemetry.alive import PeriodicCall

#: How long a trainer that says nothing is taken to be at work, and how often it says so, in seconds.
LEASE_S, RENEW_S = 30.0, 5.0


class RetrainingLease(RedisBase):
    """A key that ends by itself."""

    @translated
    def take(self, task: str, owner: str) -> bool:
        """Whether `owner` may begin: nobody else is at work."""
        return bool(self._redis.set(keys.RETRAINING(task), owner, nx=True, px=round(LEASE_S * 1000)))

    @translated
    def renew(self, task: str, owner: str) -> None:
        """Say that `owner` goes on, as far as nobody else has begun since."""
        if not self.take(task, owner):
            self._if_own(task, owner, lambda pipe, key: pipe.pexpire(key, round(LEASE_S * 1000)))

    @translated
    def let_go(self, task: str, owner: str) -> None:
        """Nobody is at work any more, unless another one is."""
        self._if_own(task, owner, lambda pipe, key: pipe.delete(key))

    def _if_own(self, task: str, owner: str, act: Callable[[Any, str], object]) -> None:
        """Whoever said nothing for too long has another trainer's lease to respect."""
        key = keys.RETRAINING(task)
        with self._redis.pipeline() as pipe, suppress(redis.WatchError):
            pipe.watch(key)
            if pipe.get(key) != owner.encode():
                return
            pipe.multi()
            act(pipe, key)
            pipe.execute()

    @contextmanager
    def held(self, task: str, owner: str) -> Iterator[None]:
        """Renewed for as long as the context lasts, and then let go."""
        over = threading.Event()

        def renew() -> None:
            if not over.is_set():
                with suppress(Unavailable):
                    self.renew(task, owner)

        calls = PeriodicCall(renew, name="lease", every_s=RENEW_S)
        calls.start()
        try:
            yield
        finally:
            over.set()
            calls.stop()
            with suppress(Unavailable):
                self.let_go(task, owner)
