"""`python -m bench.queue.worker`: the real worker around a model that costs nothing.

It builds the application and the bootstep that `kritiq worker` runs, and differs in what loads the model alone. It is
not reachable through any setting of the service: who wants it must start this module.
"""

import sys
from typing import cast

from bench.queue.costless import CostlessPredictor
from jobs.settings import Settings, load_settings
from model.predictor import Predictor
from store import queues
from telemetry.logs import set_up_logging
from worker.app import create_app, run
from worker.consumer.bootstep import BatchConsumerStep


class CostlessStep(BatchConsumerStep):
    """The batch consumer with another model."""

    @staticmethod
    def load_predictor(settings: Settings) -> Predictor:
        """Ignores which model the settings name."""
        return cast("Predictor", CostlessPredictor())


def main() -> None:
    """Run the worker until it is told to stop."""
    set_up_logging("worker", level="WARNING")
    app = create_app(load_settings())
    app.steps["worker"].add(CostlessStep)
    sys.exit(run(app, queues.PLAIN_QUEUE, name="costless@%h", level="WARNING"))


if __name__ == "__main__":
    main()
