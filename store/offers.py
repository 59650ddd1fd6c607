"""Versions of models that workers may take from the store of models, beside those that their settings name."""

from dataclasses import asdict
from typing import Any

import orjson

from jobs.errors import Conflict
from jobs.members import known_members
from jobs.offer import Offer
from store import keys
from store.scripts import RedisBase, translated


class OfferStore(RedisBase):
    """Which there are, and where: of the whole deployment, as aliases are."""

    @translated
    def all(self) -> dict[str, Offer]:
        """By version."""
        rows: Any = self._redis.hgetall(keys.MODEL_OFFERS)
        found = [Offer(**known_members(Offer, orjson.loads(told))) for told in rows.values()]
        return {offer.version: offer for offer in sorted(found, key=lambda offer: offer.version)}

    @translated
    def make(self, offer: Offer) -> None:
        """Offer a version; again is the same. Raises Conflict when its name is another model's already."""
        self._redis.hsetnx(keys.MODEL_OFFERS, offer.version, orjson.dumps(asdict(offer)))
        if (there := self.all().get(offer.version)) is not None and there.address != offer.address:
            raise Conflict(f"{offer.version} is offered already, and is another model: {there.address}.")

    @translated
    def withdraw(self, version: str) -> bool:
        """Offer it no more: workers that start from now on do not have it. Whether it was offered."""
        return bool(self._redis.hdel(keys.MODEL_OFFERS, version))
