"""The baseline: a stock Celery worker with one task per review and its result stored, as a tutorial would write it.

`python -m bench.queue.plain` starts its worker. It is given what helps it: acknowledgement after the work costs it
nothing (measured), no events, no gossip, no mingling, and the same model with the same token budget.
"""

import os
import sys
from functools import cache
from typing import Any

from celery import Celery

from bench.queue.direct import load_direct
from jobs.settings import load_settings
from model.predictor import Predictor

QUEUE = "plain"


def create_app(url: str) -> Celery:
    """A Celery application with Redis as broker and result backend."""
    app = Celery("plain", broker=url, backend=url, set_as_current=False)
    app.conf.update(
        task_default_queue=QUEUE, task_acks_late=True, result_expires=3600, broker_connection_retry_on_startup=True
    )

    @app.task(name="plain.predict")  # type: ignore[untyped-decorator]
    def predict(text: str) -> dict[str, Any]:
        return _predictor().predict([text])[0].to_dict()

    return app


@cache
def _predictor() -> Predictor:
    """The model of this process, loaded at its first task."""
    return load_direct(load_settings())


def main() -> None:
    """Run the worker: `solo`, one model that has all cores; with `prefork`, a model for each core."""
    app = create_app(load_settings().redis_url)
    pool = sys.argv[1] if len(sys.argv) > 1 else "solo"
    count = str(len(os.sched_getaffinity(0)))
    pools = {"solo": ["--pool", "solo"], "prefork": ["--pool", "prefork", "-c", count]}
    options = ["--without-gossip", "--without-mingle", "-Q", QUEUE, "-n", "plain@%h", "-l", "WARNING"]
    app.worker_main(["worker", *pools[pool], *options])


if __name__ == "__main__":
    main()
