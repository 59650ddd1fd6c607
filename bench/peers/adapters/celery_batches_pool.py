"""celery-batches: the worker collects tasks and hands them to its process together."""

import sys
from collections.abc import Sequence
from functools import cache
from typing import Any

from celery import Celery
from celery_batches import Batches

from bench.peers.adapters.front import WAIT_S, serve
from bench.peers.adapters.reviews import judged, load
from bench.peers.place import Place
from model.predictor import Predictor

#: Reviews of a batch, and the longest that one waits for others, in seconds.
BATCH, WAIT_FOR_OTHERS_S = 64, 0.01


def create_app(place: Place) -> Celery:
    """The application. As many tasks are fetched ahead as make a batch while another is judged."""
    app = Celery("peer", broker=place.redis, backend=place.redis)
    app.conf.update(
        task_acks_late=True, task_reject_on_worker_lost=True, worker_prefetch_multiplier=2 * BATCH,
        result_expires=3600, broker_connection_retry_on_startup=True,
    )  # fmt: skip

    def judge(requests: Sequence[Any]) -> None:
        answers = judged(_predictor(), [request.args[0] for request in requests])
        for request, answer in zip(requests, answers, strict=True):
            app.backend.mark_as_done(request.id, answer, request=request)

    app.task(name="judge", base=Batches, flush_every=BATCH, flush_interval=WAIT_FOR_OTHERS_S)(judge)
    return app


@cache
def _predictor() -> Predictor:
    return load(Place.told())


def main() -> None:
    """`front` or `worker`."""
    place = Place.told()
    app = create_app(place)
    if sys.argv[1] == "front":
        serve(place, lambda text: app.tasks["judge"].delay(text).get(timeout=WAIT_S))
    else:
        quiet = ["--without-gossip", "--without-mingle", "-l", "WARNING"]
        app.worker_main(["worker", "--pool", "prefork", "-c", "1", *quiet])


if __name__ == "__main__":
    main()
