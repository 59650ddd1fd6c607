"""`python -m bench.faults.worker NAME MS`: the real worker around `FaultyPredictor`, at MS milliseconds a review."""

import sys
from typing import cast

from bench.faults.predictor import FaultyPredictor
from jobs.settings import Settings, load_settings
from model.predictor import Predictor
from store import queues
from store.checks import await_redis
from telemetry.logs import set_up_logging
from worker.app import create_app, run
from worker.consumer.bootstep import BatchConsumerStep


class FaultyStep(BatchConsumerStep):
    """The batch consumer with another model."""

    @staticmethod
    def load_predictor(settings: Settings) -> Predictor:
        """Ignores which model the settings name."""
        return cast("Predictor", FaultyPredictor(float(sys.argv[2])))


def main() -> None:
    """Run the worker until it is told to stop."""
    settings = load_settings()
    set_up_logging("worker", level="INFO", form=settings.log_format)
    await_redis(settings)
    app = create_app(settings)
    app.steps["worker"].add(FaultyStep)
    sys.exit(run(app, queues.PLAIN_QUEUE, name=sys.argv[1], level="INFO"))


if __name__ == "__main__":
    main()
