"""The models that a worker serves: which are in memory, within a budget, and which cannot be had."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from types import MappingProxyType

from jobs.served import ModelState, ServedModel
from worker.predict.prepare import Preparer

log = logging.getLogger(__name__)

#: How long a model that no alias names stays in memory without work, in seconds.
UNUSED_S = 20.0


class DoesNotFit(Exception):
    """A model alone is larger than the memory that there is for all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A version that can be loaded. `load` may raise whatever a model raises."""

    load: Callable[[], Preparer]
    digest: str = ""
    #: About what it takes in memory: its weights' file.
    bytes: int = 0


@dataclass(kw_only=True, slots=True)
class _Place:
    """What is known of one version."""

    source: Source | None
    loaded: Preparer | None = None
    used_at: float = 0.0
    since: int = 0
    jobs: int = 0
    error: str | None = None

    @property
    def bytes(self) -> int:
        return self.source.bytes if self.source else 0


class Shelf:
    """Loads on demand; shared by a worker's threads. What is taken out of memory is judged to its end by who has it."""

    def __init__(
        self,
        own: Preparer,
        sources: Mapping[str, Source] = MappingProxyType({}),
        *,
        most_bytes: int | None = None,
        on_failed: Callable[[str], None] = lambda version: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`own` is the worker's own, which is loaded; `sources` are by version, its own among them if it may be taken
        out of memory. `on_failed` is told of each that is taken out of service."""
        self._most_bytes, self._clock, self.on_failed = most_bytes, clock, on_failed
        self._own = own.version
        self._lock, self._loading = threading.Lock(), threading.Lock()
        now = _now()
        self._places = {
            version: _Place(source=sources.get(version), since=now, used_at=clock())
            for version in (self._own, *(version for version in sources if version != self._own))
        }
        self._places[self._own].loaded = own
        #: The versions that jobs may be claimed for.
        self.serves: tuple[str, ...] = tuple(self._places)

    @property
    def own(self) -> Preparer:
        """The worker's own model, without which there is no worker. Raises what loading it raises, if it has to be."""
        return self._places[self._own].loaded or self._load(self._own)

    def get(self, version: str | None) -> Preparer | None:
        """The model, loaded; None: the worker's own. None for one that this worker cannot have."""
        if version is None:
            place = self._places[self._own]
            place.used_at = self._clock()
            return place.loaded or self.own
        place_ = self._places.get(version)
        if place_ is None or place_.error is not None:
            return None
        place_.used_at = self._clock()
        if place_.loaded is not None:
            return place_.loaded
        try:
            return self._load(version)
        # Whatever a model's files and libraries come up with: it is taken out, the others live on.
        except Exception as error:
            self.fail(version, f"{type(error).__name__}: {error}")
            return None

    def _load(self, version: str) -> Preparer:
        with self._loading:
            place = self._places[version]
            if place.loaded is not None:
                return place.loaded
            assert place.source is not None
            self._make_room(version, place.source.bytes)
            began = self._clock()
            loaded = place.source.load()
            with self._lock:
                place.loaded, place.since, place.used_at = loaded, _now(), self._clock()
            log.info("loaded the model %s in %.1f s", version, self._clock() - began)
            return loaded

    def _make_room(self, version: str, needed: int) -> None:
        if self._most_bytes is None:
            return
        if needed > self._most_bytes:
            raise DoesNotFit(f"{version} takes {needed >> 20} MB, KRITIQ_MODEL_MEMORY_MB is {self._most_bytes >> 20}")
        with self._lock:
            loaded = sorted((place.used_at, name) for name, place in self._places.items() if place.loaded is not None)
            taken = sum(self._places[name].bytes for _, name in loaded)
            for _, name in loaded:
                if taken + needed <= self._most_bytes:
                    return
                if self._places[name].source is not None:
                    taken -= self._places[name].bytes
                    self._unload(name)

    def _unload(self, version: str) -> None:
        self._places[version].loaded, self._places[version].since = None, _now()
        log.info("took the model %s out of memory", version)

    def fail(self, version: str, error: str) -> None:
        """Take a model out of service, until the worker starts anew."""
        with self._lock:
            place = self._places[version]
            place.loaded, place.error, place.since = None, error, _now()
            self.serves = tuple(name for name, each in self._places.items() if each.error is None)
        log.error("the model %s is out of service here: %s", version, error)
        self.on_failed(version)

    def tidy(self, named: Set[str]) -> bool:
        """Take what is not `named` and has had no work for a while out of memory, but never all. Whether any was."""
        before = self._clock() - UNUSED_S
        with self._lock:
            loaded = sorted(
                (name for name, place in self._places.items() if place.loaded is not None),
                key=lambda name: self._places[name].used_at,
            )
            old = [name for name in loaded if self._places[name].used_at <= before and name not in named]
            unused = [name for name in old if self._places[name].source is not None]
            # One is always there.
            unused = unused if len(unused) < len(loaded) else unused[:-1]
            for name in unused:
                self._unload(name)
            return bool(unused)

    @property
    def several(self) -> bool:
        """Whether more than one is in memory."""
        return sum(place.loaded is not None for place in self._places.values()) > 1

    def loaded(self) -> list[Preparer]:
        """Those in memory."""
        return [place.loaded for place in self._places.values() if place.loaded is not None]

    def judged(self, version: str | None, jobs: int) -> None:
        """Counts jobs that a version has judged; None: the worker's own."""
        if (place := self._places.get(version or self._own)) is not None:
            place.jobs += jobs

    def said(self) -> tuple[ServedModel, ...]:
        """What the worker tells of its models."""
        return tuple(
            ServedModel(
                version=version,
                state=ModelState.FAILED if place.error is not None
                else ModelState.LOADED if place.loaded is not None else ModelState.UNLOADED,
                digest=place.source.digest if place.source else "",
                since=place.since, bytes=place.bytes, jobs=place.jobs, error=place.error,
            )
            for version, place in self._places.items()
        )  # fmt: skip


def _now() -> int:
    return time.time_ns() // 1_000_000
