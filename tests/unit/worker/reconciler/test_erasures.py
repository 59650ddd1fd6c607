"""Erasures that were asked for are carried out, whoever is killed, stopped or away in between."""

from collections.abc import Callable
from typing import Any

import pytest
import redis

from access.text_keys import KeyFolder
from jobs.batch import Batch
from jobs.erasure import Erased, Erasure, ErasureStatus
from jobs.errors import NotFound, Unavailable
from jobs.job import new_id
from jobs.line import Line
from jobs.request import JobRequest
from store import keys
from store.audit import AuditStore
from store.batches import BatchStore
from store.erasures import ErasureStore
from store.jobs import RedisStore
from store.outbox import BEGINNING, Outbox
from store.whose import Whose
from tests.support.factories import create
from tests.support.redis_server import RedisServer
from tests.support.text_keys import make_folder, sealed_client, sealing_of
from worker.reconciler.erasures import AGAIN_MS, ARCHIVE_MS, KEY_MS, LEASE_MS, MOST_TRIES, Erasures

GUEST, JOBS = "gast-Zeisig", 3


class Killed(BaseException):
    """As if the process was gone: nothing of it runs any more."""


class Deployment:
    """Reconcilers over a Redis whose clock the test moves."""

    def __init__(self, client: redis.Redis) -> None:
        self.client, self.ahead_ms, self.seconds = client, 0, 0.0
        self.store = ErasureStore(client, offset_ms=lambda: self.ahead_ms)
        self.audit = AuditStore(client, most=100, lifetime_s=3_600)

    def reconciler(self) -> Erasures:
        return Erasures(self.client, self.audit, store=self.store, clock=lambda: self.seconds)

    def ask(self, **whose: Any) -> str:
        return self.store.ask(new_id("erasure"), Whose(**{"tenant": "default"} | whose)).id

    def get(self, erasure_id: str) -> Erasure:
        return self.store.get("default", erasure_id)

    def noted(self) -> list[tuple[str, str]]:
        return [(entry.action, entry.objects["erasure_id"]) for entry in self.audit.page("default", size=9).entries]

    def everything(self) -> bytes:
        """All that Redis has, in one piece."""
        return b"".join(self.client.dump(name) or b"" for name in self.client.scan_iter())


@pytest.fixture
def deployment(redis_client: redis.Redis) -> Deployment:
    made = Deployment(redis_client)
    for _ in range(JOBS):
        create(RedisStore(redis_client), external_author=GUEST, restaurant="adler")
    create(RedisStore(redis_client), external_author="gast-Amsel", restaurant="adler")
    return made


def at_renewal(erasures: Erasures, number: int, does: Callable[[], object], *, before: bool = False) -> None:
    """Have something happen when a reconciler notes for the so manyth time how far it is, behind it or `before`."""
    renew, seen = erasures._store.renew, 0

    def renewing(*args: Any, **kwargs: Any) -> bool:
        nonlocal seen
        seen += 1
        if seen == number and before:
            does()
        noted = renew(*args, **kwargs)
        if seen == number and not before:
            does()
        return noted

    # The store is each reconciler's own from here on.
    erasures._store = ErasureStore(erasures._store.client, offset_ms=erasures._store._offset_ms)
    erasures._store.renew = renewing  # type: ignore[method-assign]


def die() -> None:
    raise Killed


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


@pytest.mark.parametrize("step", range(1, JOBS + 1))
def test_another_goes_on_where_one_was_killed_and_the_report_has_what_both_deleted(
    deployment: Deployment, step: int
) -> None:
    asked, killed = deployment.ask(external_author=GUEST), deployment.reconciler()
    at_renewal(killed, step, die)
    with pytest.raises(Killed):
        killed.step()
    found = deployment.get(asked)
    assert (found.status, found.erased, found.proof) == (ErasureStatus.RUNNING, Erased(jobs=step), None)
    assert not deployment.reconciler().step(), "nobody knows yet that it is gone"
    deployment.ahead_ms += LEASE_MS + 1
    assert deployment.reconciler().step()
    found = deployment.get(asked)
    assert (found.status, found.erased) == (ErasureStatus.SUCCEEDED, Erased(jobs=JOBS))


def test_a_step_that_was_not_noted_any_more_is_all_that_the_report_lacks(deployment: Deployment) -> None:
    asked, killed = deployment.ask(external_author=GUEST), deployment.reconciler()
    at_renewal(killed, 2, die, before=True)
    with pytest.raises(Killed):
        killed.step()
    deployment.ahead_ms += LEASE_MS + 1
    deployment.reconciler().step()
    assert deployment.get(asked).erased == Erased(jobs=JOBS - 1)
    assert GUEST.encode() not in deployment.everything()


