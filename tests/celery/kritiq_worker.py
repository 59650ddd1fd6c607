"""`python -m tests.celery.kritiq_worker NAME [OPTION]`: what `kritiq worker` runs, around a model that costs nothing.

OPTION is `--plain`, or `--dies-before-follow-ups`.

The one module here that knows where production code builds its workers.
"""

import os
import signal
import sys
from typing import cast

import redis

import worker.control
import worker.tasks
from jobs.celery_task import FollowUp
from jobs.settings import Settings, load_settings
from model.predictor import Predictor
from store import keys
from tests.celery.standin import StandInPredictor
from worker.app import create_app, run
from worker.consumer.bootstep import BatchConsumerStep
from worker.consumer.celery_ends import CeleryEnds
from worker.plain import make_plain


def load_standin(settings: Settings) -> Predictor:
    """In place of `worker.consumer.bootstep.load_predictor`; ignores which model the settings name."""
    return cast("Predictor", StandInPredictor(redis.Redis.from_url(os.environ["CONFORMANCE_REDIS"])))


def die(ends: CeleryEnds, ended: FollowUp) -> None:
    """In place of sending what follows a job: the worker is killed as by a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)


class StandInStep(BatchConsumerStep):
    """The batch consumer with another model."""

    load_predictor = staticmethod(load_standin)


if __name__ == "__main__":
    app = create_app(load_settings())
    if "--dies-before-follow-ups" in sys.argv:
        CeleryEnds.follow = die  # type: ignore[method-assign]
    if "--plain" in sys.argv:
        worker.tasks.load_predictor = load_standin
        make_plain(app)
        queues = ",".join((*keys.ORDER, keys.CELERY_QUEUE))
    else:
        app.steps["worker"].add(StandInStep)
        queues = keys.PLAIN_QUEUE
    options = ["--pool", "solo", "-E", "--without-gossip", "--without-mingle", "-Q", queues, "-l", "INFO"]
    sys.exit(run(app, *options, "-n", sys.argv[1]))
