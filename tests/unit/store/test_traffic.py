"""What models were asked is kept in windows, for each organisation and for all."""

import pytest
import redis

from store import keys
from store.traffic import TrafficStore, model_key
from watch.drift import WINDOW
from watch.traffic import Traffic

MODEL = model_key("mini", "1")
REVIEW = {"total|reviews": 1, "language|de": 1, "total|answers": 2, "total|confidence": 1_000_000}


@pytest.fixture
def traffic(redis_client: redis.Redis) -> TrafficStore:
    return TrafficStore(redis_client)


def test_organisations_are_counted_by_themselves_and_together(traffic: TrafficStore) -> None:
    traffic.add("acme", MODEL, REVIEW)
    traffic.add(None, MODEL, REVIEW)
    traffic.add("acme", MODEL, {"total|reviews": 2, "language|en": 2})
    [window] = traffic.windows("acme", MODEL)
    assert window == Traffic(reviews=3, features={"language": {"de": 1, "en": 2}}, confidence=0.5)
    assert [window.reviews for window in traffic.windows(None, MODEL)] == [1]
    assert traffic.windows("other", MODEL) == []
    assert traffic.windows("acme", model_key("mini", "2")) == []


def test_the_window_that_is_open_and_the_one_before_it_are_kept(
    traffic: TrafficStore, redis_client: redis.Redis
) -> None:
    for _ in range(3 * WINDOW + 10):
        traffic.add("acme", MODEL, REVIEW)
    assert [window.reviews for window in traffic.windows("acme", MODEL)] == [WINDOW, 10]
    assert redis_client.hlen(keys.TRAFFIC_OF("acme", MODEL)) == 2 * len(REVIEW) + 1
    assert 0 < redis_client.pttl(keys.TRAFFIC_OF("acme", MODEL)) <= 30 * 86_400_000


def test_a_reference_is_read_as_it_was_written(traffic: TrafficStore) -> None:
    assert traffic.reference(MODEL) is None
    reference = Traffic(reviews=5, features={"language": {"de": 5}}, confidence=0.9)
    traffic.set_reference(MODEL, reference)
    assert traffic.reference(MODEL) == reference
