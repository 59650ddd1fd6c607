"""Latency of a single review: what the queue adds on an idle system, and what a full bulk queue adds to that."""

import statistics
import time
from collections.abc import Sequence
from itertools import chain, count

import orjson

from bench.figures import percentile, significant
from bench.fleet import Client, request
from bench.harness import until
from bench.queue.rates import batch_post
from bench.queue.run import Run
from bench.texts import reviews
from store import keys, queues

ROUNDS = 5
#: How many `normal` reviews wait or are judged while a `high` one is timed, and of how many sentences: just not long.
OTHERS, SENTENCES = 40, 60


def waiting_posts(texts: Sequence[str]) -> list[bytes]:
    """`POST /v1/jobs` with `Prefer: wait` for each text."""
    return [request("POST", "/v1/jobs", orjson.dumps({"text": t}), more="Prefer: wait=30\r\n") for t in texts]


def timed(client: Client, sent: bytes) -> float:
    """Milliseconds until the finished job came back. Raises RuntimeError when it did not."""
    started = time.perf_counter()
    answer = client(sent)
    took = (time.perf_counter() - started) * 1000
    if answer.status != 200:
        raise RuntimeError(f"{answer.status} instead of 200: {answer.body[:300]!r}")
    return took


def added(run: Run) -> None:
    """`added_ms_p50`, `added_ms_p99`: each review once through the queue and once directly, one after the other."""
    texts = reviews(run.scale.singles + 20, seed=3)
    direct: list[float] = []
    queued: list[float] = []
    with run.stack.api() as (_, port), run.stack.worker():
        client = Client(port)
        for text, sent in zip(texts, waiting_posts(texts), strict=True):
            queued.append(timed(client, sent))
            started = time.perf_counter()
            run.predictor.predict([text])
            direct.append((time.perf_counter() - started) * 1000)
        client.close()
    # The first ones warm connections and threads up.
    direct, queued = direct[20:], queued[20:]
    more = [ours - theirs for ours, theirs in zip(queued, direct, strict=True)]
    figures = {
        "reviews": len(more),
        "direct_ms_p50": percentile(direct, 0.5),
        "direct_ms_p99": percentile(direct, 0.99),
    }
    figures |= {"queued_ms_p50": percentile(queued, 0.5), "queued_ms_p99": percentile(queued, 0.99)}
    figures |= {"p99_minus_p99": percentile(queued, 0.99) - percentile(direct, 0.99)}
    run.keep("added_ms_p50", percentile(more, 0.5), **{name: significant(value) for name, value in figures.items()})
    run.keep("added_ms_p99", percentile(more, 0.99), see="added_ms_p50")


def high(run: Run) -> None:
    """`high_vs_idle`: a `high` review while `normal` ones of many sentences wait, against one on an idle system.

    The median of `ROUNDS` rounds, each of an idle half and a busy one.
    """
    singles = max(5, run.scale.singles // ROUNDS)
    texts = iter(reviews(2 * ROUNDS * singles + 20, seed=8, longest=3))
    seeds = count(1_000)
    idle, busy = list[list[float]](), list[list[float]]()
    with run.stack.api() as (_, port), run.stack.worker():
        client = Client(port)

        def high_ms() -> float:
            return timed(client, _high(next(texts)))

        for _ in range(20):
            high_ms()
        for _ in range(ROUNDS):
            run.stack.drained()
            idle.append([high_ms() for _ in range(singles)])
            busy.append([])
            for _ in range(singles):
                for _ in range(OTHERS - int(run.stack.client.zcard(keys.LIVE))):
                    text = " ".join(reviews(SENTENCES, seed=next(seeds), longest=1))
                    client(request("POST", "/v1/jobs", orjson.dumps({"text": text})))
                until(lambda: _held(run), "other work to begin", within_s=30)
                busy[-1].append(high_ms())
        client.close()
    run.stack.client.flushall()
    ratios = [statistics.median(slow) / statistics.median(fast) for fast, slow in zip(idle, busy, strict=True)]
    quiet, beside = list(chain(*idle)), list(chain(*busy))
    run.keep(
        "high_vs_idle", statistics.median(ratios), singles=singles, rounds=[significant(ratio) for ratio in ratios],
        idle_ms_p50=significant(percentile(quiet, 0.5)), idle_ms_p99=significant(percentile(quiet, 0.99)),
        busy_ms_p50=significant(percentile(beside, 0.5)), busy_ms_p99=significant(percentile(beside, 0.99)),
        others=OTHERS, sentences=SENTENCES,
    )  # fmt: skip


def _high(text: str) -> bytes:
    return request("POST", "/v1/jobs", orjson.dumps({"text": text, "priority": "high"}), more="Prefer: wait=30\r\n")


def urgent(run: Run) -> None:
    """`urgent_vs_idle`: a `normal` review while bulk reviews wait, against the same review on an idle system."""
    texts = reviews(run.scale.singles, seed=4)
    with run.stack.api() as (_, port), run.stack.worker():
        client = Client(port)
        for sent in waiting_posts(reviews(20, seed=5)):
            client(sent)
        idle = [timed(client, sent) for sent in waiting_posts(texts)]
        batch = Client(port)
        answer = batch(batch_post(reviews(run.scale.backlog, seed=6)))
        if answer.status != 202:
            raise RuntimeError(f"the batch was refused: {answer.body[:300]!r}")
        until(lambda: _held(run), "bulk work to begin", within_s=30)
        busy: list[float] = []
        for sent in waiting_posts([f"{text} Gern!" for text in texts]):
            if not run.stack.client.llen(queues.ORDER[-1]):
                break
            busy.append(timed(client, sent))
        status = orjson.loads(batch(request("GET", orjson.loads(answer.body)["links"]["self"])).body)
        batch.close()
        client.close()
    run.stack.client.flushall()
    run.keep(
        "urgent_vs_idle", statistics.median(busy) / statistics.median(idle[: len(busy)]), singles=len(busy),
        idle_ms_p50=significant(percentile(idle, 0.5)), idle_ms_p99=significant(percentile(idle, 0.99)),
        busy_ms_p50=significant(percentile(busy, 0.5)), busy_ms_p99=significant(percentile(busy, 0.99)),
        bulk_reviews=run.scale.backlog, bulk_waiting_at_the_end=status["counts"]["waiting"],
    )  # fmt: skip


def _held(run: Run) -> bool:
    return int(run.stack.client.hget(keys.FLOW, "held") or 0) > 0
