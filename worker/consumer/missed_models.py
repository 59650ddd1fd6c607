"""Models of a worker that it missed as it started: nobody could say what they are, and later somebody may."""

import logging
import threading
import time
from collections.abc import Callable, Mapping

from worker.predict.in_service import AGAIN_S
from worker.predict.places import Source, may_pass
from worker.predict.shelf import Shelf

log = logging.getLogger(__name__)


class MissedModels:
    """Looks for them every `AGAIN_S` seconds. `look` returns at once: finding one may mean that it is downloaded."""

    def __init__(
        self,
        missed: Mapping[str, str],
        shelf: Shelf,
        find: Callable[[str], tuple[str, Source]],
        *,
        start: Callable[[Callable[[], None]], object] = lambda look: threading.Thread(target=look, daemon=True).start(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`missed` says what each is called on the shelf instead of its version, and where it is. `find` gives the
        version and what loads it, or raises why not. `start` runs what it is given, on a thread of its own."""
        self._missed, self._shelf, self._find = dict(missed), shelf, find
        self._start, self._clock = start, clock
        self._at_work, self._next_at = False, clock() + AGAIN_S

    def look(self) -> None:
        """Look for those that are still missed, if it is time and nobody does so already."""
        if self._missed and not self._at_work and self._clock() >= self._next_at:
            self._at_work = True
            self._start(self._look)

    def _look(self) -> None:
        try:
            for instead_of, model in list(self._missed.items()):
                self._look_for(instead_of, model)
        finally:
            # Whatever went wrong, they are looked for again.
            self._at_work, self._next_at = False, self._clock() + AGAIN_S

    def _look_for(self, instead_of: str, model: str) -> None:
        try:
            version, source = self._find(model)
        # Whatever a hub's library comes up with.
        except Exception as error:
            log.warning("the model %s cannot be had yet: %s", model, error)
            if not may_pass(error):
                self._gone(instead_of, str(error))
            return
        known = {each.version for each in self._shelf.served()}
        # Where it is on the shelf itself, those who are told of it have not heard yet.
        if {version, instead_of} <= known:
            self._gone(instead_of, f"it is {version}, as another one is")
            return
        self._shelf.found(instead_of, version, source)
        del self._missed[instead_of]

    def _gone(self, instead_of: str, why: str) -> None:
        self._shelf.fail(instead_of, why)
        del self._missed[instead_of]
