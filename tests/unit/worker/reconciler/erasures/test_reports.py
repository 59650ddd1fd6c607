"""What an erasure takes away, what it leaves to others, and what its report says of both."""

from typing import Any

import pytest
import redis

from access.text_keys import KeyFolder
from jobs.batch import Batch
from jobs.erasure import Erased, ErasureStatus
from jobs.errors import NotFound
from jobs.line import Line
from jobs.request import JobRequest
from store import keys
from store.batches import BatchStore
from store.erasures import ErasureStore
from store.jobs import RedisStore
from store.outbox import BEGINNING, Outbox
from tests.support.factories import create
from tests.support.redis_server import RedisServer
from tests.support.text_keys import make_folder, sealed_client, sealing_of
from tests.unit.worker.reconciler.erasures.conftest import GUEST, JOBS, Deployment, at_renewal
from worker.reconciler.erasures import ARCHIVE_MS, KEY_MS, MOST_TRIES


def test_all_of_a_guest_goes_and_the_report_proves_it(deployment: Deployment) -> None:
    asked = deployment.ask(external_author=GUEST)
    assert deployment.get(asked).status is ErasureStatus.QUEUED
    assert deployment.reconciler().step()
    found = deployment.get(asked)
    assert (found.status, found.erased) == (ErasureStatus.SUCCEEDED, Erased(jobs=JOBS))
    assert found.proof is not None
    assert (found.proof.found, found.proof.archive, found.proof.searched) == ([], None, 1)
    assert deployment.noted() == [("erasure_succeeded", asked)]
    assert not deployment.reconciler().step()
    assert 0 < deployment.client.pttl(keys.ERASURE("default", asked)) <= 90 * 86_400_000


def test_the_guest_is_named_nowhere_when_it_has_ended(deployment: Deployment) -> None:
    deployment.ask(external_author=GUEST)
    assert GUEST.encode() in deployment.everything()
    deployment.reconciler().step()
    assert GUEST.encode() not in deployment.everything()
    assert deployment.client.exists(keys.ERASED), "the append-only file is written anew"


def test_it_has_ended_when_the_archive_has_done_the_same(deployment: Deployment) -> None:
    outbox = Outbox(deployment.client)
    outbox.switch_on(100)
    asked = deployment.ask(external_author=GUEST)
    assert deployment.reconciler().step()
    found = deployment.get(asked)
    assert found.proof is not None
    assert found.proof.archive is not None
    assert found.status is ErasureStatus.RUNNING
    assert GUEST.encode() not in deployment.everything(), "of the guest the archive needs no more than a digest"
    for _ in range(MOST_TRIES + 1):
        deployment.ahead_ms += ARCHIVE_MS + 1
        assert deployment.reconciler().step()
    assert deployment.get(asked).status is ErasureStatus.RUNNING, "it is waited for, however long it takes"
    outbox.note_erased(outbox.last() or BEGINNING, 7)
    outbox.forget(outbox.last() or BEGINNING)
    deployment.ahead_ms += ARCHIVE_MS + 1
    deployment.reconciler().step()
    ended = deployment.get(asked)
    assert ended.proof is not None
    assert (ended.status, ended.proof.archived) == (ErasureStatus.SUCCEEDED, 7)


def test_of_an_archive_that_was_turned_off_nobody_says_that_it_has_erased(deployment: Deployment) -> None:
    outbox = Outbox(deployment.client)
    outbox.switch_on(100)
    asked = deployment.ask(external_author=GUEST)
    deployment.reconciler().step()
    outbox.switch_off()
    deployment.ahead_ms += ARCHIVE_MS + 1
    deployment.reconciler().step()
    found = deployment.get(asked)
    assert found.proof is not None
    assert (found.status, found.proof.archive) == (ErasureStatus.SUCCEEDED, None)


def test_a_batch_that_somebody_deletes_meanwhile_is_not_counted_and_hinders_nothing(deployment: Deployment) -> None:
    batches, request = BatchStore(deployment.client), JobRequest(external_author=GUEST)
    names = ("batch_1", "batch_2")
    for name in names:
        batches.create(Batch(id=name, request=request), [Line(number=1, text="Gut.")], target=9)
    asked, reconciler = deployment.ask(external_author=GUEST), deployment.reconciler()

    def meanwhile() -> None:
        (left,) = [name for name in names if not deployment.client.hexists(keys.BATCH("default", name), "gone")]
        batches.delete("default", left)

    at_renewal(reconciler, JOBS + 1, meanwhile)
    assert reconciler.step()
    assert (deployment.get(asked).status, deployment.get(asked).erased.batches) == (ErasureStatus.SUCCEEDED, 1)


def test_what_is_left_to_others_is_named_and_it_is_incomplete(deployment: Deployment) -> None:
    lines = [Line(number=1, text="Gut."), Line(number=2, text="Gut.", restaurant="krone")]
    BatchStore(deployment.client).create(Batch(id="batch_1", request=JobRequest(restaurant="adler")), lines, target=9)
    asked = deployment.ask(restaurant="adler")
    deployment.reconciler().step()
    found = deployment.get(asked)
    assert (found.status, found.erased.jobs) == (ErasureStatus.INCOMPLETE, JOBS + 1)
    assert found.proof is not None
    assert found.proof.shared_batches == ["batch_1"]
    assert deployment.noted() == [("erasure_incomplete", asked)]


def test_where_texts_are_encrypted_so_is_the_guests_id_and_without_the_key_it_waits(
    redis_server: RedisServer, redis_client: redis.Redis, tmp_path: Any
) -> None:
    folder = make_folder(tmp_path / "keys", "default")
    with (
        sealed_client(redis_server, sealing_of(folder)) as client,
        sealed_client(redis_server, sealing_of(KeyFolder(tmp_path))) as lost,
    ):
        deployment, without = Deployment(client), Deployment(lost)
        create(RedisStore(client), external_author=GUEST)
        asked = deployment.ask(external_author=GUEST)
        assert GUEST.encode() not in deployment.everything()
        for _ in range(MOST_TRIES + 1):
            assert without.reconciler().step()
            without.ahead_ms += KEY_MS + 1
        deployment.ahead_ms = without.ahead_ms
        assert deployment.get(asked).status is ErasureStatus.QUEUED, "a missing key is no try"
        assert deployment.reconciler().step()
        assert (deployment.get(asked).status, deployment.get(asked).erased.jobs) == (ErasureStatus.SUCCEEDED, 1)
        forgotten = deployment.ask(external_author=GUEST)
        folder.delete("default")
    with sealed_client(redis_server, sealing_of(folder)) as client:
        deployment.client, deployment.store = client, ErasureStore(client)
        assert deployment.reconciler().step()
        found = deployment.get(forgotten)
        assert found.error is not None
        assert (found.status, found.error.code) == (ErasureStatus.FAILED, "text_erased")


def test_another_organisations_is_not_there(deployment: Deployment) -> None:
    asked = deployment.ask(external_author=GUEST)
    with pytest.raises(NotFound):
        deployment.store.get("acme", asked)
    assert deployment.store.page("acme", size=9).found == []
