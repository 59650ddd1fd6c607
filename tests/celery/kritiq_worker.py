"""`python -m tests.celery.kritiq_worker NAME [--plain]`: what `kritiq worker` runs, around a model that costs nothing.

The one module here that knows where production code builds its workers.
"""

import os
import sys
from typing import cast

import redis

import worker.control
import worker.tasks
from jobs.settings import Settings, load_settings
from model.predictor import Predictor
from store import keys
from tests.celery.standin import StandInPredictor
from worker.app import create_app, run
from worker.consumer.bootstep import BatchConsumerStep
from worker.plain import make_plain


def load_standin(settings: Settings) -> Predictor:
    """In place of `worker.consumer.bootstep.load_predictor`; ignores which model the settings name."""
    return cast("Predictor", StandInPredictor(redis.Redis.from_url(os.environ["CONFORMANCE_REDIS"])))


class StandInStep(BatchConsumerStep):
    """The batch consumer with another model."""

    load_predictor = staticmethod(load_standin)


if __name__ == "__main__":
    app = create_app(load_settings())
    if "--plain" in sys.argv:
        worker.tasks.load_predictor = load_standin
        make_plain(app)
        queues = ",".join(keys.ALL_QUEUES)
    else:
        app.steps["worker"].add(StandInStep)
        queues = keys.PLAIN_QUEUE
    options = ["--pool", "solo", "-E", "--without-gossip", "--without-mingle", "-Q", queues, "-l", "INFO"]
    sys.exit(run(app, *options, "-n", sys.argv[1]))
