"""What wakes a lane that found no work: somebody has put a message into one of its queues."""

import logging
import threading
from collections.abc import Sequence

import redis

from telemetry.trouble import Trouble

log = logging.getLogger(__name__)


class QueueWatcher:
    """Signals when a message lies in one of several queues.

    A queue is watched by moving its last message onto its own end (`BLMOVE q q RIGHT RIGHT`): that blocks in Redis
    while the queue is empty and changes nothing when it is not, so a message can never be lost between being seen
    and being claimed. One thread and one connection per queue, since Redis blocks on one list at a time for this.
    """

    def __init__(self, client: redis.Redis, queues: Sequence[str], *, block_s: float = 1.0) -> None:
        self._redis = client
        self._block_s = block_s
        self._signal = threading.Event()
        self._listen = threading.Event()
        self._stopped = threading.Event()
        #: Not watched now.
        self._left: set[str] = set()
        self._threads = {queue: self._thread(queue) for queue in queues}

    def _thread(self, queue: str) -> threading.Thread:
        return threading.Thread(target=self._watch, args=(queue,), name=f"watcher-{queue}", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        for thread in self._threads.values():
            thread.start()

    def wait(self, timeout_s: float) -> bool:
        """Whether there was work within `timeout_s`. Call it after a claim found nothing."""
        self._signal.clear()
        self._listen.set()
        signaled = self._signal.wait(timeout_s)
        self._listen.clear()
        return signaled

    def leave(self, queue: str) -> None:
        """Watch it no longer: what lies there is others'."""
        self._left.add(queue)

    def watch(self, queue: str) -> None:
        """Watch it, too: one that was left, or a new one. After `start`."""
        self._left.discard(queue)
        if queue not in self._threads:
            self._threads[queue] = thread = self._thread(queue)
            thread.start()

    def stop(self) -> None:
        """Wake whoever waits, and let the threads end."""
        self._stopped.set()
        self._listen.set()
        self._signal.set()

    def _watch(self, queue: str) -> None:
        trouble = Trouble(log, f"cannot watch the queue {queue}")
        while not self._stopped.is_set():
            self._listen.wait()
            if queue in self._left:
                self._stopped.wait(self._block_s)
                continue
            try:
                if self._redis.blmove(queue, queue, self._block_s, "RIGHT", "RIGHT") is not None:  # type: ignore[arg-type]
                    self._listen.clear()
                    self._signal.set()
            except redis.RedisError:
                # The claiming side notices too and says so; here only: no busy loop while Redis is away, full or a
                # replica, and no end of this thread.
                self._stopped.wait(0.2)
            except Exception as error:
                # Nobody would start this thread again, and every claim would wait for its full time.
                trouble.met(error, traceback=True)
                self._stopped.wait(1.0)
