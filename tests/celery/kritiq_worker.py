"""`python -m tests.celery.kritiq_worker NAME [OPTION]`: `kritiq worker`, around a model that costs nothing.

OPTION is `--plain`, or `--dies-before-follow-ups`.
"""

import os
import signal
import sys
from typing import cast

import worker.consumer.bootstep
import worker.tasks
from jobs.celery_task import FollowUp
from jobs.settings import Settings
from model.predictor import Predictor
from tests.celery.standin import StandInPredictor
from tests.celery.work import patient_client
from worker.cli import worker_command
from worker.consumer.celery_ends import CeleryEnds


def load_standin(settings: Settings) -> Predictor:
    """In place of `worker.consumer.bootstep.load_predictor`; ignores which model the settings name."""
    return cast("Predictor", StandInPredictor(patient_client(os.environ["CONFORMANCE_REDIS"])))


def die(ends: CeleryEnds, ended: FollowUp) -> None:
    """In place of sending what follows a job: the worker is killed as by a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    name, *options = sys.argv[1:]
    if "--dies-before-follow-ups" in options:
        options.remove("--dies-before-follow-ups")
        CeleryEnds.follow = die  # type: ignore[method-assign]
    worker.consumer.bootstep.load_predictor = worker.tasks.load_predictor = load_standin
    worker_command(["--name", name, *options])
