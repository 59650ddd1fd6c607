"""What a million jobs that wait cost those who only look: `/metrics`, the reconciler, and Redis' memory."""

import multiprocessing
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from bench.figures import significant
from bench.fleet import Client, request
from bench.harness import cpu_s
from bench.queue.rates import fill
from bench.queue.run import Run
from bench.texts import reviews
from jobs.settings import load_settings
from store.connection import connect
from store.jobs import RedisStore

#: Processes that submit, and requests of `/metrics`.
SUBMITTERS, LOOKS = 2, 50
#: Seconds over which processor time is counted: the reconciler has rounds of a second, some things in each tenth.
WATCHED_S = 60.0


def queued(run: Run) -> None:
    """`metrics_ms_queued`: the median answer of `/metrics` in milliseconds while all jobs wait; and beside it what the
    reconciler and Redis use of a core when nothing happens, and the bytes of a job, each also for an empty queue."""
    empty = _looked(run)
    used = _used(run)
    jobs, parts = run.scale.queued_jobs, SUBMITTERS
    with ProcessPoolExecutor(parts, mp_context=multiprocessing.get_context("spawn")) as pool:
        shares = [jobs // parts + (part < jobs % parts) for part in range(parts)]
        list(pool.map(_submit, [run.stack.url] * parts, shares, range(parts)))
    size = (_used(run) - used) / jobs
    full = _looked(run)
    run.keep("metrics_ms_queued", full["metrics_ms_p50"], jobs=jobs, bytes_a_job=round(size), full=full, empty=empty)


def _submit(url: str, jobs: int, seed: int) -> None:
    """Queue so many jobs, in a process of its own."""
    settings = load_settings().model_copy(update={"redis_url": url, "max_backlog": 0, "max_tenant_backlog": 0})
    with connect(settings) as client:
        fill(RedisStore(client), settings, reviews(jobs, seed=100 + seed, longest=3))


def _used(run: Run) -> int:
    memory: Any = run.stack.client.info("memory")
    return int(memory["used_memory"])


def _looked(run: Run) -> dict[str, float]:
    """What looking costs now: a reconciler alone for a while, then an API that is asked for its numbers."""
    with run.stack.process("ops", "reconciler", "--log-level", "warning") as reconciler:
        # Imports and scripts are not what it costs to be there.
        time.sleep(10)
        pids = {"reconciler": reconciler.pid, "redis": run.stack.redis.pid}
        before = {name: cpu_s(pid) for name, pid in pids.items()}
        time.sleep(WATCHED_S)
        reconciler.check()
        share = {
            f"{name}_core_share": significant((cpu_s(pid) - before[name]) / WATCHED_S) for name, pid in pids.items()
        }
    with run.stack.api() as (_, port):
        client, took = Client(port), []
        for _ in range(LOOKS):
            started = time.perf_counter()
            if client(request("GET", "/metrics")).status != 200:
                raise RuntimeError("/metrics did not answer")
            took.append((time.perf_counter() - started) * 1000)
        client.close()
    return share | {"metrics_ms_p50": significant(statistics.median(took)), "metrics_ms_max": significant(max(took))}
