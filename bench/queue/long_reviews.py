"""What long reviews cost a short one beside them: it answers within twice its idle time, on every way in."""

import statistics
import time
from collections.abc import Callable, Iterator
from itertools import chain, count
from typing import Any

import orjson
from celery import Celery

from bench.figures import percentile, significant
from bench.fleet import Client, request
from bench.harness import until
from bench.queue.latency import timed
from bench.queue.run import Run
from bench.texts import reviews
from store import keys, queues

#: How many long reviews wait or are judged at any time, and of how many sentences.
LONG, SENTENCES = 8, 300
ROUNDS = 5


def beside(run: Run) -> None:
    """`long_vs_idle_high`, `_normal`, `_native`: a short review's time beside long ones, to its time on an idle system.

    The median of `ROUNDS` rounds, each of an idle half and a busy one, so that whatever else the machine does is in
    both. Whenever fewer than `LONG` long reviews are left, more are submitted, half of them by a Celery client.
    """
    with run.stack.api() as (_, port), run.stack.worker():
        client, native = Client(port), Celery(broker=run.stack.url, backend=run.stack.url, set_as_current=False)
        ways: dict[str, Callable[[str], float]] = {
            "high": lambda text: timed(client, _post(text, priority="high")),
            "normal": lambda text: timed(client, _post(text)),
            "native": lambda text: _native(native, text),
        }
        singles = max(5, run.scale.singles // ROUNDS // len(ways))
        shorts = iter(reviews(2 * ROUNDS * singles * len(ways) + 30, seed=7, longest=3))
        longs = _longs()
        for way in [*ways.values()] * 10:
            way(next(shorts))
        idle, busy = ({name: list[list[float]]() for name in ways} for _ in range(2))
        for _ in range(ROUNDS):
            for found, more in ((idle, _nothing), (busy, lambda: _fill(run, client, native, longs))):
                run.stack.drained()
                for name in ways:
                    found[name].append([])
                for _ in range(singles):
                    for name, way in ways.items():
                        more()
                        found[name][-1].append(way(next(shorts)))
        run.stack.drained()
        begun = int(run.stack.client.hget(keys.FLOW, f"jobs_out:{queues.LONG_QUEUE}") or 0)
        client.close()
        native.close()
    run.stack.client.flushall()
    for name in ways:
        rounds = list(zip(idle[name], busy[name], strict=True))
        ratios = [statistics.median(slow) / statistics.median(fast) for fast, slow in rounds]
        quiet, beside_long = list(chain(*idle[name])), list(chain(*busy[name]))
        run.keep(
            f"long_vs_idle_{name}", statistics.median(ratios), singles=singles,
            rounds=[significant(ratio) for ratio in ratios],
            idle_ms_p50=significant(percentile(quiet, 0.5)), idle_ms_p99=significant(percentile(quiet, 0.99)),
            busy_ms_p50=significant(percentile(beside_long, 0.5)),
            busy_ms_p99=significant(percentile(beside_long, 0.99)),
            long_reviews=LONG, sentences=SENTENCES, judged=begun,
        )  # fmt: skip


def _nothing() -> None:
    """On an idle system nothing else is to be done."""


def _post(text: str, **more: str) -> bytes:
    return request("POST", "/v1/jobs", orjson.dumps({"text": text, **more}), more="Prefer: wait=30\r\n")


def _native(app: Celery, text: str) -> float:
    """Milliseconds until a Celery client had the result."""
    started = time.perf_counter()
    app.send_task(queues.ANALYZE, [text]).get(timeout=30)
    return (time.perf_counter() - started) * 1000


def _longs() -> Iterator[str]:
    """Reviews of `SENTENCES` sentences, no two alike."""
    for seed in count(100):
        yield " ".join(reviews(SENTENCES, seed=seed, longest=1))


def _fill(run: Run, client: Client, native: Celery, longs: Iterator[str]) -> None:
    """Submit long reviews until there are `LONG` that have not ended, and wait until one of them is being judged."""
    for number in range(LONG - _open(run)):
        if number % 2:
            native.send_task(queues.ANALYZE, [next(longs)], ignore_result=True)
        else:
            client(request("POST", "/v1/jobs", orjson.dumps({"text": next(longs)})))
    until(lambda: _held(run) >= SENTENCES // 2, "a long review to be judged", within_s=60)


def _open(run: Run) -> int:
    lengths: Any = run.stack.client.zcard(keys.LIVE)
    return int(lengths)


def _held(run: Run) -> int:
    return int(run.stack.client.hget(keys.FLOW, "held") or 0)
