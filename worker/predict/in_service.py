"""Which models a worker serves, and what is known of each: in memory or not, on its way, or out of service."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from jobs.served import ModelState, ServedModel
from worker.predict.places import DoesNotFit, Place, Source
from worker.predict.prepare import Preparer

log = logging.getLogger(__name__)

#: How long a model is out of service that failed for what may pass, in seconds.
AGAIN_S = 60.0


class InService:
    """The places of a shelf; shared by a worker's threads."""

    def __init__(
        self,
        own: Preparer,
        sources: Mapping[str, Source] = MappingProxyType({}),
        *,
        only: Source | None = None,
        most_bytes: int | None = None,
        on_failed: Callable[[str], None] = lambda version: None,
        on_back: Callable[[str], None] = lambda version: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`own` is the worker's own, which is loaded; `sources` are by version, its own among them if it may be taken
        out of memory; if it may not, `only` is what is told of it. `on_failed` is told of each that jobs may not be
        claimed for any more, `on_back` of each that they may be claimed for again."""
        self._most_bytes, self._clock, self._only = most_bytes, clock, only
        self.on_failed, self.on_back = on_failed, on_back
        self._own = own.version
        #: Whoever loads something into memory has the second, for as long as that takes.
        self._lock, self._loading = threading.Lock(), threading.Lock()
        now = now_ms()
        self._places = {
            version: Place(source=sources.get(version), since=now, used_at=clock())
            for version in (self._own, *(version for version in sources if version != self._own))
        }
        self._places[self._own].loaded = own
        #: The versions that jobs may be claimed for.
        self.serves: tuple[str, ...] = tuple(self._places)
        for version in sources:
            if version != self._own:
                self._check_room(version)

    @property
    def usable(self) -> bool:
        """Whether there is anything to claim for: without its own model a worker is none."""
        return self._places[self._own].error is None

    def called(self, version: str | None) -> str:
        """The version; None: that of the worker's own model."""
        return version or self._own

    def has(self, version: str | None) -> bool:
        """Whether the version is in memory; None: the worker's own."""
        place = self._places.get(version or self._own)
        return place is not None and place.loaded is not None

    def expect(self, version: str) -> bool:
        """Claim nothing for a model that is not in memory until it has `arrived`; False when it is there, cannot be
        had, or is on its way already."""
        with self._lock:
            place = self._places.get(version)
            if place is None or place.error is not None or place.loaded is not None or place.expected:
                return False
            place.expected = True
            self._serve()
        self.on_failed(version)
        return True

    def arrived(self, version: str) -> None:
        """Whether or not it is in memory now, jobs may be claimed for it again unless it has failed."""
        with self._lock:
            place = self._places[version]
            place.expected = False
            self._serve()
        if place.error is None:
            self.on_back(version)

    def fail(self, version: str, error: str, *, passing: bool = False) -> None:
        """Take a model out of service: until the worker starts anew, or for a while if it is `passing`."""
        with self._lock:
            place = self._places[version]
            place.loaded, place.error, place.since, place.kept = None, error, now_ms(), False
            place.again_at = self._clock() + AGAIN_S if passing else None
            self._serve()
        log.error("the model %s is out of service here: %s", version, error)
        self.on_failed(version)

    def broken(self, loaded: Preparer, error: str) -> None:
        """Take a model out of service for a while that judged, and does not any more; loaded anew, it may."""
        for version in [name for name, each in self._places.items() if each.loaded is loaded]:
            self.fail(version, error, passing=True)

    def try_again(self) -> None:
        """Put back into service what failed a while ago for what may have passed: its next job loads it."""
        with self._lock:
            now = self._clock()
            back = [name for name, each in self._places.items() if each.again_at is not None and each.again_at <= now]
            for name in back:
                place = self._places[name]
                place.error, place.again_at, place.since = None, None, now_ms()
            self._serve()
        for name in back:
            log.info("the model %s is tried again", name)
            self.on_back(name)

    def again(self, version: str) -> bool:
        """Try what is out of service at once; jobs may be claimed for it when it has `arrived`. False if it is not."""
        with self._lock:
            place = self._places[version]
            if place.error is None or place.source is None:
                return False
            place.error, place.again_at, place.since, place.expected = None, None, now_ms(), True
            return True

    def _check_room(self, version: str) -> None:
        """What can never fit is out of service before a job waits for it."""
        place = self._places[version]
        if place.source is not None and (why := self._too_large(version, place.source)) is not None:
            self.fail(version, f"{DoesNotFit.__name__}: {why}")

    def _too_large(self, version: str, source: Source) -> str | None:
        if self._most_bytes is None or source.bytes <= self._most_bytes:
            return None
        return f"{version} takes {source.bytes >> 20} MB, KRITIQ_MODEL_MEMORY_MB is {self._most_bytes >> 20}"

    def add(self, version: str, source: Source) -> None:
        """Serve one more from now on; nothing happens when there is one of that name."""
        with self._lock:
            if version in self._places:
                return
            self._places[version] = Place(source=source, since=now_ms(), used_at=self._clock())
            self._serve()
        log.info("the model %s is offered", version)
        self.on_back(version)
        self._check_room(version)

    def found(self, instead_of: str, version: str, source: Source) -> None:
        """What was in its place as `instead_of`, because nobody could read its version, is this one."""
        with self._lock:
            others = {name: place for name, place in self._places.items() if name != instead_of}
            self._places = others | {version: Place(source=source, since=now_ms(), used_at=self._clock())}
            self._serve()
        log.info("the model %s is found", version)
        self.on_back(version)
        self._check_room(version)

    def _serve(self) -> None:
        self.serves = tuple(name for name, each in self._places.items() if each.error is None and not each.expected)

    def judged(self, version: str | None, jobs: int) -> None:
        """Counts jobs that a version has judged; None: the worker's own."""
        if (place := self._places.get(version or self._own)) is not None:
            place.jobs += jobs

    def served(self) -> tuple[ServedModel, ...]:
        """What the worker tells of its models."""
        return tuple(
            ServedModel(
                version=version,
                state=ModelState.FAILED if place.error is not None
                else ModelState.LOADED if place.loaded is not None else ModelState.UNLOADED,
                digest=source.digest if source else "",
                since=place.since, bytes=source.bytes if source else 0, jobs=place.jobs, error=place.error,
                runs=() if place.loaded is None else place.loaded.runs,
                here=place.loaded is not None or source is None or source.here(),
            )
            for version, place in self._places.items()
            for source in [place.source or (self._only if version == self._own else None)]
        )  # fmt: skip


def now_ms() -> int:
    return time.time_ns() // 1_000_000
