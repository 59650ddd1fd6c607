"""The models that a worker serves: which are in memory, within a budget, and which cannot be had."""

import logging
from collections.abc import Callable, Set

from worker.predict.in_service import InService, now_ms
from worker.predict.places import DoesNotFit, Place, Refused, Source, giving_way, may_pass
from worker.predict.prepare import Preparer

log = logging.getLogger(__name__)

#: How long a model that no alias names stays in memory without work, in seconds.
UNUSED_S = 20.0
#: How often whoever waits while another model is loaded says so, in seconds.
SAID_S = 1.0


class Shelf(InService):
    """Loads on demand; shared by a worker's threads. What is taken out of memory is judged to its end by who has it."""

    def get(
        self, version: str | None, loading: Callable[[], None] = lambda: None, *, patient: bool = True
    ) -> Preparer | None:
        """The model, loaded; None: the worker's own. None for one that this worker cannot have now; unless `patient`,
        also while another thread loads it.

        `loading` is called before it is loaded, and every second while another one is and this one waits.
        """
        name = self.called(version)
        place = self._places.get(name)
        if place is None or place.error is not None:
            return None
        place.used_at = self._clock()
        if (loaded := place.loaded) is not None:
            return loaded
        with self._lock:
            if place.loaders and not patient:
                return None
            place.loaders += 1
        try:
            loading()
            return self._brought(name, place, loading)
        # Whatever a model's files and libraries come up with: it is taken out, the others live on.
        except Exception as error:
            self.fail(name, f"{type(error).__name__}: {error}", passing=may_pass(error))
            return None
        finally:
            with self._lock:
                place.loaders -= 1

    def _brought(self, version: str, place: Place, loading: Callable[[], None]) -> Preparer | None:
        assert place.source is not None
        # A bucket or hub may be slow: neither are others loaded later for it, nor does anything make room before.
        place.source.fetch()
        while not self._loading.acquire(timeout=SAID_S):
            loading()
        try:
            return self._load(version, place)
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
            place.loaded, place.since, place.used_at = loaded, now_ms(), self._clock()
        log.info("loaded the model %s in %.1f s", version, self._clock() - began)
        return loaded

    def _make_room(self, version: str, source: Source) -> None:
        if self._most_bytes is None:
            return
        if (why := self._too_large(version, source)) is not None:
            # Of what was on offer it is not known before it is here.
            raise DoesNotFit(why)
        with self._lock:
            # What jobs ask for is loaded in any case: what could not be had again stays beside it.
            for name in giving_way(self._places, source, self._most_bytes)[0]:
                self._unload(name)

    def load(
        self, version: str, needed: Set[str], *, force: bool = False, loading: Callable[[], None] = lambda: None
    ) -> str | None:
        """Load a version because somebody asked for it, also one that is out of service; it stays until it is unloaded,
        or jobs need its room.

        Others make room, but none that is `needed`, unless `force` is true. Returns why it could not be loaded; then it
        is out of service. Raises Refused when there is no room.
        """
        place = self._known(version)
        before, passing = place.error, place.again_at is not None
        tried_again = self.again(version)
        try:
            return self._loaded(version, place, needed, force=force, loading=loading)
        except Refused:
            if tried_again and before is not None:
                # It was not tried.
                self.fail(version, before, passing=passing)
            raise
        finally:
            if tried_again:
                self.arrived(version)

    def _loaded(
        self, version: str, place: Place, needed: Set[str], *, force: bool, loading: Callable[[], None]
    ) -> str | None:
        with self._lock:
            if place.loaded is None and self._most_bytes is not None and place.source is not None:
                out, stays = giving_way(self._places, place.source, self._most_bytes, frozenset() if force else needed)
                if stays is not None:
                    room = {"megabytes": place.bytes >> 20, "most": self._most_bytes >> 20}
                    if not stays:
                        raise Refused("no_room", version=version, **room)
                    raise Refused("no_room_beside", version=version, **room, others=tuple(stays))
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
        if place.error is not None:
            raise Refused("not_served_since", error=place.error)
        with self._lock:
            if place.source is None:
                raise Refused("only_model")
            if version in needed and not force:
                raise Refused("needed")
            place.kept = False
            if place.loaded is not None:
                self._unload(version)

    def _known(self, version: str) -> Place:
        place = self._places.get(version)
        if place is None:
            raise Refused("not_served_here")
        return place

    def _unload(self, version: str) -> None:
        self._places[version].loaded, self._places[version].since = None, now_ms()
        log.info("took the model %s out of memory", version)

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
