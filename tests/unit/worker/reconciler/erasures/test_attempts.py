"""Erasures that were asked for are carried out, whoever is killed, stopped or away in between."""

from typing import Any

import pytest
import redis

from jobs.erasure import Erased, ErasureStatus
from jobs.errors import Unavailable
from store import keys
from store.erasures import ErasureStore
from store.whose import Whose
from tests.unit.worker.reconciler.erasures.conftest import GUEST, JOBS, Deployment, at_renewal
from worker.reconciler.erasures import AGAIN_MS, LEASE_MS, MOST_TRIES


class Killed(BaseException):
    """As if the process was gone: nothing of it runs any more."""


def die() -> None:
    raise Killed


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


@pytest.mark.parametrize(("ending", "action"), [("end", "erasure_succeeded"), ("fail", "erasure_failed")])
def test_who_is_killed_right_behind_the_end_has_told_it_to_the_audit_log(
    deployment: Deployment, ending: str, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody comes back to what has ended: a line that was written by itself would be missing for ever."""
    asked, ended = deployment.ask(external_author=GUEST), getattr(ErasureStore, ending)

    def killed(*args: Any, **kwargs: Any) -> None:
        ended(*args, **kwargs)
        die()

    monkeypatch.setattr(ErasureStore, ending, killed)
    if ending == "fail":
        monkeypatch.setattr("worker.reconciler.erasures.MOST_TRIES", 0)
    with pytest.raises(Killed):
        deployment.reconciler().step()
    assert deployment.get(asked).status.terminal
    assert deployment.noted() == [(action, asked)]


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
