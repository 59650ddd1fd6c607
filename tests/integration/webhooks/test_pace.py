"""An endpoint that answers well is sent more at once, one that does not less, and neither at the others' cost."""

import pytest

from store import webhook_keys
from store.deliveries import DeliveryStore
from tests.support.post import TENANT, Post
from webhooks.delivery import Attempt, Lease, Verdict
from webhooks.endpoint import Endpoint


def answer(post: Post, leases: list[Lease], verdict: Verdict = Verdict.SUCCEEDED, *, ms: int = 10) -> None:
    for lease in leases:
        attempt = Attempt(
            number=lease.attempt, trigger=lease.trigger, started_at=lease.due_at, duration_ms=ms, status=200
        )
        post.deliveries.record(lease, verdict, attempt=attempt, delay_s=60.0 if verdict is Verdict.FAILED else None)


def end_jobs(post: Post, count: int) -> None:
    for _ in range(count):
        post.end_job()


def widths(post: Post, rounds: int) -> list[int]:
    """How many are leased in each of so many rounds in which all are answered well."""
    found = []
    for _ in range(rounds):
        leases = post.lease()
        found.append(len(leases))
        answer(post, leases)
    return found


def test_an_endpoint_begins_with_four_and_is_sent_more_as_it_answers(post: Post) -> None:
    post.endpoint()
    end_jobs(post, 30)
    first, second, third = widths(post, 3)
    assert (first, second) == (4, 6)
    assert third > second


def test_after_a_failure_there_is_one_until_it_answers_and_then_half_as_many(post: Post) -> None:
    post.endpoint()
    end_jobs(post, 60)
    widths(post, 3)
    leases = post.lease()
    answer(post, leases[:1], Verdict.FAILED)
    assert post.lease() == []
    answer(post, leases[1:])
    assert len(post.lease()) < len(leases)


def test_a_wide_endpoint_leaves_the_hands_that_are_kept_to_others(post: Post) -> None:
    wide = post.endpoint("http://127.0.0.1:1/")
    end_jobs(post, 60)
    widths(post, 4)
    held, wait_ms = post.deliveries.lease(8, lease_ms=30_000, kept=4)
    assert len(held) == 4
    more, wait_ms = post.deliveries.lease(4, lease_ms=30_000, kept=4)
    assert more == []
    assert wait_ms is None or wait_ms > 0, "the worker would ask again and again"
    other = post.endpoint("http://127.0.0.1:2/")
    post.end_job()
    (lease,) = post.deliveries.lease(4, lease_ms=30_000, kept=4)[0]
    assert lease.endpoint == other.id != wide.id


def test_what_is_held_back_goes_when_hands_are_free(post: Post) -> None:
    post.endpoint()
    end_jobs(post, 60)
    widths(post, 4)
    held, _ = post.deliveries.lease(8, lease_ms=30_000, kept=4)
    answer(post, held[:2])
    assert len(post.deliveries.lease(6, lease_ms=30_000, kept=4)[0]) == 2
    assert post.redis.exists(webhook_keys.DELIVERY_SIGNAL), "somebody is told"


def test_the_settings_bound_it(post: Post) -> None:
    endpoint = post.endpoint()
    post.deliveries = DeliveryStore(post.redis, post.cipher, at_once=(1, 5))
    end_jobs(post, 40)
    assert max(widths(post, 5)) == 5
    assert float(post.redis.hget(webhook_keys.HEALTH(TENANT, endpoint.id), "width") or 0) == 5


def fastest(post: Post, endpoint: Endpoint) -> float | None:
    """The milliseconds of the fastest answer lately, as they are kept."""
    kept = post.redis.hget(webhook_keys.HEALTH(TENANT, endpoint.id), "fastest_ms")
    return None if kept is None else float(kept)


def test_before_the_first_good_answer_none_was_the_fastest(post: Post) -> None:
    endpoint = post.endpoint()
    end_jobs(post, 2)
    first, second = post.lease()
    answer(post, [first], Verdict.FAILED, ms=1)
    assert fastest(post, endpoint) is None
    answer(post, [second], ms=80)
    assert fastest(post, endpoint) == 80


def test_an_endpoint_that_has_become_slower_for_good_is_taken_as_it_is_little_by_little(post: Post) -> None:
    endpoint = post.endpoint()
    end_jobs(post, 31)
    answer(post, post.lease(1), ms=10)
    for _ in range(30):
        answer(post, post.lease(1), ms=100)
    assert fastest(post, endpoint) == pytest.approx(10 + 90 * (1 - (1 - 1 / 5_000) ** 30), rel=0.001)
