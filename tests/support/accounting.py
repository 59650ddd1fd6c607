"""The queues' running totals, recounted from the records: see `store/lua/lib/accounting.lua` for what must hold."""

from collections import Counter
from typing import Any

import redis

from store import keys, queues


def totals(client: redis.Redis, flow_of: str = keys.FLOW) -> tuple[Counter[str], Counter[str]]:
    """What the totals say: sentences and jobs that wait in each queue or for their time (`scheduled`), with the
    sentences that are held as `held`."""
    flow: dict[str, int] = {}
    rows: Any = client.hgetall(flow_of)
    for name, value in rows.items():
        flow[name.decode()] = int(value)

    def waiting(unit: str) -> Counter[str]:
        counted = {
            queue: flow.get(f"{unit}in:{queue}", 0)
            - flow.get(f"{unit}out:{queue}", 0)
            - flow.get(f"{unit}gone:{queue}", 0)
            for queue in queues.ORDER
        }
        return Counter({queue: count for queue, count in counted.items() if count})

    sentences = waiting("")
    jobs = waiting("jobs_")
    # Not `|=`, which would leave out what is less than nothing.
    sentences.update({name: flow[name] for name in ("held", "scheduled") if flow.get(name)})
    if flow.get("jobs_scheduled"):
        jobs["scheduled"] = flow["jobs_scheduled"]
    return sentences, jobs


def wrong_marks(client: redis.Redis) -> dict[str, int]:
    """Queue -> marks that are too many, or too few: each job that waits there has one, and no other."""
    _, jobs = recount(client)
    found = {
        queue: sum(int(client.zcard(key)) for key in client.scan_iter(keys.MARKS("*", queue))) for queue in queues.ORDER
    }
    return {queue: count - jobs[queue] for queue, count in found.items() if count != jobs[queue]}


def recount(client: redis.Redis, tenant: str = "*") -> tuple[Counter[str], Counter[str]]:
    """The same from the records of all jobs and chunks, or those of a tenant."""
    sentences, jobs = Counter[str](), Counter[str]()
    for key in client.scan_iter(keys.JOB(tenant, "*")):
        found: Any = client.hmget(key, "status", "queue", "weight")
        status, queue, weight = found
        if status == b"queued":
            sentences[queue.decode()] += int(weight)
            jobs[queue.decode()] += 1
        elif status == b"scheduled":
            sentences["scheduled"] += int(weight)
            jobs["scheduled"] += 1
        elif status == b"running":
            sentences["held"] += int(weight)
    return sentences, jobs


def waiting_of(client: redis.Redis, tenant: str) -> tuple[Counter[str], Counter[str]]:
    """The sentences that wait in each queue, or for their time, by a tenant's totals and by its jobs' records."""
    sentences, own = recount(client, tenant)[0], (*queues.ORDER, "scheduled")
    return totals(client, keys.TENANT_FLOW(tenant))[0], Counter({q: sentences[q] for q in own if sentences[q]})


def apart(client: redis.Redis) -> tuple[Counter[str], Counter[str]]:
    """Messages that wait apart from each queue, by the totals and by counting."""
    by_totals: Any = {queue: int(client.hget(keys.FLOW, f"apart:{queue}") or 0) for queue in queues.ORDER}
    found = {
        queue: sum(client.llen(key) for key in client.scan_iter(keys.WAITING("*", queue))) for queue in queues.ORDER
    }
    return Counter(by_totals), Counter(found)


def stored(client: redis.Redis, tenant: str) -> int:
    """The bytes that a tenant's records hold, by its totals."""
    return int(client.hget(keys.TENANT_FLOW(tenant), "stored") or 0)
