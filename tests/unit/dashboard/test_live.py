"""The stream: what it says, when it says it, and that it gives its place back."""

import threading
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from examples.dashboard import live
from examples.dashboard.event import read_event
from examples.dashboard.live import MAX_STREAMS, Signal, Stream
from examples.dashboard.store import Store
from tests.unit.dashboard.factories import job_event, sentence, signed


def take(store: Store, webhook_id: str) -> None:
    event = read_event(signed(job_event(sentence(food="positive")))[0])
    assert event is not None
    store.take(webhook_id, event)


def test_a_stream_tells_the_revision_at_once_and_each_new_one(tmp_path: Path) -> None:
    store, signal = Store(tmp_path / "db"), Signal()
    parts = iter(Stream(store, signal))
    assert next(parts) == "retry: 2000\n\n"
    first = store.revision()
    assert next(parts) == f"id: {first}\nevent: revision\ndata: {first}\n\n"

    def later() -> None:
        take(store, "msg_1")
        signal.ring()

    thread = threading.Thread(target=later)
    thread.start()
    told = next(parts)
    thread.join()
    assert told == f"id: {store.revision()}\nevent: revision\ndata: {store.revision()}\n\n"
    assert store.revision() != first


def test_what_another_process_writes_is_seen_without_a_bell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_S", 0.01)
    store, other = Store(tmp_path / "db"), Store(tmp_path / "db")
    parts = iter(Stream(store, Signal()))
    next(parts), next(parts)
    take(other, "msg_1")
    assert f"data: {other.revision()}" in next(parts)


def test_silence_is_broken_by_a_heartbeat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_S", 0.01)
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.02)
    parts = iter(Stream(Store(tmp_path / "db"), Signal()))
    next(parts), next(parts)
    assert next(parts) == "event: heartbeat\ndata: \n\n"


def test_a_database_that_begins_anew_has_another_revision(tmp_path: Path) -> None:
    assert Store(tmp_path / "one").revision() != Store(tmp_path / "two").revision()


def test_too_many_streams_are_sent_to_polling_and_places_come_back(client: FlaskClient) -> None:
    open_streams = [client.get("/events", buffered=False) for _ in range(MAX_STREAMS)]
    assert all(each.mimetype == "text/event-stream" for each in open_streams)
    refused = client.get("/events")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    for each in open_streams:
        each.close()
        each.close()
    again = client.get("/events", buffered=False)
    assert again.status_code == 200
    again.close()


def test_many_deliver_at_once_and_none_is_lost(tmp_path: Path) -> None:
    store = Store(tmp_path / "db")

    def send(sender: int) -> None:
        for number in range(20):
            take(store, f"msg_{sender}_{number % 10}")

    threads = [threading.Thread(target=send, args=(sender,)) for sender in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as db:
        assert db.execute("SELECT count(*) FROM deliveries").fetchone()[0] == 80
        assert db.execute("SELECT sum(n) FROM tally").fetchone()[0] == 80
