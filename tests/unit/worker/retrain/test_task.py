"""What a trainer tells of its work, and that it hears when nobody wants it any more."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from jobs.asked_retraining import RetrainingStatus
from jobs.errors import RetrainingUnderWay, Unavailable
from jobs.retraining import LATEST_MS, RetrainingRequest
from jobs.settings import Settings
from store import queues, retraining_keys
from store.audit import open_audit
from store.retrainings import RetrainingStore
from tests.support.factories import make_settings
from tests.support.redis_server import RedisServer
from worker.app import create_app
from worker.retrain.finished import Finished
from worker.retrain.flow import Canceled
from worker.retrain.lease import LEASE_S, RetrainingLease
from worker.retrain.results import result_of
from worker.retrain.task import TELL_S, Overtaken, Teller, Workshop, add_retraining

#: Celery 5.7's own call of redis-py 8.
DEPRECATED = pytest.mark.filterwarnings("ignore:Call to deprecated setex")


class World:
    """A clock, what was told, and whether the task is revoked."""

    def __init__(self) -> None:
        self.now, self.revoked, self.overtaken, self.away = 0.0, False, False, False
        self.told: list[dict[str, object]] = []
        self.teller = Teller(self.tell, lambda: self.revoked, lambda: self.overtaken, clock=lambda: self.now)

    def tell(self, what: dict[str, object]) -> None:
        if self.away:
            raise Unavailable
        self.told.append(what)


def test_progress_is_told_now_and_then_and_what_is_said_at_once() -> None:
    world = World()
    world.teller.announce("epoch 1")
    for step in range(1, 11):
        world.now += TELL_S / 4
        world.teller.progress(step / 10)
    assert [told["share"] for told in world.told] == [0.0, 0.4, 0.8]
    world.teller.announce("epoch 2")
    assert world.told[-1] == {"share": 1.0, "said": "epoch 2"}


def test_who_revokes_it_ends_it_at_the_next_word() -> None:
    world = World()
    world.teller.announce("epoch 1")
    world.revoked = True
    world.teller.progress(0.1)
    world.now += TELL_S
    with pytest.raises(Canceled):
        world.teller.progress(0.2)


def test_who_was_overtaken_by_another_trainer_stops_and_tells_nothing_more() -> None:
    world = World()
    world.teller.announce("epoch 1")
    world.overtaken = True
    world.now += TELL_S
    with pytest.raises(Overtaken):
        world.teller.progress(0.1)
    assert [told["said"] for told in world.told] == ["epoch 1"]


def test_while_nobody_can_be_told_it_goes_on() -> None:
    world = World()
    world.away = True
    world.teller.announce("epoch 1")
    world.away = False
    world.teller.announce("epoch 2")
    assert [told["said"] for told in world.told] == ["epoch 2"]


def test_one_trainer_at_a_time_is_at_work_on_a_task(redis_client: redis.Redis) -> None:
    lease = RetrainingLease(redis_client)
    assert lease.take("one", "a")
    assert not lease.take("one", "b")
    with lease.held("one", "a"):
        assert not lease.take("one", "b")
    assert lease.take("one", "b")


def test_who_said_nothing_for_too_long_ends_nobody_elses_lease(redis_client: redis.Redis) -> None:
    lease = RetrainingLease(redis_client)
    with lease.held("one", "a"):
        # It stood still, and another trainer has begun.
        redis_client.set(retraining_keys.RETRAINING("one"), "b", px=600_000)
        assert not lease.renew("one", "a")
        assert int(redis_client.pttl(retraining_keys.RETRAINING("one"))) > 1_000 * LEASE_S
    assert not lease.take("one", "c")
    assert redis_client.get(retraining_keys.RETRAINING("one")) == b"b"


def test_who_has_the_lease_or_may_have_it_again_goes_on(redis_client: redis.Redis) -> None:
    lease = RetrainingLease(redis_client)
    assert lease.take("one", "a")
    assert lease.renew("one", "a")
    # It stood still, and nobody else has begun.
    redis_client.delete(retraining_keys.RETRAINING("one"))
    assert lease.renew("one", "a")
    assert not lease.take("one", "b")


@DEPRECATED
def test_what_was_canceled_before_it_began_reads_no_feedback(
    redis_server: RedisServer, redis_client: redis.Redis, tmp_path: Path
) -> None:
    settings, asked = make_settings(redis_url=redis_server.url), RetrainingRequest(model="fake/1", tenants=("acme",))
    store = RetrainingStore(redis_client)
    made = store.ask(asked)
    store.cancel(made.id)
    app = create_app(settings)
    add_retraining(app, Workshop(settings=settings, folder=tmp_path))
    app.tasks[queues.RETRAIN].apply(kwargs={"at_ms": made.asked_at, **asked.to_dict()}, task_id=made.id)
    assert store.get(made.id).status is RetrainingStatus.CANCELED
    assert result_of(settings, made.id).state == "REVOKED"
    assert open_audit(settings, redis_client).page("acme", size=9).entries == []


class FlowStub:
    """Tells that it is half done, and has `meanwhile` look."""

    meanwhile: Callable[[], object] = staticmethod(lambda: None)

    def __init__(self, settings: Settings, client: redis.Redis, *, announce: Callable[[str], None], **_: Any) -> None:
        self._announce = announce

    def run(self, asked: RetrainingRequest, folder: Path, **_: Any) -> Finished:
        self._announce("epoch 1")
        type(self).meanwhile()
        return Finished(version="fake/2", directory=folder, refusals=(), comparison={})


@pytest.fixture
def send(
    redis_server: RedisServer, redis_client: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """As a Celery client by itself: send(id, model) is done by a trainer at once, and gives its result."""
    monkeypatch.setattr("worker.retrain.task.Flow", FlowStub)
    settings = make_settings(redis_url=redis_server.url)
    app = create_app(settings)
    app.conf.task_store_eager_result = True
    add_retraining(app, Workshop(settings=settings, folder=tmp_path))

    def sent(task: str, model: str, at_ms: int = 1_764_400_000_000) -> Any:
        asked = RetrainingRequest(model=model, tenants=("acme",)).to_dict()
        return app.tasks[queues.RETRAIN].apply(kwargs={"at_ms": at_ms, **asked}, task_id=task)

    return sent


@DEPRECATED
def test_what_a_celery_client_sends_by_itself_is_listed_once_a_trainer_has_it(
    send: Callable[..., Any], redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, seen = RetrainingStore(redis_client), []
    monkeypatch.setattr(FlowStub, "meanwhile", lambda: seen.extend(store.page(size=9).found))
    send("by-hand", "fake/1")
    [under_way] = seen
    assert (under_way.id, under_way.base, under_way.status) == ("by-hand", "fake/1", RetrainingStatus.RUNNING)
    assert (under_way.request.tenants, under_way.message) == (("acme",), "epoch 1")
    [done] = store.page(size=9).found
    assert (done.id, done.status) == ("by-hand", RetrainingStatus.SUCCEEDED)


@DEPRECATED
def test_one_of_a_version_that_is_retrained_already_fails_at_once(
    send: Callable[..., Any], redis_client: redis.Redis
) -> None:
    store = RetrainingStore(redis_client)
    first = store.ask(RetrainingRequest(model="fake/1", tenants=("acme",)))
    refused = send("by-hand", "fake/1")
    assert (refused.state, type(refused.result)) == ("FAILURE", RetrainingUnderWay)
    assert first.id in str(refused.result)
    assert [each.id for each in store.page(size=9).found] == [first.id]
    # The first is the trainer's to do, whatever was sent meanwhile.
    assert send(first.id, "fake/1").state == "SUCCESS"
    assert send("once-more", "fake/1").state == "SUCCESS"


@DEPRECATED
def test_one_from_the_future_stands_in_the_list_where_it_came(
    send: Callable[..., Any], redis_client: redis.Redis
) -> None:
    send("future", "fake/1", at_ms=LATEST_MS)
    later = RetrainingStore(redis_client).ask(RetrainingRequest(model="fake/2", tenants=("acme",)))
    assert [each.id for each in RetrainingStore(redis_client).page(size=9).found] == [later.id, "future"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"tenants": []},
        {"tenants": "acme"},
        {"tenants": None},
        {"alias": "No Alias"},
        {"alias": 7},
        {"model": 7},
        {"rollout": "false"},
        {"rollout": {"steps": [5, 500]}},
        {"options": ["epochs"]},
        {"options": {"directory": 1.0}},
        *({"options": {"margin": margin}} for margin in (float("nan"), -0.1, 1.5, "0.1", True)),
        *({"options": {"epochs": epochs}} for epochs in (0, 2.5, "3", True)),
        {"options": {"learning_rate": float("inf")}},
        {"options": {"seed": -1}},
    ],
)
def test_a_request_that_makes_no_sense_is_refused_whoever_sends_it(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"should|no option"):
        RetrainingRequest.sent(**({"model": "default", "tenants": ["acme"]} | wrong))
