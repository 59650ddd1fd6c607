"""Where texts are encrypted, text and result are packed first and encrypted then, and go with their key."""

from typing import Any

import orjson
import pytest
import redis

from access.text_keys import KeyFolder
from jobs.errors import TextErased
from jobs.job import Job
from jobs.stored import JobFilter
from store import keys
from store.connection import Client
from store.ended import EndedJobs
from store.erasure import Eraser
from store.jobs import RedisStore
from store.packed_results import PackedResults
from store.recalled_results import RecalledResults
from store.whose import Whose
from tests.support.factories import MODEL
from tests.support.redis_server import RedisServer
from tests.support.text_keys import sealed_client, sealing_of
from tests.unit.store.sealing.guests import FOUND, GUEST, TENANT, TEXT, WORD, everything, judged_job


def packed(client: redis.Redis) -> Job:
    """A job whose record is packed."""
    job = judged_job(client)
    assert PackedResults(client, lambda: True, after_s=0).pack() == 1
    assert not client.exists(keys.RESULT(job.id))
    return job


def size(client: redis.Redis, job: Job) -> int:
    found: Any = [client.memory_usage(name, samples=0) for name in (keys.JOB(TENANT, job.id), keys.RESULT(job.id))]
    return sum(filter(None, found))


def test_it_takes_less_and_shows_nothing(client: Client) -> None:
    job, store = judged_job(client), RedisStore(client)
    before, took = store.get(TENANT, job.id), size(client, job)
    assert PackedResults(client, lambda: True, after_s=0).pack() == 1
    assert size(client, job) < 0.75 * took
    assert WORD.encode() not in everything(client)
    assert (store.get(TENANT, job.id), store.text(TENANT, job.id)) == (before, TEXT)
    [archived] = EndedJobs(client).read([(TENANT, job.id)])
    assert archived is not None
    assert (archived.text, archived.result) == (TEXT, FOUND)


def test_deleting_the_key_erases_it_and_leaves_what_is_about_nobody(client: Client, folder: KeyFolder) -> None:
    job = packed(client)
    folder.delete(TENANT)
    client.sealing = sealing_of(folder)
    store = RedisStore(client)
    [listed] = store.page(TENANT, JobFilter(model="fake"), size=9).jobs
    assert (listed.id, listed.model, listed.request.restaurant) == (job.id, MODEL, "adler")
    with pytest.raises(TextErased):
        store.text(TENANT, job.id)
    with pytest.raises(TextErased):
        store.get(TENANT, job.id)
    assert EndedJobs(client).read([(TENANT, job.id)]) == [None]


def test_what_was_packed_in_plain_and_what_was_not_are_read_in_either_case(
    client: Client, redis_server: RedisServer, folder: KeyFolder
) -> None:
    with sealed_client(redis_server, sealing_of(folder, on=False)) as off:
        plain, sealed = packed(off), packed(client)
        for reader in (off, client):
            store = RedisStore(reader)
            for job in (plain, sealed):
                assert (store.text(TENANT, job.id), store.get(TENANT, job.id).result) == (TEXT, FOUND)
                assert store.get(TENANT, job.id).job.model == MODEL


def test_who_waits_for_it_with_celery_gets_it_as_it_lay_there(client: Client) -> None:
    job = packed(client)
    with client.pubsub() as waiting:
        waiting.subscribe(keys.RESULT(job.id))
        assert waiting.get_message(timeout=5)
        assert RecalledResults(client, for_s=60).recall() == 1
    told = orjson.loads(client.get(keys.RESULT(job.id)) or b"")
    assert told["result"].startswith("sealed1:")
    assert RedisStore(client).get(TENANT, job.id).result == FOUND


def test_an_erasure_searches_it(client: Client) -> None:
    job = packed(client)
    client.delete(keys.JOBS(TENANT), *(client.keys(keys.AUTHOR(TENANT, "*")) or ["-"]))
    name = keys.JOB(TENANT, job.id)
    client.hdel(name, "request")
    _, proof = Eraser(client).erase(Whose(tenant=TENANT, external_author=GUEST.removeprefix("gast-")))
    assert proof.found == [name]
