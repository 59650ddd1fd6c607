"""Whoever made a job and waits for its end is told all of it: nothing has to be read."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

from jobs.errors import Gone
from jobs.job import Claim, JobError, Outcome, Status
from jobs.store import JobStore
from jobs.stored import Stored
from store import keys
from store.jobs import RedisStore
from tests.support.factories import MODEL, RESULT, claim, failed, make_job, succeeded
from tests.support.worlds import RedisWorld

pytestmark = pytest.mark.integration

WAITER = "an_API_process"
#: Lines, nothing, and what is no text in ASCII.
ODD: dict[str, Any] = {"restaurant": None, "metadata": {"a": "Zeile\n2", "b": "", "ü": "🍕"}, "external_author": "Zoë"}


def made(store: JobStore, **changes: Any) -> str:
    return store.create(make_job(**changes), "Gut.", waiter=WAITER).job.id


@pytest.fixture
def heard(redis_world: RedisWorld) -> Iterator[Callable[[], list[bytes]]]:
    """What the waiter was told since the last time."""
    channel = keys.ENDS(WAITER)

    def told() -> list[bytes]:
        redis_world.redis.publish(channel, "so far")
        found = []
        while (message := listening.get_message(timeout=30)) and message["data"] != b"so far":
            found.append(message["data"])
        return found

    with redis_world.redis.pubsub(ignore_subscribe_messages=True) as listening:
        listening.subscribe(channel)
        listening.get_message(timeout=30)
        yield told


def told_whole(store: RedisStore, tenant: str, job_id: str, news: bytes, monkeypatch: pytest.MonkeyPatch) -> Stored:
    """What is known of the job without reading it."""
    with monkeypatch.context() as patched:
        patched.setattr(store, "get", None)
        return store.told(tenant, job_id, news)


def broken(claim: Claim) -> Outcome:
    error = JobError(code="inference_error", message="Zeile\n2, und 🍕")
    return Outcome(claim=claim, status=Status.FAILED, error=error, model=MODEL)


@pytest.mark.parametrize("outcome", [succeeded, failed, broken])
@pytest.mark.parametrize("tenant", ["default", "acme"])
def test_the_end_is_told_whole_and_once(
    redis_world: RedisWorld,
    heard: Callable[[], list[bytes]],
    monkeypatch: pytest.MonkeyPatch,
    outcome: Any,
    tenant: str,
) -> None:
    store = redis_world.store
    job_id = made(store, tenant=tenant, **ODD)
    [taken] = claim(store)
    assert heard() == [], "it has only begun"
    store.complete([outcome(taken)])
    store.complete([outcome(taken)])
    [news] = heard()
    assert told_whole(store, tenant, job_id, news, monkeypatch) == store.get(tenant, job_id)
    assert not redis_world.redis.hexists(keys.JOB(tenant, job_id), "waiter"), "it is told, and kept no longer"


def test_a_job_that_is_called_off_is_told_of_too(
    redis_world: RedisWorld, heard: Callable[[], list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = made(redis_world.store)
    redis_world.store.cancel("default", job_id)
    [news] = heard()
    assert told_whole(redis_world.store, "default", job_id, news, monkeypatch).job.status is Status.CANCELED


def test_of_a_job_that_is_deleted_nothing_is_told_but_that_one_may_look(
    redis_world: RedisWorld, heard: Callable[[], list[bytes]]
) -> None:
    job_id = made(redis_world.store)
    redis_world.store.delete("default", job_id)
    [news] = heard()
    assert news == job_id.encode()
    with pytest.raises(Gone):
        redis_world.store.told("default", job_id, news)


def test_of_a_long_result_nothing_is_told_but_that_one_may_look(
    redis_world: RedisWorld, heard: Callable[[], list[bytes]]
) -> None:
    """Many of those at once would be more than Redis keeps for a subscriber."""
    store = redis_world.store
    job_id = made(store)
    long = orjson.dumps({"language": "de", "sentences": ["x" * 70_000]})
    store.complete([replace(succeeded(taken), result=long) for taken in claim(store)])
    [news] = heard()
    assert news == job_id.encode()
    assert store.told("default", job_id, news).result == long


def test_what_another_release_tells_otherwise_is_read(
    redis_world: RedisWorld, heard: Callable[[], list[bytes]]
) -> None:
    store = redis_world.store
    job_id = made(store)
    store.complete([succeeded(taken) for taken in claim(store)])
    [news] = heard()
    assert store.told("default", job_id, news.replace(b"status,", b"state,", 1)).result == RESULT


def test_nobody_is_told_of_a_job_that_nobody_waits_for(
    redis_world: RedisWorld, heard: Callable[[], list[bytes]]
) -> None:
    store = redis_world.store
    store.create(make_job(), "Gut.")
    store.complete([succeeded(taken) for taken in claim(store)])
    assert heard() == []
