"""Ray Serve: a deployment of one replica with dynamic batches."""

import signal
import threading
from typing import Any

import ray
from ray import serve
from starlette.responses import JSONResponse

from bench.peers.adapters.reviews import judged, load
from bench.peers.place import Place


class Reviews:
    """The replica."""

    def __init__(self, place: Place) -> None:
        self._predictor = load(place)
        self._batched = serve.batch(max_batch_size=64, batch_wait_timeout_s=0.005)(self._judge)

    async def _judge(self, texts: list[str]) -> list[dict[str, Any]]:
        return judged(self._predictor, texts)

    async def __call__(self, request: Any) -> Any:
        """Answer `{"text": …}`."""
        # What is no response goes out in chunks, without a length.
        return JSONResponse(await self._batched((await request.json())["text"]))


def main() -> None:
    """Run a Ray of our own, on loopback, until SIGTERM."""
    place = Place.told()
    ray.init(
        num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=100_000_000,
        _node_ip_address="127.0.0.1",
    )  # fmt: skip
    serve.start(http_options={"host": "127.0.0.1", "port": place.port})
    deployment = serve.deployment(max_ongoing_requests=1024, ray_actor_options={"num_cpus": 1})(Reviews)
    serve.run(deployment.bind(place), route_prefix="/")
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    over.wait()
    ray.shutdown()


if __name__ == "__main__":
    main()
