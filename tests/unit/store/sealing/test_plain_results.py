"""The result of a task that a Celery client sent is in plain for that client for a while, then encrypted."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

from access.text_keys import KeyFolder
from jobs.celery_task import CeleryMessage, CeleryTask
from jobs.errors import Gone
from jobs.job import Claim, Job, task_id
from store import keys
from store.connection import Client
from store.jobs import RedisStore
from store.plain_results import PlainResults
from tests.support.factories import claim, create, make_job, succeeded
from tests.support.redis_server import RedisServer
from tests.support.text_keys import sealed_client, sealing_of
from tests.unit.store.sealing.guests import FOUND, TENANT, TEXT, WORD, judged_job


@pytest.fixture
def off(redis_server: RedisServer, folder: KeyFolder) -> Iterator[Client]:
    """A client of the same Redis that has the keys and does not encrypt."""
    with sealed_client(redis_server, sealing_of(folder, on=False)) as found:
        yield found


def sent(client: Client, name: str = "night%2F7") -> Job:
    """The job that a Celery client's task became, which has ended."""
    store = RedisStore(client)
    job = create(store, TEXT, id=name)
    [held] = claim(store)
    store.complete([replace(succeeded(replace(held, celery_headers=b"{}")), result=FOUND)])
    return job


def in_redis(client: Client, job: Job) -> Any:
    return client.get(keys.RESULT(task_id(job.tenant, job.id)))


def seal(client: Client, *, after_s: int = 0) -> int:
    return PlainResults(client, after_s=after_s).seal()


def test_it_is_encrypted_when_its_while_is_over_and_lives_as_long_as_before(client: Client) -> None:
    job = sent(client)
    name = keys.RESULT("night/7")
    assert seal(client, after_s=60) == 0
    assert orjson.loads(in_redis(client, job))["result"] == orjson.loads(FOUND)
    ends_in: Any = client.pttl(name)
    client.delete(keys.ERASED)
    assert seal(client) == 1
    assert WORD.encode() not in in_redis(client, job)
    assert orjson.loads(in_redis(client, job))["result"].startswith("sealed1:")
    assert 0 < client.pttl(name) <= ends_in  # type: ignore[operator]
    assert client.exists(keys.ERASED), "it is to leave Redis' file, too"
    assert RedisStore(client).get(TENANT, job.id).result == FOUND
    assert (seal(client), client.exists(keys.PLAIN_RESULTS)) == (0, 0)


def test_what_is_encrypted_already_or_gone_is_nothing_to_do(client: Client) -> None:
    judged_job(client)
    assert client.exists(keys.PLAIN_RESULTS) == 0
    job = sent(client)
    RedisStore(client).delete(TENANT, job.id)
    assert (seal(client), seal(client)) == (1, 0)


def test_what_a_client_wrote_in_its_place_meanwhile_stays(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    job = sent(client)
    plain = client.sealing.seal_json

    def and_meanwhile(tenant: str, value: bytes) -> bytes:
        client.set(keys.RESULT("night/7"), b"{}")
        return plain(tenant, value)

    monkeypatch.setattr(client.sealing, "seal_json", and_meanwhile)
    assert seal(client) == 1
    assert in_redis(client, job) == b"{}"


def test_of_one_whose_key_was_deleted_nothing_is_left(client: Client, folder: KeyFolder) -> None:
    job = sent(client)
    folder.delete(TENANT)
    assert seal(client) == 1
    assert in_redis(client, job) is None
    with pytest.raises(Gone):
        RedisStore(client).get(TENANT, job.id)


def test_one_whose_key_is_missing_waits_and_holds_up_no_other(client: Client, folder: KeyFolder) -> None:
    folder.make("acme", 0)
    job = sent(client)
    (folder.path / "default.json").rename(folder.path.parent / "kept")
    assert seal(client) == 1
    assert WORD.encode() in in_redis(client, job)
    (folder.path.parent / "kept").rename(folder.path / "default.json")
    assert seal(client) == 1
    assert WORD.encode() not in in_redis(client, job)


def test_what_celery_has_still_to_send_after_it_has_it_encrypted_and_is_told_it(client: Client, off: Client) -> None:
    for number, each in enumerate((client, off)):
        store, task = RedisStore(each), CeleryTask(request=b'{"chain":[]}', headers=b"{}")
        job = make_job(id=f"step-{number}")
        taken = store.adopt(CeleryMessage(tag="tag", message=b"{}"), job, TEXT, lease_ms=60_000, task=task)
        assert isinstance(taken, Claim)
        store.complete([replace(succeeded(taken), result=FOUND)])
        assert (WORD.encode() in (each.hget(keys.JOB(TENANT, job.id), "kept") or b"")) == (each is off)
    told = RedisStore(client).follow_ups(most=9, lease_ms=1)
    assert [orjson.loads(each.meta)["result"] for each in told] == [orjson.loads(FOUND)] * 2


def test_who_sends_a_finished_task_again_is_told_its_result_also_when_that_is_encrypted(client: Client) -> None:
    job = sent(client)
    assert seal(client) == 1
    store, task = RedisStore(client), CeleryTask(request=b'{"chain":[]}', headers=b"{}")
    assert store.adopt(CeleryMessage(tag="tag", message=b"{}"), job, TEXT, lease_ms=60_000, task=task) is None
    assert [orjson.loads(each.meta)["result"] for each in store.follow_ups(most=9, lease_ms=1)] == [orjson.loads(FOUND)]


def test_where_encryption_is_off_it_stays_and_nothing_is_noted(client: Client, off: Client) -> None:
    before = sent(client)
    assert seal(off) == 1
    after = sent(off, "two")
    assert [WORD.encode() in in_redis(off, each) for each in (before, after)] == [True, True]
    assert off.exists(keys.PLAIN_RESULTS) == 0
