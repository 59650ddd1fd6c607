"""Whose reviews they are, however many restaurants a batch has."""

import hypothesis.strategies as st
import pytest
import redis
from hypothesis import HealthCheck, given, settings

from jobs import batch as batches
from jobs.batch import Batch
from jobs.line import Line
from jobs.request import JobRequest
from store import keys
from store.batches import BatchStore
from store.erasure import Eraser
from store.whose import OwnReviews, Whose

NAMES = ("adler", "krone", "rose", "linde", "hirsch", "ochsen")
#: The restaurant of each line; None: the batch's own.
LINES = st.lists(st.sampled_from([None, *NAMES]), min_size=1, max_size=8)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(own=st.sampled_from([None, *NAMES]), lines=LINES, target=st.integers(1, 5), most=st.integers(0, 3))
def test_a_restaurants_batches_are_those_with_a_line_of_it_and_its_own(
    redis_client: redis.Redis, own: str | None, lines: list[str | None], target: int, most: int
) -> None:
    redis_client.flushall()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "MOST_OTHERS", most)
        rows = [Line(number=number, text="Gut.", restaurant=name) for number, name in enumerate(lines, 1)]
        BatchStore(redis_client).create(Batch(id="batch_1", request=JobRequest(restaurant=own)), rows, target=target)
    found = {name for name in NAMES if list(OwnReviews(redis_client).batches(Whose(tenant="default", restaurant=name)))}
    assert found == {name for name in (*lines, own) if name is not None}


def test_an_erasure_of_a_restaurant_names_a_batch_of_a_hundred_and_more(redis_client: redis.Redis) -> None:
    rows = [Line(number=number, text="Gut.", restaurant=f"r{number}") for number in range(1, 130)]
    store = BatchStore(redis_client)
    made = store.create(Batch(id="batch_1"), rows, target=20)
    assert made.others == (batches.TOO_MANY,)
    for restaurant, shared in (("r77", ["batch_1"]), ("adler", [])):
        _, proof = Eraser(redis_client).erase(Whose(tenant="default", restaurant=restaurant))
        assert proof.shared_batches == shared
    redis_client.delete(keys.JOB("default", made.chunk_id(0)))
    assert list(OwnReviews(redis_client).batches(Whose(tenant="default", restaurant="r77"))), "the others are looked at"
