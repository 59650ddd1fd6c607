"""TorchServe: a model archive with this file as its handler, batches of 32, one worker."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.peers.adapters.reviews import judged, load
from bench.peers.place import Place
from model.predictor import Predictor
from ops.ports import free_port

#: Reviews of a batch, and the longest that one waits for others, in milliseconds.
BATCH, WAIT_FOR_OTHERS_MS = 32, 5


class Reviews:
    """The handler that TorchServe makes in its worker."""

    _predictor: Predictor

    def initialize(self, context: Any) -> None:
        """Load the model."""
        self._predictor = load(Place.told())

    def handle(self, data: Sequence[dict[str, Any]], context: Any) -> list[dict[str, Any]]:
        """Judge a batch of bodies `{"text": …}`, which TorchServe has parsed."""
        return judged(self._predictor, [row["body"]["text"] for row in data])


def main() -> None:
    """Pack the handler, then become TorchServe; its programs are next to this Python."""
    place, programs = Place.told(), Path(sys.executable).parent
    store = place.scratch / "store"
    store.mkdir(exist_ok=True)
    archive = [str(programs / "torch-model-archiver"), "--model-name", "reviews", "--version", "1.0", "--force"]
    os.spawnv(os.P_WAIT, archive[0], [*archive, "--handler", __file__, "--export-path", str(store)])
    settings = {
        "inference_address": f"http://127.0.0.1:{place.port}",
        **{f"{name}_address": f"http://127.0.0.1:{free_port()}" for name in ("management", "metrics")},
        **{f"grpc_{name}_port": free_port() for name in ("inference", "management")},
        "disable_token_authorization": "true",
        "job_queue_size": 2_000,
        "default_response_timeout": 120,
        "models": json.dumps({"reviews": {"1.0": {
            "defaultVersion": True, "marName": "reviews.mar", "minWorkers": 1, "maxWorkers": 1, "batchSize": BATCH,
            "maxBatchDelay": WAIT_FOR_OTHERS_MS, "responseTimeout": 120,
        }}}),
    }  # fmt: skip
    config = place.scratch / "config.properties"
    config.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="utf-8")
    where = ["--ts-config", str(config), "--model-store", str(store), "--models", "reviews=reviews.mar"]
    os.chdir(place.scratch)  # its logs
    os.execv(programs / "torchserve", ["torchserve", "--start", "--foreground", "--ncs", *where])


if __name__ == "__main__":
    main()
