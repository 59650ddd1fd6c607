"""What `kritiq sizing` computes with and nothing else measures: `python -m bench.faults.costs`, a few minutes.

The processor time that Redis and delivery spend on a review that comes alone and on a webhook, how throughput grows
with workers, and what Redis holds. The model is a stand-in that sleeps, so that two cores are enough for several
workers; what is held has the results of the model that the settings name.
"""

import signal
import time

import click
import orjson

from bench.faults.cluster import Cluster
from bench.faults.held import held
from bench.faults.witness import Receiver
from bench.harness import cpu_s, until
from jobs.request import JobRequest
from jobs.settings import Settings
from jobs.submission import submit
from store.endpoints import EndpointStore
from store.jobs import RedisStore
from webhooks.endpoint import Endpoint
from webhooks.options import EndpointOptions
from webhooks.secret import SecretCipher

TEXT = "Das Essen war super, aber der Service war langsam."


def send(cluster: Cluster, reviews: int) -> RedisStore:
    """Submit so many different reviews, one by one."""
    store, settings = RedisStore(cluster.direct), Settings(redis_url=cluster.url)
    for number in range(reviews):
        submit(store, settings, f"{TEXT} {number}", JobRequest())
    return store


def done(store: RedisStore) -> bool:
    """Whether nothing waits and nothing is worked on."""
    found = store.backlog()
    return not found.running and not sum(found.waiting_jobs.values())


def spent(reviews: int, *, told: bool) -> dict[str, float]:
    """Milliseconds of processor time a review, by process, with a webhook each or without."""
    with Cluster(workers=1, ms_per_review=0.5, fsync="everysec") as cluster, Receiver() as receiver:
        if told:
            endpoint = Endpoint(id="", tenant="default", options=EndpointOptions(url=receiver.url))
            EndpointStore(cluster.direct, SecretCipher(cluster.secret_keys)).create(endpoint)
        pids = {name: cluster.kept[name].pid for name in ("redis", "delivery")}
        before = {name: cpu_s(pid) for name, pid in pids.items()}
        store = send(cluster, reviews)
        until(lambda: done(store) and len(receiver.seen) >= reviews * told, "all ends", within_s=300, every_s=0.1)
        return {name: round((cpu_s(pid) - before[name]) / reviews * 1000, 3) for name, pid in pids.items()}


def rate(reviews: int, workers: int) -> float:
    """Reviews a second of so many workers that take 20 ms for each, from a full queue."""
    with Cluster(workers=workers, delivery=False, ms_per_review=20.0, lease_s=60.0, fsync="everysec") as cluster:
        kept = [process for name, process in cluster.kept.items() if name.startswith("worker")]
        for process in kept:
            process.send(signal.SIGSTOP)
        store = send(cluster, reviews)
        for process in kept:
            process.send(signal.SIGCONT)
        began = time.monotonic()
        until(lambda: done(store), "all ends", within_s=300, every_s=0.02)
        return round(reviews / (time.monotonic() - began), 1)


@click.command()
@click.option("--reviews", type=click.IntRange(1), default=1_500, show_default=True)
def main(reviews: int) -> None:
    """Print one JSON object."""
    found = {
        "ms_a_review": spent(reviews, told=False),
        "ms_a_review_with_a_webhook": spent(reviews, told=True),
        "bytes_a_review": held(),
        "reviews_s_by_workers": {workers: rate(reviews // 2, workers) for workers in (1, 2, 4)},
    }
    click.echo(orjson.dumps(found, option=orjson.OPT_NON_STR_KEYS))


if __name__ == "__main__":
    main()
