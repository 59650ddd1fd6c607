"""How a worker process ends: with an error when it broke, so that it is started again, well when it was asked to."""

import signal

import pytest
import redis

from store.jobs import RedisStore
from tests.support.factories import create
from tests.support.processes import Api, Process, start_worker, wait_for_worker
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

#: Longer than a moment on any machine.
LONG = " ".join(f"Der {n}. Gang war gut, nur der Service war bei Gang {n} langsam." for n in range(400))


def break_celery(client: redis.Redis) -> bool:
    """Let the stock consumer's waiting read fail, as a Redis without disk does."""
    waiting = [one["id"] for one in client.client_list() if one["cmd"] == "brpop"]
    return any(client.execute_command("CLIENT UNBLOCK", number, "ERROR") for number in waiting)


def test_a_worker_whose_celery_part_breaks_ends_with_an_error(
    own_redis: RedisServer, own_processes: list[Process | Api]
) -> None:
    worker = start_worker(own_redis.url)
    own_processes.append(worker)
    with own_redis.client() as client:
        wait_for_worker(worker, client)
        wait_for(lambda: break_celery(client) or not worker.running, "the stock consumer waits")
    assert worker.wait() != 0


@pytest.mark.parametrize("plain", [False, True], ids=["batches", "plain"])
def test_a_worker_outlives_a_redis_that_takes_no_writes_for_the_moment(
    own_redis: RedisServer, own_processes: list[Process | Api], plain: bool
) -> None:
    """As in a failover, until the new primary has a replica again."""
    worker = start_worker(own_redis.url, plain=plain)
    own_processes.append(worker)
    with own_redis.client() as client:
        worker.wait_until(lambda: "worker@test ready." in worker.log, "it is ready")
        client.config_set("min-replicas-to-write", 1)
        worker.wait_until(lambda: "Celery's part waits until Redis takes writes" in worker.log, "it is refused")
        client.config_set("min-replicas-to-write", 0)
        store = RedisStore(client)
        job = create(store)
        worker.wait_until(lambda: store.get("default", job.id).job.status.terminal, "the job has ended")
        worker.wait_until(lambda: any(one["cmd"] == "brpop" for one in client.client_list()), "Celery's part reads")


@pytest.mark.parametrize(
    "signals", [[signal.SIGTERM], [signal.SIGTERM, signal.SIGTERM], [signal.SIGQUIT], [signal.SIGTERM, signal.SIGQUIT]]
)
def test_a_worker_that_is_asked_to_end_ends_well_and_holds_nothing(
    own_redis: RedisServer, own_processes: list[Process | Api], signals: list[signal.Signals]
) -> None:
    worker = start_worker(own_redis.url, cache="false")
    own_processes.append(worker)
    with own_redis.client() as client:
        wait_for_worker(worker, client)
        store = RedisStore(client)
        job = create(store, LONG)
        wait_for(lambda: client.hlen("kritiq:claims"), "it holds the job")
        for number in signals:
            worker.send(number)
            wait_for(lambda: "shutdown" in worker.log or not worker.running, "it heard", deadline_s=20)
        assert worker.wait() == 0, worker.log[-2000:]
        assert client.hlen("kritiq:claims") == 0
        # Done, or handed back: whichever, it is nobody's fault.
        assert store.get("default", job.id).job.status.value in ("succeeded", "queued")
