"""The models that a worker serves: which are in memory, within a budget, and which cannot be had."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Set
from types import MappingProxyType

from jobs.served import ModelState, ServedModel
from worker.predict.places import DoesNotFit, Place, Refused, Source, giving_way, may_pass
from worker.predict.prepare import Preparer

log = logging.getLogger(__name__)

#: How long a model that no alias names stays in memory without work, in seconds.
UNUSED_S = 20.0
#: How long a model is out of service that failed for what may pass, in seconds.
AGAIN_S = 60.0
#: How often whoever waits while another model is loaded says so, in seconds.
SAID_S = 1.0


class Shelf:
    """Loads on demand; shared by a worker's threads. What is taken out of memory is judged to its end by who has it."""

    def __init__(
        self,
        own: Preparer,
        sources: Mapping[str, Source] = MappingProxyType({}),
        *,
        most_bytes: int | None = None,
        on_failed: Callable[[str], None] = lambda version: None,
        on_back: Callable[[str], None] = lambda version: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`own` is the worker's own, which is loaded; `sources` are by version, its own among them if it may be taken
        out of memory. `on_failed` is told of each that is taken out of service, `on_back` of each that comes back."""
        self._most_bytes, self._clock = most_bytes, clock
        self.on_failed, self.on_back = on_failed, on_back
        self._own = own.version
        self._lock, self._loading = threading.Lock(), threading.Lock()
        now = _now()
        self._places = {
            version: Place(source=sources.get(version), since=now, used_at=clock())
            for version in (self._own, *(version for version in sources if version != self._own))
        }
        self._places[self._own].loaded = own
        #: The versions that jobs may be claimed for.
        self.serves: tuple[str, ...] = tuple(self._places)

    @property
    def usable(self) -> bool:
        """Whether there is anything to claim for: without its own model a worker is none."""
        return self._own in self.serves

    def get(self, version: str | None, loading: Callable[[], None] = lambda: None) -> Preparer | None:
        """The model, loaded; None: the worker's own. None for one that this worker cannot have now.

        `loading` is called before it is loaded, and every second while another one is and this one waits.
        """
        name = version or self._own
        place = self._places.get(name)
        if place is None or place.error is not None:
            return None
        place.used_at = self._clock()
        if (loaded := place.loaded) is not None:
            return loaded
        while not self._loading.acquire(timeout=SAID_S):
            loading()
        try:
            loading()
            return self._load(name, place)
        # Whatever a model's files and libraries come up with: it is taken out, the others live on.
        except Exception as error:
            self.fail(name, f"{type(error).__name__}: {error}", passing=may_pass(error))
            return None
        finally:
            self._loading.release()

    def _load(self, version: str, place: Place) -> Preparer | None:
        if place.loaded is not None or place.error is not None:
            # Somebody else has tried meanwhile.
            return place.loaded
        assert place.source is not None
        self._make_room(version, place.source)
        began = self._clock()
        loaded = place.source.load()
        with self._lock:
            place.loaded, place.since, place.used_at = loaded, _now(), self._clock()
        log.info("loaded the model %s in %.1f s", version, self._clock() - began)
        return loaded

    def _make_room(self, version: str, source: Source) -> None:
        if self._most_bytes is None:
            return
        if source.bytes > self._most_bytes:
            raise DoesNotFit(
                f"{version} takes {source.bytes >> 20} MB, KRITIQ_MODEL_MEMORY_MB is {self._most_bytes >> 20}"
            )
        with self._lock:
            # What jobs ask for is loaded in any case: what could not be had again stays beside it.
            for name in giving_way(self._places, source, self._most_bytes)[0]:
                self._unload(name)

    def load(
        self, version: str, needed: Set[str], *, force: bool = False, loading: Callable[[], None] = lambda: None
    ) -> str | None:
        """Load a version because somebody asked for it; it stays until it is unloaded, or jobs need its room.

        Others make room, but none that is `needed`, unless `force` is true. Returns why it could not be loaded; then it
        is out of service. Raises Refused when there is no room.
        """
        place = self._known(version)
        with self._lock:
            if place.loaded is None and self._most_bytes is not None and place.source is not None:
                out, stays = giving_way(self._places, place.source, self._most_bytes, frozenset() if force else needed)
                if stays is not None:
                    raise Refused(
                        f"{version} takes {place.bytes >> 20} MB, and KRITIQ_MODEL_MEMORY_MB is "
                        f"{self._most_bytes >> 20}, beside {', '.join(stays) or 'nothing'}"
                    )
                for name in out:
                    self._unload(name)
        if self.get(version, loading) is None:
            return place.error or "it cannot be had now"
        place.kept = True
        return None

    def unload(self, version: str, needed: Set[str], *, force: bool = False) -> None:
        """Take a version out of memory because somebody asked for it; its next job loads it again. Raises Refused when
        it is `needed` and `force` is not true, and when it could not be loaded again."""
        place = self._known(version)
        with self._lock:
            if place.source is None:
                raise Refused("it is the only model that this worker has")
            if version in needed and not force:
                raise Refused("an alias stands for it")
            place.kept = False
            if place.loaded is not None:
                self._unload(version)

    def _known(self, version: str) -> Place:
        place = self._places.get(version)
        if place is None or place.error is not None:
            raise Refused(f"it is not served here{f': {place.error}' if place else ''}")
        return place

    def _unload(self, version: str) -> None:
        self._places[version].loaded, self._places[version].since = None, _now()
        log.info("took the model %s out of memory", version)

    def fail(self, version: str, error: str, *, passing: bool = False) -> None:
        """Take a model out of service: until the worker starts anew, or for a while if it is `passing`."""
        with self._lock:
            place = self._places[version]
            place.loaded, place.error, place.since, place.kept = None, error, _now(), False
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
                place.error, place.again_at, place.since = None, None, _now()
            self._serve()
        for name in back:
            log.info("the model %s is tried again", name)
            self.on_back(name)

    def add(self, version: str, source: Source) -> None:
        """Serve one more from now on; nothing happens when there is one of that name."""
        with self._lock:
            if version in self._places:
                return
            self._places[version] = Place(source=source, since=_now(), used_at=self._clock())
            self._serve()
        log.info("the model %s is offered", version)
        self.on_back(version)

    def found(self, instead_of: str, version: str, source: Source) -> None:
        """What was in its place as `instead_of`, because nobody could read its version, is this one."""
        with self._lock:
            others = {name: place for name, place in self._places.items() if name != instead_of}
            self._places = others | {version: Place(source=source, since=_now(), used_at=self._clock())}
            self._serve()
        log.info("the model %s is found", version)
        self.on_back(version)

    def _serve(self) -> None:
        self.serves = tuple(name for name, each in self._places.items() if each.error is None)

    def tidy(self, named: Set[str]) -> bool:
        """Take what is neither `named` nor kept, and has had no work for a while, out of memory, but never all. Whether
        any was."""
        before = self._clock() - UNUSED_S
        with self._lock:
            loaded = sorted(
                (name for name, place in self._places.items() if place.loaded is not None),
                key=lambda name: self._places[name].used_at,
            )
            old = [name for name in loaded if self._places[name].used_at <= before and name not in named]
            unused = [name for name in old if self._places[name].source is not None and not self._places[name].kept]
            # One is always there.
            unused = unused if len(unused) < len(loaded) else unused[:-1]
            for name in unused:
                self._unload(name)
            return bool(unused)

    @property
    def several(self) -> bool:
        """Whether more than one is in memory."""
        return sum(place.loaded is not None for place in self._places.values()) > 1

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
                runs=() if place.loaded is None else place.loaded.runs,
            )
            for version, place in self._places.items()
        )  # fmt: skip


def _now() -> int:
    return time.time_ns() // 1_000_000
