"""What is ready for the device and what is held, by lane."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence

from jobs.job import Claim
from jobs.lane import Lane
from worker.predict.prepare import Prepared

#: How long work waits for what is more urgent before it tells the watchdog that it is alive, in seconds.
LOOK_UP_S = 1.0
#: Threads of each lane that take turns on the device: while one has it, the other stores what it has judged.
DEVICE_THREADS = 2
#: Claims of each lane: one with each of those threads, and one that is ready beside them.
PLACES = DEVICE_THREADS + 1
#: Seconds after its claim that nobody asks whether a job was called off: that is a call of the store for each batch,
#: and whoever calls it off meanwhile is as late as while it is on the device.
FRESH_S = 0.05
#: How ids begin that we have made.
OURS = ("job_", "batch_")
#: The lanes that each lane gives way to.
_BEFORE = {lane: lane.before for lane in Lane}


class Lanes:
    """A bounded ready-queue per lane, and the device lock of each."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ready: dict[Lane, deque[Prepared]] = {lane: deque() for lane in Lane}
        self._places = {lane: threading.Semaphore(PLACES) for lane in Lane}
        self._open = set(Lane)
        self._working: Counter[Lane] = Counter()
        #: In these, work was taken that does not have the device yet.
        self._next: set[Lane] = set()
        self._devices = {lane: threading.Lock() for lane in Lane}

    def reserve(self, lane: Lane, timeout_s: float) -> bool:
        """Take a place for a claim that is about to be made; whether there was one in time."""
        return self._places[lane].acquire(timeout=timeout_s)

    def free(self, lane: Lane) -> None:
        """Give a place back: nothing was claimed for it."""
        self._places[lane].release()

    def put(self, lane: Lane, prepared: Prepared) -> None:
        """Lay work on a reserved place."""
        with self._changed:
            self._ready[lane].append(prepared)
            self._changed.notify_all()

    def take(self, lane: Lane) -> Prepared | None:
        """The lane's next work; waits for it, and for what is more urgent. None when it is closed and empty.

        Whoever took it calls `more` when it has the device. Until then all that is ready is for it to take along.
        """
        with self._changed:
            while True:
                if self._ready[lane] and lane not in self._next and not self._pressed(lane):
                    self._working[lane] += 1
                    self._next.add(lane)
                    return self._ready[lane].popleft()
                if lane not in self._open and not self._ready[lane]:
                    return None
                self._changed.wait()

    def more(self, lane: Lane, taken: Prepared, *, jobs: int, weight: int) -> list[Prepared]:
        """What is ready beside the work that was taken, and may be judged together with it: at most so many jobs and
        sentences in all. Their places are free; `done` is called once for all."""
        found = list[Prepared]()
        with self._changed:
            self._next.discard(lane)
            self._changed.notify_all()
            ready = self._ready[lane]
            jobs, weight = jobs - len(taken.claims), weight - taken.weight
            while ready and not (taken.alone or ready[0].alone):
                jobs, weight = jobs - len(ready[0].claims), weight - ready[0].weight
                if jobs < 0 or weight < 0:
                    break
                found.append(ready.popleft())
        for _ in found:
            self._places[lane].release()
        return found

    def done(self, lane: Lane) -> None:
        """What was taken is done; its place is free."""
        with self._changed:
            self._working[lane] -= 1
            self._changed.notify_all()
        self._places[lane].release()

    def acquire(self, lane: Lane, moves: Callable[[], None]) -> None:
        """Acquire the device for one thread of the lane; other lanes' threads may work beside it.

        `moves` is called now and then until it is free.
        """
        while not self._devices[lane].acquire(timeout=LOOK_UP_S):
            moves()

    def release(self, lane: Lane) -> None:
        """The device is free for the lane's other thread."""
        self._devices[lane].release()

    def give_way(self, lane: Lane, moves: Callable[[], None]) -> None:
        """Until nothing more urgent than the lane's work is left. `moves` is called at once, and now and then."""
        moves()
        while not self.clear(lane, LOOK_UP_S):
            moves()

    def clear(self, lane: Lane, timeout_s: float) -> bool:
        """Whether nothing more urgent is ready or in work, within `timeout_s`: the lane asks between two parts."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._pressed(lane), timeout_s)

    def _pressed(self, lane: Lane) -> bool:
        return any(self._ready[other] or self._working[other] > 0 for other in _BEFORE[lane])

    def close(self, lane: Lane) -> None:
        """Nothing more will come in this lane."""
        with self._changed:
            self._open.discard(lane)
            self._changed.notify_all()


class HeldClaims:
    """Claims by delivery tag, shared by the consumer's threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._claims: dict[str, Claim] = {}
        #: When each was made.
        self._since: dict[str, float] = {}
        #: Whoever claims holds this until the claims are added: two lanes that both see nothing held would otherwise
        #: each take a suspect.
        self.claiming = threading.Lock()
        #: In these lanes work waits that only a worker which holds nothing is handed: no less urgent work until then.
        self.wanted_empty: set[Lane] = set()

    def add(self, claims: Sequence[Claim]) -> None:
        """These are ours now."""
        with self._lock:
            self._claims.update((claim.tag, claim) for claim in claims)
            self._since.update(dict.fromkeys((claim.tag for claim in claims), self._clock()))

    def remove(self, claims: Sequence[Claim]) -> None:
        """These are not ours any more."""
        with self._lock:
            for claim in claims:
                self._claims.pop(claim.tag, None)
                self._since.pop(claim.tag, None)

    def fresh(self, claims: Sequence[Claim]) -> bool:
        """Whether all of these were made within `FRESH_S`. A task of a Celery client's own never is, whatever its id:
        revoked however late before it starts, it does not start."""
        since = self._clock() - FRESH_S
        with self._lock:
            return all(
                self._since.get(claim.tag, since) > since and claim.id.startswith(OURS) and not claim.celery_headers
                for claim in claims
            )

    def claims(self) -> list[Claim]:
        """All of them."""
        with self._lock:
            return list(self._claims.values())

    def exclude(self, lane: Lane) -> bool:
        """Whether nothing more may be claimed in the lane now.

        A review that was lost with a worker before is alone: were it to kill this one too, others would be blamed with
        it. A chunk that was, is without other bulk work; single reviews do not wait for it.
        """
        with self._lock:
            found = any(claim.suspect and (lane is Lane.BULK or not claim.chunk) for claim in self._claims.values())
        return found or not self.wanted_empty.isdisjoint(_BEFORE[lane])

    def __bool__(self) -> bool:
        return bool(self._claims)
