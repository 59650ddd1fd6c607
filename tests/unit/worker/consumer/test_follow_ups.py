"""The outbox is worked off, whatever becomes of single entries of it."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import pytest
import redis
from celery import Celery

from jobs.celery_task import CeleryMessage, CeleryTask, FollowUp, UntoldEnd
from jobs.errors import Unavailable
from store.jobs import RedisStore
from tests.support.factories import LEASE_MS, REVIEW, make_job, make_settings, succeeded
from tests.support.model_store import ModelStore
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for
from worker.consumer.celery_ends import CeleryEnds
from worker.consumer.follow_ups import FollowUps


def owe(store: Any, names: Sequence[str], request: Callable[[str], bytes] = lambda name: b"{}") -> None:
    """Put ended tasks with these ids into the outbox; each is followed by something."""
    for name in names:
        task = CeleryTask(request=request(name))
        message = CeleryMessage(tag=f"tag-{name}", message=b"")
        claim = store.adopt(message, make_job(id=name), REVIEW, lease_ms=LEASE_MS, task=task)
        store.complete([succeeded(claim)])


class Ends:
    """In place of `CeleryEnds`: what cannot be sent raises what is given for it."""

    def __init__(self, **faults: Exception) -> None:
        self.faults = faults
        self.tried: list[str] = []

    def follow(self, entry: FollowUp) -> None:
        self.tried.append(entry.id)
        if entry.id in self.faults:
            raise self.faults[entry.id]


def follow_ups(store: ModelStore, ends: Ends) -> FollowUps:
    return FollowUps(store, cast("CeleryEnds", ends), look_s=0.01)


def test_ends_that_no_attempt_told_are_told_in_the_same_round() -> None:
    store, told = ModelStore(), list[UntoldEnd]()
    for name in ("one", "two"):
        store.create(make_job(id=name), REVIEW)
        store.cancel("default", name)
    assert follow_ups(store, Ends()).round() == 0
    assert FollowUps(store, cast("CeleryEnds", Ends()), tell=told.extend).round() == 2
    assert [end.task for end in told] == ["one", "two"]


@pytest.fixture
def app() -> Iterator[Celery]:
    """A client's application."""
    with Celery("somebody-else", set_as_current=False) as found:
        yield found


@pytest.mark.parametrize("fault", [Unavailable("no permission"), redis.ResponseError("WRONGTYPE"), KeyError("bug")])
def test_an_entry_that_cannot_be_sent_stops_no_other(fault: Exception, caplog: pytest.LogCaptureFixture) -> None:
    store, ends = ModelStore(), Ends(b=fault)
    owe(store, ["a", "b", "c"])
    follow_ups(store, ends).round()
    assert ends.tried == ["a", "b", "c"]
    (record,) = caplog.records
    assert (record.levelname, vars(record)["job_id"]) == ("WARNING", "b")
    ends.faults.clear()
    store._now = lambda: 1 << 60
    follow_ups(store, ends).round()
    assert ends.tried[3:] == ["b"], "what could not be sent is owed still"


def test_while_redis_is_away_the_others_are_not_tried() -> None:
    class Away(ModelStore):
        def ping(self) -> None:
            raise Unavailable

    store, ends = Away(), Ends(a=Unavailable())
    owe(store, ["a", "b"])
    with pytest.raises(Unavailable):
        follow_ups(store, ends).round()
    assert ends.tried == ["a"]


@pytest.mark.parametrize("fault", [Unavailable(), redis.exceptions.NoPermissionError("NOPERM"), KeyError("bug")])
def test_it_goes_on_whatever_keeps_the_outbox_from_being_read(
    fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(ModelStore):
        looks = 0

        def follow_ups(self, **options: Any) -> list[FollowUp]:
            self.looks += 1
            if self.looks < 5:
                raise fault
            return super().follow_ups(**options)

    store, ends = Broken(), Ends()
    owe(store, ["a"])
    sending = follow_ups(store, ends)
    sending.start()
    wait_for(lambda: ends.tried == ["a"], "the entry is sent")
    sending.stop()
    assert len(caplog.records) == 1, "it is told once"


def test_a_queue_that_refuses_is_in_nobodys_way(
    redis_client: redis.Redis, redis_server: RedisServer, app: Celery
) -> None:
    store = RedisStore(redis_client)
    redis_client.set("refuses", "this is no list")

    def linked(name: str) -> bytes:
        link = app.signature("user.note", queue="refuses" if name.startswith("bad") else "user", task_id=f"link-{name}")
        return json.dumps({"task": "kritiq.analyze", "callbacks": [link]}).encode()

    owe(store, ["bad-1", "good-1", "bad-2", "good-2"], linked)
    FollowUps(store, CeleryEnds(make_settings(redis_url=redis_server.url))).round()
    sent = [json.loads(message)["headers"]["id"] for message in redis_client.lrange("user", 0, -1)]  # type: ignore[union-attr]
    assert sorted(sent) == ["link-good-1", "link-good-2"]
