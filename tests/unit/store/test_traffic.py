"""What models were asked is kept in windows, for each organisation and for all."""

import hashlib

import pytest
import redis

from jobs.model_card import ModelCard
from store import keys
from store.model_cards import CardStore
from store.traffic import TrafficStore, model_key
from watch.drift import WINDOW
from watch.restaurants import KEPT, Counted
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


def counted(reviews: int = 1, weight: int | None = None) -> Counted:
    return Counted(weight=weight or reviews, counts={"total|reviews": reviews, "language|de": reviews})


def test_restaurants_are_counted_apart_within_their_window(traffic: TrafficStore) -> None:
    traffic.add("acme", MODEL, REVIEW, {"krone": counted(), "adler": counted(2)})
    traffic.add("acme", MODEL, REVIEW, {"krone": counted(3)})
    [window] = traffic.windows("acme", MODEL)
    assert {name: of.reviews for name, of in window.restaurants.items()} == {"adler": 2, "krone": 4}
    assert window.restaurants["krone"].features == {"language": {"de": 4}}
    traffic.add("acme", MODEL, REVIEW | {"total|reviews": WINDOW})
    traffic.add("acme", MODEL, REVIEW, {"krone": counted()})
    first, second = traffic.windows("acme", MODEL)
    assert (first.restaurants["krone"].reviews, second.restaurants["krone"].reviews) == (4, 1)
    assert "adler" not in second.restaurants


def test_of_too_many_restaurants_the_one_with_the_fewest_makes_room(
    traffic: TrafficStore, redis_client: redis.Redis
) -> None:
    for number in range(KEPT):
        traffic.add("acme", MODEL, {"total|reviews": 1}, {f"r{number}": counted(1, number + 2)})
    for number in range(3 * KEPT):
        traffic.add("acme", MODEL, {"total|reviews": 1}, {f"once{number}": counted(), "krone": counted()})
    [window] = traffic.windows("acme", MODEL)
    assert len(window.restaurants) == KEPT
    assert window.restaurants["krone"].reviews > 2 * KEPT
    for _ in range(3 * WINDOW):
        traffic.add("acme", MODEL, {"total|reviews": 1}, {"krone": counted(), "adler": counted()})
    assert redis_client.hlen(keys.TRAFFIC_RESTAURANTS("acme", MODEL)) <= 2 * KEPT
    assert 0 < redis_client.pttl(keys.TRAFFIC_RESTAURANTS("acme", MODEL)) <= 30 * 86_400_000


@pytest.fixture
def told(traffic: TrafficStore) -> TrafficStore:
    """Of two organisations with two restaurants."""
    CardStore(traffic.client).set(MODEL, ModelCard(method="single", languages=("de",)))
    for tenant in ("acme", "other"):
        traffic.add(tenant, MODEL, REVIEW, {"krone": counted(), "adler": counted()})
    return traffic


def restaurants(traffic: TrafficStore, tenant: str) -> set[str]:
    return {name for window in traffic.windows(tenant, MODEL) for name in window.restaurants}


def test_a_restaurant_that_is_erased_is_named_no_more(told: TrafficStore, redis_client: redis.Redis) -> None:
    told.forget("acme", "krone")
    assert (restaurants(told, "acme"), restaurants(told, "other")) == ({"adler"}, {"adler", "krone"})
    assert [window.reviews for window in told.windows("acme", MODEL)] == [1]
    assert b"krone" not in str(redis_client.hgetall(keys.TRAFFIC_RESTAURANTS("acme", MODEL))).encode()


def test_of_an_organisation_that_is_erased_nothing_is_left(told: TrafficStore) -> None:
    told.forget("acme")
    assert (told.windows("acme", MODEL), len(told.windows("other", MODEL))) == ([], 1)


@pytest.mark.parametrize("restaurant", ["krone", None])
def test_what_was_counted_before_an_erasure_and_is_told_after_it_is_dropped(
    told: TrafficStore, redis_client: redis.Redis, restaurant: str | None
) -> None:
    told.forget("acme", restaurant)
    told.add("acme", MODEL, REVIEW, {"krone": counted()}, age_ms=3_600_000)
    assert "krone" not in restaurants(told, "acme")
    # Reviews that come much later are counted again.
    field = b"~" + (hashlib.sha1(restaurant.encode()).hexdigest().encode() if restaurant else b"")
    noted = redis_client.hget(keys.TRAFFIC_RESTAURANTS("acme", MODEL), field)
    redis_client.hset(keys.TRAFFIC_RESTAURANTS("acme", MODEL), field, int(noted or 0) - 3_600_000)
    told.add("acme", MODEL, REVIEW, {"krone": counted()})
    assert "krone" in restaurants(told, "acme")


def test_erasures_of_long_ago_are_noted_no_more(told: TrafficStore, redis_client: redis.Redis) -> None:
    told.forget("acme", "krone")
    [field] = [name for name in redis_client.hkeys(keys.TRAFFIC_RESTAURANTS("acme", MODEL)) if name[:1] == b"~"]  # type: ignore[union-attr]
    redis_client.hset(keys.TRAFFIC_RESTAURANTS("acme", MODEL), field, 1)
    told.forget("acme", "adler")
    assert not redis_client.hexists(keys.TRAFFIC_RESTAURANTS("acme", MODEL), field)
