"""What counting and logging cost: the same reviews with both and without, in turns."""

import time
from functools import partial

from bench.figures import in_turns, ratio_of, rounded
from bench.harness import until
from bench.queue.rates import fill, same_budget, sized
from bench.queue.run import CpuUse, Run
from store import keys
from store.jobs import RedisStore


def observed(run: Run) -> None:
    """`observed_vs_blind`: processor time of worker and Redis for a review, with numbers for Prometheus and a line for
    each use of the network in the log, against neither. What scripts count they count always.
    """
    texts, budget = sized(run, run.scale.seconds), same_budget(run)
    settings, store = run.stack.settings().model_copy(update={"max_backlog": 0}), RedisStore(run.stack.client)
    per_s: dict[str, list[float]] = {"on": [], "off": []}

    def cpu_ms(name: str) -> float:
        level, metrics = ("INFO", "true") if name == "on" else ("WARNING", "false")
        with run.stack.worker("ops", "worker", "--log-level", level, KRITIQ_METRICS=metrics, **budget) as worker:
            # What the first batches allocate and compile is neither's.
            fill(store, settings, texts[: len(texts) // 4])
            until(lambda: not run.stack.client.zcard(keys.LIVE), "the first jobs", within_s=300)
            before, started = CpuUse(worker=worker, redis=run.stack.redis), time.perf_counter()
            fill(store, settings, texts)
            until(lambda: worker.check() and not run.stack.client.zcard(keys.LIVE), "all jobs to end", within_s=300)
            per_s[name].append(len(texts) / (time.perf_counter() - started))
            spent = before.per_job_ms(len(texts))
            run.stack.check_results()
        return sum(spent.values())

    found = in_turns({name: partial(cpu_ms, name) for name in per_s}, run.scale.rounds)
    run.keep(
        "observed_vs_blind", ratio_of(found, "on", "off"), reviews=len(texts), cpu_ms_on=rounded(found["on"]),
        cpu_ms_off=rounded(found["off"]), per_s_on=rounded(per_s["on"]), per_s_off=rounded(per_s["off"]),
    )  # fmt: skip
