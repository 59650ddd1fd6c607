"""Rates: bulk and single reviews against direct prediction and stock Celery, and with a model that costs nothing."""

import http.client
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial

import orjson

from bench.figures import in_turns, ratio_of, rounded
from bench.fleet import Client, fleet, request
from bench.harness import READY_S, until
from bench.queue.direct import rate
from bench.queue.plain import QUEUE, create_app
from bench.queue.run import CpuUse, Run
from bench.texts import reviews
from jobs.settings import Settings
from jobs.store import JobStore
from jobs.submission import submit
from store import keys
from store.jobs import RedisStore

#: Clients of the single-review runs.
CLIENTS = 64


def posts(texts: Sequence[str], *, more: str = "") -> list[bytes]:
    """`POST /v1/jobs` for each text; `more` are further header lines."""
    return [request("POST", "/v1/jobs", orjson.dumps({"text": text}), more=more) for text in texts]


def batch_post(texts: Sequence[str]) -> bytes:
    """`POST /v1/batches` with all texts, as NDJSON."""
    rows = [orjson.dumps({"custom_id": f"r{number}", "text": text}) for number, text in enumerate(texts)]
    return request("POST", "/v1/batches", b"\n".join(rows), kind="application/x-ndjson")


def fill(store: JobStore, settings: Settings, texts: Sequence[str]) -> None:
    """Queue a job for each text, as the API does, without HTTP."""
    for text in texts:
        submit(store, settings, text)


def sized(run: Run, seconds: float) -> list[str]:
    """As many reviews as direct prediction does in about `seconds`, 200 to 10,000."""
    speed = rate(run.predictor, reviews(300, seed=9))
    return reviews(max(200, min(10_000, round(speed * seconds))))


def same_budget(run: Run) -> dict[str, str]:
    """A worker's environment with the token budget of the direct predictor: each would choose by its own luck."""
    return {"KRITIQ_TOKEN_BUDGET": str(run.predictor.token_budget)}


def bulk(run: Run) -> None:
    """`bulk_vs_direct`: from the POST of a batch until the last of its results has been read."""
    texts = sized(run, run.scale.bulk_seconds)
    with run.stack.api() as (api, port), run.stack.worker(**same_budget(run)) as worker:
        client = Client(port)
        meters: list[dict[str, float]] = []

        def through() -> float:
            cpu, started = CpuUse(api=api, worker=worker, redis=run.stack.redis), time.perf_counter()
            answer = client(batch_post(texts))
            if answer.status != 202:
                raise RuntimeError(f"the batch was refused: {answer.body[:300]!r}")
            good = good_lines(port, orjson.loads(answer.body)["links"]["results"], len(texts))
            seconds = time.perf_counter() - started
            if good != len(texts):
                raise RuntimeError(f"of {len(texts)} reviews of the batch {good} succeeded")
            meters.append(cpu.per_job_ms(len(texts)))
            return len(texts) / seconds

        through()
        direct = partial(rate, run.predictor, texts)
        found = in_turns({"direct": direct, "bulk": through}, run.scale.rounds)
        begun = time.process_time()
        direct()
        direct_cpu_ms = (time.process_time() - begun) * 1000 / len(texts)
        client.close()
    run.keep(
        "bulk_vs_direct", ratio_of(found, "bulk", "direct"), reviews=len(texts),
        direct_reviews_per_s=rounded(found["direct"]), bulk_reviews_per_s=rounded(found["bulk"]),
        cpu_ms_per_review=meters[-1] | {"direct": round(direct_cpu_ms, 4)}, token_budget=run.predictor.token_budget,
    )  # fmt: skip


