"""Versions of models that are offered to workers."""

import pytest
import redis

from jobs.errors import Conflict
from jobs.offer import Offer
from store.offers import OfferStore

ONE = Offer(version="mine/2", address=f"/models#mine@{'1' * 64}", bytes=5)


def test_what_is_offered_is_known_until_it_is_withdrawn(redis_client: redis.Redis) -> None:
    offers = OfferStore(redis_client)
    offers.make(ONE)
    offers.make(ONE)
    assert offers.all() == {"mine/2": ONE}
    assert (offers.withdraw("mine/2"), offers.withdraw("mine/2"), offers.all()) == (True, False, {})


def test_a_version_is_one_model_for_ever(redis_client: redis.Redis) -> None:
    offers = OfferStore(redis_client)
    offers.make(ONE)
    other = Offer(version="mine/2", address=f"/models#mine@{'2' * 64}")
    with pytest.raises(Conflict, match="is another model: /models#mine@1111"):
        offers.make(other)
    assert offers.all() == {"mine/2": ONE}
