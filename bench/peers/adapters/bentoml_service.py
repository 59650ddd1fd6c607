"""BentoML: one worker with the model and adaptive batches."""

import os
import sys
from typing import Any

import bentoml

from bench.peers.adapters.reviews import judged, load
from bench.peers.place import Place


@bentoml.service(workers=1, traffic={"timeout": 120, "max_concurrency": 1024}, metrics={"enabled": False})
class Reviews:
    """A call has a list of texts, which BentoML joins with those of other calls."""

    def __init__(self) -> None:
        self._predictor = load(Place.told())

    @bentoml.api(batchable=True, max_batch_size=64, route="/")
    def judge(self, texts: list[str]) -> list[dict[str, Any]]:
        """An answer for each text."""
        return judged(self._predictor, texts)


def main() -> None:
    """Become `bentoml serve`."""
    where = ["--host", "127.0.0.1", "--port", str(Place.told().port)]
    service = "bench.peers.adapters.bentoml_service:Reviews"
    os.execv(sys.executable, [sys.executable, "-m", "bentoml", "serve", service, *where])


if __name__ == "__main__":
    main()
