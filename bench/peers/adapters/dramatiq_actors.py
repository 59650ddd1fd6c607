"""Dramatiq: two processes of a thread each, and its Redis for results."""

import signal
import sys
import threading
from functools import cache
from typing import Any

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.results import Results
from dramatiq.results.backends import RedisBackend
from redis import Redis

from bench.peers.adapters.front import WAIT_S, serve
from bench.peers.adapters.reviews import judged, load
from bench.peers.place import Place
from model.predictor import Predictor


def create_actor(place: Place) -> Any:
    """The actor, on a broker of its own."""
    broker = RedisBroker(url=place.redis)
    # Longer than a front waits: redis-py's own 5 s would end the wait for a result.
    client = Redis.from_url(place.redis, socket_timeout=WAIT_S + 10)
    broker.add_middleware(Results(backend=RedisBackend(client=client)))
    dramatiq.set_broker(broker)

    def judge(text: str) -> dict[str, Any]:
        return judged(_predictor(), [text])[0]

    return dramatiq.actor(judge, broker=broker, store_results=True, max_retries=3, min_backoff=100)


@cache
def _predictor() -> Predictor:
    return load(Place.told())


def main() -> None:
    """`front` or `worker`: a worker is what each process of Dramatiq's command line runs."""
    place = Place.told()
    actor = create_actor(place)
    if sys.argv[1] == "front":
        serve(place, lambda text: actor.send(text).get_result(block=True, timeout=WAIT_S * 1000))
        return
    _predictor()
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    worker = dramatiq.Worker(actor.broker, worker_threads=1)
    worker.start()
    over.wait()
    worker.stop()


if __name__ == "__main__":
    main()