def good_lines(port: int, path: str, count: int) -> int:
    """How many of a batch's `count` results are good; reads them as they come, to the last one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    good = seen = 0
    while seen < count:
        # A stream ends after a while, and has empty lines where it waits: it is gone on with where it ended.
        connection.request("GET", f"{path}?after={seen}")
        lines = [line for line in connection.getresponse().read().splitlines() if line.strip()]
        seen, good = seen + len(lines), good + sum(orjson.loads(line)["status"] == "succeeded" for line in lines)
    connection.close()
    return good


def single(run: Run) -> None:
    """`single_vs_direct`: 64 clients post one review after the other, until the last job has ended."""
    texts = sized(run, run.scale.seconds)
    with run.stack.api() as (api, port), run.stack.worker(**same_budget(run)) as worker:
        store, settings = RedisStore(run.stack.client), run.stack.settings()
        meters: list[dict[str, float]] = []

        def through() -> float:
            cpu, started = CpuUse(api=api, worker=worker, redis=run.stack.redis), time.perf_counter()
            fleet(port, posts(texts), clients=CLIENTS, expect=202)
            run.stack.drained()
            seconds = time.perf_counter() - started
            run.stack.check_results()
            meters.append(cpu.per_job_ms(len(texts)))
            return len(texts) / seconds

        def without_http() -> float:
            started = time.perf_counter()
            fill(store, settings, texts)
            run.stack.drained()
            return len(texts) / (time.perf_counter() - started)

        fleet(port, posts(texts[:100]), clients=CLIENTS, expect=202)
        run.stack.drained()
        runs = {"direct": lambda: rate(run.predictor, texts), "single": through, "store": without_http}
        found = in_turns(runs, run.scale.rounds)
    run.keep(
        "single_vs_direct", ratio_of(found, "single", "direct"), reviews=len(texts), clients=CLIENTS,
        direct_reviews_per_s=rounded(found["direct"]), single_reviews_per_s=rounded(found["single"]),
        without_http_reviews_per_s=rounded(found["store"]), cpu_ms_per_review=meters[-1],
    )  # fmt: skip


def plain(run: Run) -> None:
    """`single_vs_plain`: a full queue emptied by our worker, and by a stock Celery worker around the same model."""
    texts = sized(run, run.scale.seconds)
    app = create_app(run.stack.url)
    budget = same_budget(run)
    client = run.stack.client

    def stock(pool: str) -> float:
        for text in texts:
            app.tasks["plain.predict"].delay(text)
        # With a process for each core, each computes on one: more threads than cores only stand in each other's way.
        more = {"OMP_NUM_THREADS": "1"} if pool == "prefork" else {}
        with run.stack.process("bench.queue.plain", pool, **budget, **more) as worker:
            return _emptied(lambda: worker.check() and int(client.llen(QUEUE)), len(texts))

    def ours() -> float:
        fill(RedisStore(client), run.stack.settings(), texts)
        with run.stack.worker(**budget):
            speed = _emptied(lambda: int(client.zcard(keys.LIVE)), len(texts))
            run.stack.check_results()
            return speed

    runs = {"ours": ours, "plain": lambda: stock("solo"), "prefork": lambda: stock("prefork")}
    found = in_turns(runs, run.scale.rounds)
    app.close()
    run.keep(
        "single_vs_plain", ratio_of(found, "ours", "plain"), reviews=len(texts),
        ours_reviews_per_s=rounded(found["ours"]), plain_reviews_per_s=rounded(found["plain"]),
        plain_prefork_reviews_per_s=rounded(found["prefork"]), vs_prefork=ratio_of(found, "ours", "prefork"),
    )  # fmt: skip


def consumed(run: Run) -> None:
    """`consumed_per_s`: messages a second with a model that costs nothing, task events on."""
    settings, store = run.stack.settings().model_copy(update={"max_backlog": 0}), RedisStore(run.stack.client)
    count = run.scale.costless_jobs
    texts = reviews(count, longest=2)
    found: list[float] = []
    cpu: dict[str, float] = {}
    for _ in range(run.scale.rounds):
        fill(store, settings, texts)
        with run.stack.worker("bench.queue.worker") as worker:
            before, left = CpuUse(worker=worker, redis=run.stack.redis), int(run.stack.client.zcard(keys.LIVE))
            found.append(_emptied(lambda: int(run.stack.client.zcard(keys.LIVE)), left))
            cpu = before.per_job_ms(left)
            run.stack.check_results()
        run.stack.client.flushall()
    run.keep("consumed_per_s", statistics.median(found), messages=count, per_s=rounded(found), cpu_ms_per_message=cpu)


def _emptied(left: Callable[[], int], filled: int) -> float:
    """Jobs a second from when a worker has begun on a queue of `filled` until `left` says that it is empty."""
    until(lambda: left() < filled - filled // 20, "the first jobs", within_s=READY_S)
    begun, started = left(), time.perf_counter()
    until(lambda: not left(), "an empty queue", within_s=300)
    return begun / (time.perf_counter() - started)
