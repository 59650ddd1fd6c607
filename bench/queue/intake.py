"""The way in: accepted POSTs against nothing but a record's Redis writes, batches a second, and a worker's memory."""

import statistics
import time
from functools import partial

import orjson

from access.api_key import ApiKey
from access.digests import TokenDigests
from access.scope import Scope
from bench.figures import in_turns, ratio_of, rounded, significant
from bench.fleet import Client, fleet, request
from bench.harness import Process, until
from bench.queue.rates import CLIENTS, batch_post, posts
from bench.queue.run import CpuUse, Run
from bench.texts import reviews
from store import keys
from store.api_keys import ApiKeyStore, issue


def accept(run: Run) -> None:
    """`accept_vs_store_only`: POSTs a second of the API, of the same application with plain writes, and of a floor."""
    requests = posts(reviews(run.scale.requests))
    meters: dict[str, dict[str, float]] = {}
    with (
        run.stack.api() as ours,
        run.stack.api("bench.queue.store_only") as store_only,
        run.stack.api("bench.queue.store_only", "floor") as floor,
    ):
        ports = {"ours": ours, "store_only": store_only, "floor": floor}

        def measured(name: str) -> float:
            process, port = ports[name]
            cpu = CpuUse(api=process, redis=run.stack.redis)
            seconds = fleet(port, requests, clients=CLIENTS, expect=202)
            meters[name] = cpu.per_job_ms(len(requests))
            run.stack.client.flushall()
            return len(requests) / seconds

        for _, port in ports.values():
            fleet(port, requests[:200], clients=CLIENTS, expect=202)
        found = in_turns({name: (lambda name=name: measured(name)) for name in ports}, 2 * run.scale.rounds + 1)  # type: ignore[misc]
    run.keep(
        "accept_vs_store_only", ratio_of(found, "ours", "store_only"), clients=CLIENTS, requests=len(requests),
        accepted_per_s=rounded(found["ours"]), store_only_per_s=rounded(found["store_only"]),
        floor_per_s=rounded(found["floor"]), vs_floor=significant(ratio_of(found, "ours", "floor")),
        cpu_ms_per_request=meters,
    )  # fmt: skip


def limited(run: Run) -> None:
    """`limited_vs_free`: processor time of API and Redis for an accepted POST with an API key whose organisation may
    make so many requests a second, against the same without a limit. A process asks Redis once in 50 requests.
    """
    texts = reviews(run.scale.requests)
    secret = {"KRITIQ_KEY_SECRET": "k" * 32}
    per_s: dict[str, list[float]] = {"on": [], "off": []}
    wanted = ApiKey(id="", tenant="acme", scopes=(Scope.JOBS_WRITE,))
    with (
        run.stack.api(KRITIQ_MAX_TENANT_RATE="5000", **secret) as on,
        run.stack.api(KRITIQ_MAX_TENANT_RATE="0", **secret) as off,
    ):
        ports = {"on": on, "off": off}

        def cpu_ms(name: str, most: int | None = None) -> float:
            process, port = ports[name]
            run.stack.client.flushall()
            _, token = issue(ApiKeyStore(run.stack.client), TokenDigests(["k" * 32]), wanted)
            requests = posts(texts[:most], more=f"Authorization: Bearer {token.text}\r\n")
            before = CpuUse(api=process, redis=run.stack.redis)
            per_s[name].append(len(requests) / fleet(port, requests, clients=CLIENTS, expect=202))
            return sum(before.per_job_ms(len(requests)).values())

        for name in ports:
            cpu_ms(name, 200)
            per_s[name].clear()
        found = in_turns({name: partial(cpu_ms, name) for name in ports}, 2 * run.scale.rounds + 1)
    run.stack.client.flushall()
    run.keep(
        "limited_vs_free", ratio_of(found, "on", "off"), requests=len(texts), cpu_ms_on=rounded(found["on"]),
        cpu_ms_off=rounded(found["off"]), per_s_on=rounded(per_s["on"]), per_s_off=rounded(per_s["off"]),
    )  # fmt: skip


def intake(run: Run) -> None:
    """`batch_intake_per_s`: reviews a second that `POST /v1/batches` takes in, one client, NDJSON and JSON."""
    texts = reviews(run.scale.backlog)
    sent = {"ndjson": batch_post(texts)}
    listed = [{"custom_id": f"r{number}", "text": text} for number, text in enumerate(texts)]
    sent["json"] = request("POST", "/v1/batches", orjson.dumps({"reviews": listed}))
    meters: dict[str, dict[str, float]] = {}
    with run.stack.api() as (api, port):
        client = Client(port)

        def taken(kind: str) -> float:
            cpu, started = CpuUse(api=api, redis=run.stack.redis), time.perf_counter()
            answer = client(sent[kind])
            seconds = time.perf_counter() - started
            if answer.status != 202:
                raise RuntimeError(f"{answer.status} instead of 202: {answer.body[:300]!r}")
            meters[kind] = cpu.per_job_ms(len(texts))
            run.stack.client.flushall()
            return len(texts) / seconds

        found = in_turns({kind: (lambda kind=kind: taken(kind)) for kind in sent}, 2 * run.scale.rounds + 1)  # type: ignore[misc]
        client.close()
    run.keep(
        "batch_intake_per_s", statistics.median(found["ndjson"]), reviews=len(texts),
        ndjson_reviews_per_s=rounded(found["ndjson"]), json_reviews_per_s=rounded(found["json"]),
        cpu_ms_per_review=meters,
    )  # fmt: skip


def memory(run: Run) -> None:
    """`rss_growth`: how much a worker's resident memory grows between two counts of jobs, as a share.

    The first jobs wait already when the worker starts: so it has seen full claims, whose tensors are what its
    allocator keeps, by the first count, whatever the speed of the clients.
    """
    first, last = run.scale.memory_jobs
    texts = reviews(last, seed=7, longest=2)
    with run.stack.api() as (_, port):
        fleet(port, posts(texts[:first]), clients=CLIENTS, expect=202)
        with run.stack.worker() as worker:
            before = _settled(run, worker)
            fleet(port, posts(texts[first:]), clients=CLIENTS, expect=202)
            after = _settled(run, worker)
    run.stack.client.flushall()
    run.keep("rss_growth", after / before - 1, jobs=[first, last], rss_mb=rounded([before, after]))


def _settled(run: Run, worker: Process) -> float:
    """The worker's memory in MB when it holds nothing, and has had time for the round that gives memory back."""
    run.stack.drained()
    until(lambda: not run.stack.client.hlen(keys.CLAIMS), "nothing to be held", within_s=30)
    run.stack.check_results()
    time.sleep(run.stack.settings().lease_ms / 1000)
    return worker.rss_mb()