def test_who_comes_back_after_its_lease_leaves_it_to_whoever_has_it_by_then(deployment: Deployment) -> None:
    asked, slow = deployment.ask(external_author=GUEST), deployment.reconciler()

    def meanwhile() -> None:
        deployment.ahead_ms += LEASE_MS + 1
        assert deployment.reconciler().step()

    at_renewal(slow, 1, meanwhile)
    assert slow.step()
    found = deployment.get(asked)
    assert (found.status, found.erased) == (ErasureStatus.SUCCEEDED, Erased(jobs=JOBS))
    assert deployment.noted() == [("erasure_succeeded", asked)]


def test_who_is_slow_keeps_it_as_long_as_it_says_so(deployment: Deployment) -> None:
    deployment.ask(external_author=GUEST)
    slow = deployment.reconciler()

    def meanwhile() -> None:
        deployment.ahead_ms += LEASE_MS - 1
        assert not deployment.reconciler().step()

    at_renewal(slow, 2, meanwhile)
    assert slow.step()


def test_who_is_stopped_hands_it_back_at_once(deployment: Deployment) -> None:
    asked, stopped = deployment.ask(external_author=GUEST), deployment.reconciler()
    at_renewal(stopped, 1, stopped.stop)
    assert stopped.step()
    assert deployment.get(asked).status is ErasureStatus.QUEUED
    assert deployment.reconciler().step()
    assert deployment.get(asked).erased == Erased(jobs=JOBS)


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
    outbox.forget(outbox.last() or BEGINNING)
    deployment.ahead_ms += ARCHIVE_MS + 1
    deployment.reconciler().step()
    assert deployment.get(asked).status is ErasureStatus.SUCCEEDED


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


def test_one_that_fails_again_and_again_has_failed_and_others_are_carried_out(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, other = deployment.ask(external_author=GUEST), deployment.ask(external_author="gast-Amsel")
    reconciler = deployment.reconciler()
    erase = reconciler._eraser.erase

    def erasing(whose: Whose, **more: Any) -> Any:
        if whose.external_author == GUEST:
            raise ValueError("a record that nobody can read")
        return erase(whose, **more)

    monkeypatch.setattr(reconciler._eraser, "erase", erasing)
    for _ in range(MOST_TRIES + 1):
        while reconciler.step():
            pass
        deployment.ahead_ms += AGAIN_MS + 1
    assert deployment.get(other).status is ErasureStatus.SUCCEEDED
    found = deployment.get(broken)
    assert found.status is ErasureStatus.FAILED
    assert found.error is not None
    assert found.error.code == "erasure_failed"
    assert "a record that nobody can read" in caplog.text
    assert not deployment.client.hexists(keys.ERASURE("default", broken), "author")
    assert deployment.ask(external_author=GUEST)


def test_one_that_kills_whoever_carries_it_out_has_failed_in_the_end(deployment: Deployment) -> None:
    asked = deployment.ask(external_author=GUEST)
    for _ in range(MOST_TRIES):
        killed = deployment.reconciler()
        killed._eraser.erase = lambda *_, **more: die()  # type: ignore[method-assign, assignment]
        with pytest.raises(Killed):
            killed.step()
        deployment.ahead_ms += LEASE_MS + 1
    deployment.reconciler().step()
    assert deployment.get(asked).status is ErasureStatus.FAILED


def test_a_store_that_is_away_is_waited_for(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, reconciler = deployment.ask(external_author=GUEST), deployment.reconciler()
    claim, away = reconciler._store.claim, [Unavailable("away"), redis.ResponseError("NOPERM"), None]

    def claiming(**more: Any) -> Any:
        if (error := away.pop(0) if away else None) is not None:
            raise error
        return claim(**more)

    def wait(pause: float) -> None:
        if deployment.get(asked).status.terminal:
            reconciler.stop()

    monkeypatch.setattr(reconciler._store, "claim", claiming)
    monkeypatch.setattr(reconciler._stopping, "wait", wait)
    reconciler.run()
    assert (deployment.get(asked).status, away) == (ErasureStatus.SUCCEEDED, [])


def test_one_that_redis_went_away_from_goes_on_as_soon_as_it_is_back_and_that_is_no_try(deployment: Deployment) -> None:
    asked, reconciler = deployment.ask(external_author=GUEST), deployment.reconciler()
    erase = reconciler._eraser.erase

    def away(*_: Any, **more: Any) -> Any:
        raise Unavailable("away")

    reconciler._eraser.erase = away  # type: ignore[method-assign]
    for _ in range(MOST_TRIES + 1):
        with pytest.raises(Unavailable):
            reconciler.step()
    reconciler._eraser.erase = erase  # type: ignore[method-assign]
    assert reconciler.step()
    assert deployment.get(asked).status is ErasureStatus.SUCCEEDED


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
