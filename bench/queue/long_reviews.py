"""What long reviews cost a short one beside them: it answers within twice its idle time, on every way in."""

import statistics
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import orjson
from celery import Celery

from bench.figures import percentile, significant
from bench.fleet import Client, request
from bench.harness import until
from bench.queue.latency import timed
from bench.queue.run import Run
from bench.texts import reviews
from store import keys

#: How many long reviews wait or are judged at any time, and of how many sentences.
LONG, SENTENCES = 8, 300


def beside(run: Run) -> None:
    """`long_vs_idle_high`, `_normal`, `_native`: a short review's time beside long ones, to its time on an idle system.

    Whenever fewer than `LONG` long reviews are left, more are submitted, half of them by a Celery client.
    """
    with run.stack.api() as (_, port), run.stack.worker():
        client, native = Client(port), Celery(broker=run.stack.url, backend=run.stack.url, set_as_current=False)
        ways: dict[str, Callable[[str], float]] = {
            "high": lambda text: timed(client, _post(text, priority="high")),
            "normal": lambda text: timed(client, _post(text)),
            "native": lambda text: _native(native, text),
        }
        rounds = run.scale.singles // len(ways)
        shorts = iter(reviews(2 * rounds * len(ways) + 30, seed=7, longest=3))
        for way in [*ways.values()] * 10:
            way(next(shorts))
        idle = {name: [way(next(shorts)) for _ in range(rounds)] for name, way in ways.items()}
        longs, busy = _longs(), {name: list[float]() for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                _fill(run, client, native, longs)
                busy[name].append(way(next(shorts)))
        judged = run.stack.client.hget(keys.FLOW, f"jobs_out:{keys.LONG_QUEUE}")
        client.close()
        native.close()
    run.stack.client.flushall()
    for name in ways:
        run.keep(
            f"long_vs_idle_{name}", statistics.median(busy[name]) / statistics.median(idle[name]), singles=rounds,
            idle_ms_p50=significant(percentile(idle[name], 0.5)), idle_ms_p99=significant(percentile(idle[name], 0.99)),
            busy_ms_p50=significant(percentile(busy[name], 0.5)), busy_ms_p99=significant(percentile(busy[name], 0.99)),
            long_reviews=LONG, sentences=SENTENCES, begun=int(judged or 0),
        )  # fmt: skip


def _post(text: str, **more: str) -> bytes:
    return request("POST", "/v1/jobs", orjson.dumps({"text": text, **more}), more="Prefer: wait=30\r\n")


def _native(app: Celery, text: str) -> float:
    """Milliseconds until a Celery client had the result."""
    started = time.perf_counter()
    app.send_task(keys.ANALYZE, [text]).get(timeout=30)
    return (time.perf_counter() - started) * 1000


def _longs() -> Iterator[str]:
    """Reviews of `SENTENCES` sentences, no two alike."""
    for seed in count(100):
        yield " ".join(reviews(SENTENCES, seed=seed, longest=1))


def _fill(run: Run, client: Client, native: Celery, longs: Iterator[str]) -> None:
    """Submit long reviews until there are `LONG` that have not ended, and wait until one of them is being judged."""
    for number in range(LONG - _open(run)):
        if number % 2:
            native.send_task(keys.ANALYZE, [next(longs)], ignore_result=True)
        else:
            client(request("POST", "/v1/jobs", orjson.dumps({"text": next(longs)})))
    until(lambda: _held(run) >= SENTENCES // 2, "a long review to be judged", within_s=60)


def _open(run: Run) -> int:
    lengths: Any = run.stack.client.zcard(keys.LIVE)
    return int(lengths)


def _held(run: Run) -> int:
    return int(run.stack.client.hget(keys.FLOW, "held") or 0)
