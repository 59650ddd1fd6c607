"""Every lifetime is a setting, and what Redis is told is what was set."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest
import redis

from access.api_key import ApiKey
from access.scope import Scope
from jobs.erasure import Proof
from jobs.retention import DEFAULT_RETENTION
from store import keys, webhook_keys
from store.api_keys import ApiKeyStore
from store.audit import AuditStore
from store.connection import Client
from store.erasures import ErasureStore
from store.jobs import RedisStore
from store.whose import Whose
from tests.support.factories import create, make_settings, work_off
from tests.support.post import TENANT, Post
from tests.support.receiver_stub import ReceiverStub
from tests.support.worlds import RedisWorld

pytestmark = pytest.mark.integration

#: An hour, which no lifetime is by default.
SET_MS = 3_700_000
NAMES = sorted(asdict(DEFAULT_RETENTION))
ENDPOINT = "ep_1"


def client_with(server: redis.Redis, **changes: int) -> Client:
    client = Client(connection_pool=server.connection_pool)
    client.retention = replace(DEFAULT_RETENTION, **changes)
    return client


def test_the_settings_say_by_default_what_the_scripts_take_by_default() -> None:
    assert make_settings().retention == DEFAULT_RETENTION


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("_bytes")])
def test_each_bound_is_a_setting_in_bytes(name: str) -> None:
    assert make_settings(**{name: 9}).retention == replace(DEFAULT_RETENTION, **{name: 9})


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith("_bytes")])
def test_each_lifetime_is_a_setting_in_seconds(name: str) -> None:
    setting = name.replace("_ms", "_ttl_s")
    ms = getattr(DEFAULT_RETENTION, name) - 60_000
    assert make_settings(**{setting: ms // 1000}).retention == replace(DEFAULT_RETENTION, **{name: ms})


def delete(client: Client) -> str:
    store = RedisStore(client)
    job = create(store)
    store.delete(job.tenant, job.id)
    return keys.JOB(job.tenant, job.id)


def end(client: Client) -> str:
    """A job whose result webhooks may need past its time."""
    client.hset(webhook_keys.ENDPOINTS("default"), ENDPOINT, "job.succeeded")
    store = RedisStore(client)
    job = create(store, ttl_ms=1)
    work_off(store)
    return keys.JOB(job.tenant, job.id)


def use(client: Client) -> str:
    end(client)
    (key,) = client.scan_iter(keys.USAGE("default", "*"))
    return str(key.decode())


def call_off(client: Client) -> str:
    store = RedisStore(client)
    job = create(store)
    store.cancel(job.tenant, job.id)
    return str(keys.UNTOLD)


def repeat(client: Client) -> str:
    job = create(RedisStore(client))
    RedisStore(client).create(replace(job, id="again"), "Gut.", idempotency="once")
    return keys.IDEMPOTENCY("default", "once")


def revoke_key(client: Client) -> str:
    shelf = ApiKeyStore(client)
    shelf.create(ApiKey(id="key_1", tenant="acme", scopes=(Scope.JOBS_READ,)), "digest")
    shelf.revoke("acme", "key_1")
    return keys.API_KEY("key_1")


def erase(client: Client) -> str:
    erasures = ErasureStore(client)
    erasures.ask("erasure_1", Whose(tenant="default"))
    claim = erasures.claim(lease_ms=60_000)
    assert claim is not None
    audit = AuditStore(client, most=0, lifetime_s=1)
    erasures.end(claim, Proof(searched=0, found=(), shared_batches=(), archive=None), audit=audit)
    return keys.ERASURE("default", "erasure_1")


def test_the_list_of_erasures_goes_some_time_after_the_last_of_them(redis_client: redis.Redis) -> None:
    client: Any = client_with(redis_client, erasure_ms=SET_MS)
    erase(client)
    assert SET_MS < client.pttl(keys.ERASURES("default")) <= 2 * SET_MS


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("erasure_ms", erase), ("gone_ms", delete), ("overdue_ms", end), ("usage_ms", use), ("untold_ms", call_off),
        ("idempotency_ms", repeat), ("ended_key_ms", revoke_key),
    ],
)  # fmt: skip
def test_redis_keeps_it_as_long_as_was_set(redis_client: redis.Redis, name: str, act: Callable[[Client], str]) -> None:
    client: Any = client_with(redis_client, **{name: SET_MS})
    assert SET_MS - 60_000 < client.pttl(act(client)) <= SET_MS + 1


def test_however_short_deliveries_are_kept_those_that_wait_have_their_log_and_their_endpoint_its_failures(
    redis_client: redis.Redis, receiver: ReceiverStub
) -> None:
    """Two attempts are up to two days apart: five days of failures would never be counted."""
    post = Post(client_with(redis_client, delivery_log_ms=3_600_000))
    endpoint = post.endpoint()
    receiver.says = 500
    job_id = post.end_job(ttl_ms=4 * 86_400_000)
    for tried in (1, 2):
        post.turn()
        assert [attempt.number for attempt in post.of(job_id, endpoint).log] == list(range(1, tried + 1))
        assert post.endpoints.health(TENANT, endpoint.id).consecutive_failures == tried
        RedisWorld(post.redis).advance(2 * 86_400_000)
    receiver.says = 204
    post.turn()
    assert len(post.of(job_id, endpoint).log) == 3
    RedisWorld(post.redis).advance(3_700_000)
    assert post.all() == []
    assert not post.redis.exists(webhook_keys.ATTEMPTS(TENANT, f"msg_{job_id}_{endpoint.id}"))
