"""The deliverer without a store and without a network: what it sends, and what it writes down."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from jobs.errors import SettingsError, Unavailable
from store.deliveries import DeliveryStore
from tests.support.receiver_stub import ReceiverStub
from tests.support.snapshots import make_snapshot
from webhooks.delivery import Attempt, DeliveryStatus, Lease, Recorded, Verdict
from webhooks.secret import new_secret
from webhooks.snapshot import DeliverySnapshot, Dropped, DropReason
from webhooks.ssrf import Policy
from worker.delivery.deliverer import Deliverer
from worker.delivery.response import Failure
from worker.delivery.sender import trust


@dataclass(kw_only=True)
class Deliveries:
    """Gives one snapshot, or raises; notes what is recorded, and is away as often as `away` says."""

    found: DeliverySnapshot | Exception
    away: int = 0
    recorded: list[tuple[Verdict, str, float | None, Attempt | None]] = field(default_factory=list)

    def now_ms(self) -> int:
        return 1000

    def snapshot(self, lease: Lease) -> DeliverySnapshot:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found

    def record(
        self, lease: Lease, verdict: Verdict, *, attempt: Attempt | None, delay_s: float | None, reason: str
    ) -> Recorded:
        if self.away:
            self.away -= 1
            raise Unavailable
        self.recorded.append((verdict, reason, delay_s, attempt))
        return Recorded(status=DeliveryStatus.PENDING, next_ms=None)


@dataclass(kw_only=True)
class Time:
    """A clock that moves when somebody sleeps."""

    now: float = 1_794_648_600.9

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def make_deliverer(deliveries: Deliveries, time: Time, **changes: Any) -> Deliverer:
    given = {"policy": Policy(), "tls": trust(), "now": time, "clock": time, "sleep": time.sleep} | changes
    return Deliverer(cast("DeliveryStore", deliveries), **given)


def deliver(deliveries: Deliveries, time: Time | None = None, **changes: Any) -> Recorded | None:
    return make_deliverer(deliveries, time or Time(), **changes).deliver(make_snapshot().lease)


def test_sends_what_the_snapshot_holds_at_the_time_of_the_attempt(receiver: ReceiverStub) -> None:
    snapshot = make_snapshot(secrets=(new_secret(), new_secret()))
    deliveries = Deliveries(found=snapshot)
    deliver(deliveries)
    (sent,) = receiver.sent
    assert (sent.url, sent.id, sent.headers["webhook-timestamp"]) == (
        snapshot.options.url,
        snapshot.lease.id,
        "1794648600",
    )
    assert len(sent.headers["webhook-signature"].split(" ")) == 2
    ((verdict, reason, delay_s, attempt),) = deliveries.recorded
    assert (verdict, reason, delay_s) == (Verdict.SUCCEEDED, "", None)
    assert attempt is not None
    assert (attempt.started_at, attempt.status, attempt.error) == (snapshot.read_at, 204, None)


@pytest.mark.parametrize("reason", list(DropReason))
def test_what_is_dropped_is_not_sent_and_was_no_attempt(receiver: ReceiverStub, reason: DropReason) -> None:
    deliveries = Deliveries(found=Dropped(reason))
    deliver(deliveries)
    assert receiver.sent == []
    assert deliveries.recorded == [(Verdict.DROPPED, reason, None, None)]


@pytest.mark.parametrize("error", [SettingsError("no key"), ValueError("not JSON"), None])
def test_a_fault_of_ours_is_tried_again_and_blames_nobody(receiver: ReceiverStub, error: Exception | None) -> None:
    # Without a secret, it is signing that fails.
    deliveries = Deliveries(found=error or make_snapshot(secrets=()))
    deliver(deliveries)
    assert receiver.sent == []
    ((verdict, reason, delay_s, attempt),) = deliveries.recorded
    assert (verdict, reason, delay_s) == (Verdict.INTERNAL, "internal_error", 60.0)
    assert attempt is not None
    assert (attempt.started_at, attempt.error) == (1000, "internal_error")


@pytest.mark.parametrize(
    ("says", "verdict", "reason", "error"),
    [
        (410, Verdict.GONE, "410", "http_status"),
        (500, Verdict.FAILED, "500", "http_status"),
        (Failure.TIMEOUT, Verdict.FAILED, "timeout", "timeout"),
    ],
)
def test_a_failed_attempt(
    receiver: ReceiverStub, says: int | Failure, verdict: Verdict, reason: str, error: str
) -> None:
    receiver.says = says
    deliveries = Deliveries(found=make_snapshot())
    deliver(deliveries)
    ((found, why, delay_s, attempt),) = deliveries.recorded
    assert (found, why) == (verdict, reason)
    assert delay_s is not None
    assert attempt is not None
    assert attempt.error == error


def test_while_the_store_is_away_the_outcome_is_kept_for_a_while(receiver: ReceiverStub) -> None:
    deliveries = Deliveries(found=make_snapshot(), away=20)
    deliver(deliveries, patience_s=15)
    assert len(deliveries.recorded) == len(receiver.sent) == 1


def test_not_for_longer_than_the_lease(receiver: ReceiverStub) -> None:
    time, deliveries = Time(), Deliveries(found=make_snapshot(), away=1000)
    began = time.now
    with pytest.raises(Unavailable):
        deliver(deliveries, time, patience_s=15)
    assert 15 <= time.now - began < 16


def test_a_store_that_is_away_before_sending_sends_nothing(receiver: ReceiverStub) -> None:
    deliveries = Deliveries(found=Unavailable())
    with pytest.raises(Unavailable):
        deliver(deliveries)
    assert (receiver.sent, deliveries.recorded) == ([], [])
