"""Versions that are offered while a worker runs: it has them from then on, and downloads one at its first job."""

import logging
from collections.abc import Callable, Mapping

from jobs.offer import Offer
from model.artifact.version_address import VersionAddress
from worker.predict.places import Source
from worker.predict.shelf import Shelf

log = logging.getLogger(__name__)


class OfferedModels:
    """Puts them on the shelf. Only what lies in the worker's own store of models: nobody else says where it looks."""

    def __init__(
        self, shelf: Shelf, store: str, offers: Callable[[], Mapping[str, Offer]], load: Callable[[Offer], Source]
    ) -> None:
        """`store`: the address of the store, '' for none. `load` makes of an offer what loads it."""
        self._shelf, self._store, self._offers, self._load = shelf, store, offers, load
        self._refused = set[str]()

    def look(self) -> None:
        """Have what is new. Raises Unavailable."""
        if not self._store:
            return
        known = {each.version for each in self._shelf.served()} | self._refused
        for version, offer in self._offers().items():
            if version in known:
                continue
            address = VersionAddress.parse(offer.address)
            if address is None or not address.lies_in(self._store):
                self._refused.add(version)
                log.warning("%s is offered from %s, which is not KRITIQ_MODEL_STORE", version, offer.address)
                continue
            self._shelf.add(version, self._load(offer))
