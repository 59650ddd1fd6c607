"""What turns cost: claiming from one organisation, and from 10,000 that take turns, by Redis' own processor time."""

from statistics import median

from bench.queue.run import Run
from jobs.job import DEFAULT_TENANT, Job, new_id
from store.jobs import RedisStore

#: Organisations that wait at once.
MANY = 10_000


def turns(run: Run) -> None:
    """`claim_of_many_vs_one`: one organisation with as many jobs as there are, to one job each of 10,000.

    `claim_of_one_vs_shared` is the same of one organisation with keys, to the default one, whose jobs take no turns.
    """
    rounds = [_round(run) for _ in range(run.scale.rounds)]
    shared, one, many = (median(each[part] for each in rounds) for part in range(3))
    run.keep("claim_of_many_vs_one", many / one, many_us=round(many, 1), one_us=round(one, 1))
    run.keep("claim_of_one_vs_shared", one / shared, one_us=round(one, 1), shared_us=round(shared, 1))


def _round(run: Run) -> tuple[float, float, float]:
    few = run.scale.costless_jobs
    names = [f"t{number:05}" for number in range(MANY)]
    return _claim_us(run, [DEFAULT_TENANT] * few), _claim_us(run, ["acme"] * few), _claim_us(run, names)


def _claim_us(run: Run, tenants: list[str]) -> float:
    """Microseconds of Redis for each job that is claimed, of one job for each of these organisations."""
    client = run.stack.client
    client.flushall()
    store = RedisStore(client)
    for tenant in tenants:
        store.create(Job(id=new_id(), tenant=tenant), "Das Essen war gut.")
    before = _cpu_us(run)
    claimed = 0
    while taken := store.claim(jobs=64, weight=512, lease_ms=600_000):
        claimed += len(taken)
    assert claimed == len(tenants)
    return (_cpu_us(run) - before) / claimed


def _cpu_us(run: Run) -> float:
    found = run.stack.client.info("cpu")
    return float(found["used_cpu_user"] + found["used_cpu_sys"]) * 1_000_000
