"""What clients that wait cost the others: a thousand of them at once, none of whom is refused."""

import time
from concurrent.futures import ThreadPoolExecutor

from bench.figures import percentile, significant
from bench.fleet import Client, fleet
from bench.harness import until
from bench.queue.latency import waiting_posts
from bench.queue.rates import posts
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
