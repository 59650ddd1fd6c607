"""Very many jobs that have ended, as Redis has them, without the time that it takes to submit them."""

import redis

from jobs.job import DEFAULT_TENANT, Status, new_id
from store import keys
from store.without_result import DONE, EndsWithoutResult


def many_ended(client: redis.Redis, status: Status, count: int) -> None:
    """So many more single jobs, newer than all that there are, which ended so under a release without an index."""
    now = int(client.time()[0]) * 1000 + 10_000
    pipe = client.pipeline(transaction=False)
    for number in range(count):
        name = new_id()
        pipe.hset(
            keys.JOB(DEFAULT_TENANT, name),
            mapping={"status": status.value, "created_at": now + number, "request": "{}"},
        )
        pipe.zadd(keys.JOBS(DEFAULT_TENANT), {name: now + number})
    pipe.execute()


def indexed(client: redis.Redis) -> None:
    """Every process keeps the index of ends without a result, and it has all of them."""
    ends = EndsWithoutResult(client, lambda: True)
    while not client.hexists(keys.KEPT, DONE):
        ends.find()
