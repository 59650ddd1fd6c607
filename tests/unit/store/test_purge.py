"""`celery purge` empties the queues: jobs whose messages it took wait on, are judged, and are counted right."""

from celery import Celery
from kombu import Queue

from store import keys, queues
from tests.support.factories import create, work_off
from tests.support.sent_messages import sent_message
from tests.support.worlds import RedisWorld


def purge(world: RedisWorld) -> int:
    """As `celery purge -Q …` of a client that knows all queues does it; how many messages it took."""
    where = world.redis.connection_pool.connection_kwargs
    app = Celery(broker=f"redis://{where['host']}:{where['port']}/{where.get('db', 0)}", set_as_current=False)
    app.conf.task_queues = [Queue(name, routing_key=name) for name in (*queues.CELERY_ORDER, queues.CELERY_QUEUE)]
    found: int = app.control.purge()
    return found


def test_jobs_whose_messages_were_purged_are_judged_and_counted_right(redis_world: RedisWorld) -> None:
    store = redis_world.store
    made = [create(store, tenant=tenant) for tenant in ("default", "acme", "default", "acme", "zeta") for _ in range(3)]
    redis_world.redis.lpush(queues.CELERY_QUEUE, sent_message("untaken", "Gut."))
    assert purge(redis_world) > 0
    redis_world.advance(10 * 60_000)
    for _ in range(5):
        store.reconcile()
        work_off(store)
    assert {store.get(job.tenant, job.id).job.status.value for job in made} == {"succeeded"}
    backlog = store.backlog()
    assert (sum(backlog.waiting.values()), backlog.running) == (0, 0)
    assert redis_world.redis.zcard(keys.LIVE) == 0
