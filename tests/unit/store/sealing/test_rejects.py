"""What nobody can be answered for is encrypted with the key of the operator's organisation, and put back as it was."""

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from access.text_keys import KeyFolder
from jobs.celery_task import CeleryMessage
from jobs.errors import TextKeyMissing
from store import keys, queues
from store.connection import Client
from store.erasure import Eraser
from store.jobs import RedisStore
from store.rejects import RejectStore
from store.whose import Whose
from tests.support.factories import LEASE_MS, claim, create, succeeded
from tests.support.worlds import RedisWorld
from tests.unit.store.sealing.guests import GUEST, TENANT, WORD, everything

GARBAGE = f"kein Celery, von {GUEST}".encode()


def reject(client: Client, *messages: bytes) -> None:
    """Put messages into a queue and let a worker look at them."""
    client.lpush(queues.CELERY_QUEUE, *messages)
    while client.llen(queues.CELERY_QUEUE):
        assert RedisStore(client).claim(jobs=10, weight=10, lease_ms=LEASE_MS) == []


def test_it_is_read_and_found_by_an_erasures_search(client: Client, folder: KeyFolder) -> None:
    folder.make("acme", 0)
    assert client.config_set("rdbcompression", "no")
    reject(client, GARBAGE)
    assert WORD.encode() not in everything(client)
    assert client.exists(keys.ERASED), "in Redis' file it is as it came, until that is written anew"
    assert [each.message for each in RejectStore(client).all()] == [GARBAGE]
    for tenant in (TENANT, "acme"):
        (_, proof) = Eraser(client).erase(Whose(tenant=tenant, external_author=GUEST))
        assert proof.found == [keys.REJECTED]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=4))
def test_whatever_the_bytes_are_they_come_back_as_they_were(client: Client, messages: list[bytes]) -> None:
    client.flushall()
    reject(client, *messages)
    store = RejectStore(client)
    assert [each.message for each in store.all()] == messages[::-1]
    assert store.put_back([each.number for each in store.all()]) == list(range(1, len(messages) + 1))
    assert client.lrange(queues.CELERY_QUEUE, 0, -1) == messages[::-1]
    assert store.all() == []


def test_what_a_worker_held_is_kept_once_however_often_it_says_so(client: Client) -> None:
    world = RedisWorld(client)
    world.send("native")
    [message] = world.store.claim(jobs=1, weight=1, lease_ms=LEASE_MS)
    assert isinstance(message, CeleryMessage)
    for _ in range(2):
        world.store.reject(message, "It has no end.")
    assert [(each.queue, each.message) for each in RejectStore(client).all()] == [("kritiq.normal", message.message)]


def test_while_the_key_is_missing_it_is_held_and_nobody_waits_for_it(client: Client, folder: KeyFolder) -> None:
    folder.make("acme", 0)
    (folder.path / "default.json").rename(folder.path.parent / "kept")
    world, job = RedisWorld(client), create(RedisStore(client), tenant="acme")
    client.rpush(queues.QUEUES[job.request.priority], GARBAGE)
    held = claim(world.store)
    assert [each.id for each in held] == [job.id]
    world.store.complete(list(map(succeeded, held)))
    assert (RejectStore(client).all(), client.hlen(keys.CLAIMS)) == ([], 1)
    with pytest.raises(TextKeyMissing):
        world.store.reject(CeleryMessage(tag="tag", message=GARBAGE))
    (folder.path.parent / "kept").rename(folder.path / "default.json")
    world.advance(2 * LEASE_MS)
    assert world.store.sweep() == (1, 0)
    assert claim(world.store) == []
    assert [each.message for each in RejectStore(client).all()] == [GARBAGE]


def test_with_the_key_deleted_nothing_of_it_is_left_but_that_it_was_there(client: Client, folder: KeyFolder) -> None:
    reject(client, GARBAGE)
    folder.delete(TENANT)
    reject(client, GARBAGE)
    store = RejectStore(client)
    assert [(each.number, each.queue) for each in store.all()] == [(2, "celery"), (1, "celery")]
    assert GUEST.encode() not in b"".join(client.lrange(keys.REJECTED, 0, -1))
    assert store.all()[1].message is None
    assert store.put_back([1]) == []
    assert store.drop([1, 2]) == [1, 2]
