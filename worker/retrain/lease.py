"""Which trainer is at work on a retraining: one at a time, and another one once it is lost."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import redis

from jobs.errors import Unavailable
from store import retraining_keys
from store.scripts import RedisBase, translated
from telemetry.alive import PeriodicCall

#: How long a trainer that says nothing is taken to be at work, and how often it says so, in seconds.
LEASE_S, RENEW_S = 30.0, 5.0


class RetrainingLease(RedisBase):
    """A key that ends by itself."""

    @translated
    def take(self, task: str, owner: str) -> bool:
        """Whether `owner` may begin: nobody else is at work."""
        return bool(self._redis.set(retraining_keys.RETRAINING(task), owner, nx=True, px=round(LEASE_S * 1000)))

    @translated
    def renew(self, task: str, owner: str) -> bool:
        """Say that `owner` goes on; False when another one has begun since."""
        return self.take(task, owner) or self._if_own(
            task, owner, lambda pipe, key: pipe.pexpire(key, round(LEASE_S * 1000))
        )

    @translated
    def let_go(self, task: str, owner: str) -> None:
        """Nobody is at work any more, unless another one is."""
        self._if_own(task, owner, lambda pipe, key: pipe.delete(key))

    def _if_own(self, task: str, owner: str, act: Callable[[Any, str], object]) -> bool:
        """Act, unless somebody else has it: whoever said nothing for too long has another trainer's to respect."""
        key = retraining_keys.RETRAINING(task)
        with self._redis.pipeline() as pipe, suppress(redis.WatchError):
            pipe.watch(key)
            if (found := pipe.get(key)) != owner.encode():
                return found is None
            pipe.multi()
            act(pipe, key)
            pipe.execute()
        return True

    @contextmanager
    def held(self, task: str, owner: str) -> Iterator[threading.Event]:
        """Renewed for as long as the context lasts, and then let go. The event is set once another one has begun."""
        over, lost = threading.Event(), threading.Event()

        def renew() -> None:
            if not over.is_set():
                with suppress(Unavailable):
                    if not self.renew(task, owner):
                        lost.set()

        calls = PeriodicCall(renew, name="lease", every_s=RENEW_S)
        calls.start()
        try:
            yield lost
        finally:
            over.set()
            calls.stop()
            with suppress(Unavailable):
                self.let_go(task, owner)
