"""Records of an older commit are read and worked on; those of a newer release are left alone."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import redis

from jobs.batch_status import BatchStatus
from jobs.errors import IdempotencyMismatch, MadeByNewer, SettingsError
from jobs.job import DEFAULT_TENANT, Status
from jobs.request import Form, Priority
from jobs.stored import JobFilter
from jobs.submission import submit_again
from store import keys
from store.batches import BatchStore
from store.checks import await_redis
from store.deliveries import DeliveryStore
from store.endpoints import EndpointStore
from store.jobs import RedisStore
from store.schema import ENCRYPTED, SCHEMA, check_schema
from tests.support.factories import REVIEW, claim, create, make_job, make_settings, succeeded
from tests.support.redis_server import RedisServer
from tests.support.text_keys import make_folder, sealed_client, sealing_of
from webhooks.secret import SecretCipher

OLD = json.loads((Path(__file__).parents[2] / "fixtures/records/records.json").read_text(encoding="utf-8"))
#: Milliseconds since the epoch, wherever they stand.
TIME = re.compile(r"(?<![\w.])1\d{12}(?![\w.])")


def restore(client: redis.Redis) -> dict[str, str]:
    """Put the records there as if they had been written just now; the names of what they are of."""
    now: Any = client.time()
    later = now[0] * 1000 + now[1] // 1000 - OLD["ms"]

    def moved(value: str) -> bytes:
        return TIME.sub(lambda found: str(int(found[0]) + later), value).encode("latin-1")

    for name, (kind, value) in OLD["kept"].items():
        key = name.encode("latin-1")
        if kind == "hash":
            client.hset(key, mapping={field.encode("latin-1"): moved(each) for field, each in value.items()})
        elif kind == "zset":
            client.zadd(key, {moved(member): score + later if score > 1e12 else score for member, score in value})
        elif kind == "list":
            client.rpush(key, *map(moved, value))
        else:
            assert kind == "string", "teach this test what else there is"
            client.set(key, moved(value))
    names: dict[str, str] = OLD["names"]
    return names


def test_what_an_older_commit_wrote_is_read(redis_client: redis.Redis) -> None:
    names, store = restore(redis_client), RedisStore(redis_client)
    check_schema(redis_client)
    found = {what: store.get(DEFAULT_TENANT, names[what]) for what in names if names[what].startswith("job_")}
    assert {what: stored.job.status for what, stored in found.items()} == {
        "succeeded": Status.SUCCEEDED, "failed": Status.FAILED, "canceled": Status.CANCELED,
        "running": Status.RUNNING, "waiting": Status.QUEUED,
    }  # fmt: skip
    assert found["succeeded"].result
    assert found["succeeded"].job.request.restaurant == "adler"
    assert found["failed"].job.error is not None
    assert found["failed"].job.error.code == "prediction_failed"
    assert store.text(DEFAULT_TENANT, names["waiting"]) == "Gutes Brot."
    listed = store.page(DEFAULT_TENANT, JobFilter(), size=10).jobs
    assert {job.id for job in listed} == {stored.job.id for stored in found.values()}
    assert BatchStore(redis_client).get(DEFAULT_TENANT, names["batch"]).waiting == 2


def test_a_put_that_an_older_commit_answered_is_the_same_when_it_is_repeated_with_its_key(
    redis_client: redis.Redis,
) -> None:
    store, key = RedisStore(redis_client), "key"
    # As it bound the key: to the request alone.
    store.create(make_job(id="mine"), REVIEW, idempotency=key, digest="d")
    again = store.create(make_job(id="mine"), REVIEW, idempotency=key, digest="d", own_id=True)
    assert (again.job.id, again.new) == ("mine", False)
    for job, digest in (("other", "d"), ("mine", "e")):
        with pytest.raises(IdempotencyMismatch):
            store.create(make_job(id=job), REVIEW, idempotency=key, digest=digest, own_id=True)


def newer(client: redis.Redis, **members: str) -> str:
    """A job whose request has such members, in a queue behind one of this release."""
    store = RedisStore(client)
    job = create(store)
    client.hset(keys.JOB(DEFAULT_TENANT, job.id), "request", json.dumps(members | {"restaurant": "adler"}))
    return job.id


def test_a_job_whose_form_only_a_newer_release_knows_is_listed_but_judged_by_nobody_here(
    redis_client: redis.Redis,
) -> None:
    store = RedisStore(redis_client)
    unknown = newer(redis_client, form="sonnet")
    shown = store.get(DEFAULT_TENANT, unknown).job
    assert (shown.request.form, shown.request.restaurant) == (Form.NEWER, "adler")
    assert [job.id for job in store.page(DEFAULT_TENANT, JobFilter(), size=10).jobs] == [unknown]
    with pytest.raises(MadeByNewer):
        claim(store)
    ours = create(store).id
    # Whoever has something else to do goes on with that.
    assert [taken.id for taken in claim(store)] == [ours]
    # It goes back without blame, for a worker of the newer release.
    job = store.get(DEFAULT_TENANT, unknown).job
    assert (job.status, redis_client.hget(keys.JOB(DEFAULT_TENANT, unknown), "strikes")) == (Status.QUEUED, b"0")
    store.cancel(DEFAULT_TENANT, unknown)
    with pytest.raises(MadeByNewer):
        submit_again(store, make_settings(), store.get(DEFAULT_TENANT, unknown).job)


def test_a_priority_that_only_a_newer_release_knows_is_normal(redis_client: redis.Redis) -> None:
    job = newer(redis_client, priority="at-night")
    assert RedisStore(redis_client).get(DEFAULT_TENANT, job).job.request.priority is Priority.NORMAL
    assert [taken.id for taken in claim(RedisStore(redis_client))] == [job]


def test_what_waits_and_what_was_held_is_worked_on(redis_client: redis.Redis) -> None:
    names, store = restore(redis_client), RedisStore(redis_client)
    before = store.backlog()
    assert (before.running, sum(before.waiting_jobs.values())) == (1, 3)
    held: Any = redis_client.hkeys(keys.CLAIMS)
    assert store.release([tag.decode() for tag in held]) == 1
    taken = claim(store)
    assert {names["running"], names["waiting"]} < {one.id for one in taken}
    store.complete([succeeded(one) for one in taken])
    for what in ("running", "waiting"):
        assert store.get(DEFAULT_TENANT, names[what]).job.status is Status.SUCCEEDED
    assert BatchStore(redis_client).get(DEFAULT_TENANT, names["batch"]).status is BatchStatus.COMPLETED
    after = store.backlog()
    assert (after.running, sum(after.waiting_jobs.values())) == (0, 0)


def test_webhooks_that_are_due_are_sent_with_the_secret_of_then(redis_client: redis.Redis) -> None:
    names, cipher = restore(redis_client), SecretCipher(OLD["secret_keys"])
    endpoint = EndpointStore(redis_client, cipher).get(DEFAULT_TENANT, names["endpoint"])
    assert endpoint.options.url == "https://example.org/hook"
    deliveries = DeliveryStore(redis_client, cipher)
    leases, _ = deliveries.lease(10, lease_ms=1_000)
    assert leases
    snapshot = deliveries.snapshot(leases[0])
    assert snapshot.options == endpoint.options
    assert len(snapshot.secrets) == 1


def test_it_is_written_down_and_stays(redis_client: redis.Redis) -> None:
    for _ in range(2):
        check_schema(redis_client)
        assert redis_client.get(keys.SCHEMA) == str(SCHEMA).encode()


def test_that_texts_are_encrypted_is_written_down_for_releases_that_could_not_read_them(
    redis_server: RedisServer, redis_client: redis.Redis, tmp_path: Path
) -> None:
    check_schema(redis_client)
    for on in (True, False):
        with sealed_client(redis_server, sealing_of(make_folder(tmp_path / str(on)), on=on)) as client:
            check_schema(client)
        assert redis_client.get(keys.SCHEMA) == str(ENCRYPTED).encode()


def test_a_full_redis_lets_every_process_start_and_the_next_one_notes_it(redis_client: redis.Redis) -> None:
    redis_client.config_set("maxmemory", 1)
    try:
        check_schema(redis_client)
        assert redis_client.get(keys.SCHEMA) is None
    finally:
        redis_client.config_set("maxmemory", 0)
    check_schema(redis_client)
    assert redis_client.get(keys.SCHEMA) == str(SCHEMA).encode()


@pytest.mark.parametrize(("form", "reason"), [(ENCRYPTED + 1, "by a newer Kritiq"), (0, "too old")])
def test_records_of_another_form_are_refused_and_left_alone(
    redis_server: RedisServer, redis_client: redis.Redis, form: int, reason: str
) -> None:
    redis_client.set(keys.SCHEMA, form)
    with pytest.raises(SettingsError, match=reason):
        await_redis(make_settings(redis_url=redis_server.url))
    assert redis_client.get(keys.SCHEMA) == str(form).encode()
    assert redis_client.dbsize() == 1
