"""Who was shown what guests wrote is in the audit log, also where whoever read it had seen enough (`| head`)."""

from typing import Any

import click
import pytest
import redis

from store.audit import AuditStore
from store.jobs import RedisStore
from store.rejects import RejectStore
from tests.support.commands import Kritiq
from tests.support.factories import LEASE_MS, claim, create, work_off
from tests.support.waiting import wait_for
from tests.unit.ops.test_review import RESULT


@pytest.fixture
def reviews(redis_client: redis.Redis) -> None:
    """Two that were judged, one that killed its worker, and a message that is none."""
    store = RedisStore(redis_client)
    for name in ("job_one", "job_two"):
        create(store, id=name, restaurant="adler")
    work_off(store, RESULT)
    create(store, "Giftig.")
    claim(store, lease_ms=1)
    wait_for(lambda: store.sweep(strikes=1)[1], "the lease has ended")
    redis_client.lpush("celery", b"Kanari")
    assert store.claim(jobs=1, weight=10, lease_ms=LEASE_MS) == []
    assert len(RejectStore(redis_client).all()) == 1


@pytest.mark.usefixtures("reviews")
@pytest.mark.parametrize(
    ("words", "objects"),
    [
        (("extract", "--all"), {"reviews": "1"}),
        (("review",), {"sentences": "1"}),
        (("jobs", "dead"), {"jobs": "1"}),
        (("jobs", "rejected"), {"rejects": "1"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_reader_that_has_left_is_noted_too(
    kritiq: Kritiq, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...],
    objects: dict[str, str],
) -> None:  # fmt: skip
    def left(*messages: Any, **options: Any) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(click, "echo", left)
    kritiq(*words, status=1)
    (entry,) = AuditStore(redis_client, most=10, lifetime_s=3600).page("default", size=10).entries
    command = " ".join(word for word in words if not word.startswith("-"))
    assert (entry.action, entry.objects) == (f"kritiq {command}", objects)
