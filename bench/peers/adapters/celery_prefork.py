"""Celery with its default pool, a process for each of two cores. Acknowledged late, and put back when one is lost."""

import sys
from functools import cache
from typing import Any

from celery import Celery

from bench.peers.adapters.front import WAIT_S, serve
from bench.peers.adapters.reviews import judged, load
from bench.peers.place import Place
from model.predictor import Predictor


def create_app(place: Place) -> Celery:
    """The application, with one task for a review."""
    app = Celery("peer", broker=place.redis, backend=place.redis)
    app.conf.update(
        task_acks_late=True, task_reject_on_worker_lost=True, worker_prefetch_multiplier=1, result_expires=3600,
        broker_connection_retry_on_startup=True,
    )  # fmt: skip

    def judge(text: str) -> dict[str, Any]:
        return judged(_predictor(), [text])[0]

    app.task(name="judge")(judge)
    return app


@cache
def _predictor() -> Predictor:
    """The model of this process, loaded at its first task."""
    return load(Place.told())


def main() -> None:
    """`front` or `worker`."""
    place = Place.told()
    app = create_app(place)
    if sys.argv[1] == "front":
        serve(place, lambda text: app.tasks["judge"].delay(text).get(timeout=WAIT_S))
    else:
        quiet = ["--without-gossip", "--without-mingle", "-l", "WARNING"]
        app.worker_main(["worker", "--pool", "prefork", "-c", "2", "-O", "fair", *quiet])


if __name__ == "__main__":
    main()
