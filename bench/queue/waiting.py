"""What clients that wait cost: a thousand of them at once, none of whom is refused, and 64 in turns."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from bench.figures import in_turns, percentile, ratio_of, rounded, significant
from bench.fleet import Client, fleet
from bench.harness import until
from bench.queue.latency import waiting_posts
from bench.queue.rates import CLIENTS, posts
from bench.queue.run import CpuUse, Run
from bench.texts import reviews
from store import keys

#: Clients that wait at once.
WAITING = 1_000


def waiting(run: Run) -> None:
    """`waiting_vs_alone`: p99 of a POST while clients wait for jobs that nobody judges yet, against the same without
    them. Then a model that costs nothing judges all, and every client has to get its result.
    """
    texts = reviews(WAITING, seed=11, longest=2)
    singles = posts(reviews(run.scale.singles, seed=12, longest=2))
    with run.stack.api() as (api, port), ThreadPoolExecutor(1) as pool:
        client = Client(port)

        def posted_ms() -> list[float]:
            took = []
            for sent in singles:
                started = time.perf_counter()
                if client(sent).status != 202:
                    raise RuntimeError("a post was not accepted")
                took.append((time.perf_counter() - started) * 1000)
            return took

        posted_ms()
        alone = posted_ms()
        waits = int(run.stack.client.zcard(keys.LIVE)) + WAITING
        cpu = CpuUse(api=api, redis=run.stack.redis)
        answered = pool.submit(fleet, port, waiting_posts(texts), clients=WAITING, expect=200)
        until(lambda: answered.done() or int(run.stack.client.zcard(keys.LIVE)) >= waits, "all to wait", within_s=30)
        # Those who have just come are still being seen to.
        posted_ms()
        beside = posted_ms()
        with run.stack.worker("bench.queue.worker"):
            seconds = answered.result()
        spent = cpu.per_job_ms(WAITING + 2 * len(singles))
        client.close()
    run.keep(
        "waiting_vs_alone", percentile(beside, 0.99) / percentile(alone, 0.99), clients=WAITING,
        answered_within_s=significant(seconds), cpu_ms_per_request=spent,
        alone_ms_p50=significant(percentile(alone, 0.5)), alone_ms_p99=significant(percentile(alone, 0.99)),
        beside_ms_p50=significant(percentile(beside, 0.5)), beside_ms_p99=significant(percentile(beside, 0.99)),
    )  # fmt: skip


def waited(run: Run) -> None:
    """`waited_vs_posted`: the API's processor time for a request of 64 clients that each wait for their result and send
    the next, against the same for a POST answered 202. A model that costs nothing judges all; what the worker, Redis
    and the clients themselves spend is told besides.
    """
    texts = reviews(run.scale.requests, seed=13, longest=2)
    meters: dict[str, dict[str, float]] = {}
    with run.stack.api() as (api, port), run.stack.worker("bench.queue.worker") as worker:

        def spent(name: str, requests: Sequence[bytes], expect: int) -> float:
            cpu, own = CpuUse(api=api, worker=worker, redis=run.stack.redis), time.process_time()
            fleet(port, requests, clients=CLIENTS, expect=expect)
            run.stack.drained()
            own = time.process_time() - own
            meters[name] = cpu.per_job_ms(len(requests)) | {"clients": round(own * 1000 / len(requests), 4)}
            return meters[name]["api"]

        runs: dict[str, Callable[[], float]] = {
            "waited": lambda: spent("waited", waiting_posts(texts), 200),
            "posted": lambda: spent("posted", posts(texts), 202),
        }
        for first in runs.values():
            first()
        found = in_turns(runs, run.scale.rounds)
        run.stack.check_results()
    run.keep(
        "waited_vs_posted", ratio_of(found, "waited", "posted"), clients=CLIENTS, requests=len(texts),
        waited_api_ms=rounded(found["waited"]), posted_api_ms=rounded(found["posted"]), cpu_ms_per_request=meters,
    )  # fmt: skip
