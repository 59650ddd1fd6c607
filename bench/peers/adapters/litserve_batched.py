"""LitServe: one process with the model, which judges together what came within five milliseconds."""

from typing import Any

import litserve

from bench.peers.adapters.reviews import judged, load
from bench.peers.place import Place
from model.predictor import Predictor


class Reviews(litserve.LitAPI):
    """The requests' bodies are `{"text": …}`."""

    _predictor: Predictor

    def setup(self, device: str) -> None:
        """Load the model in the process that predicts."""
        self._predictor = load(Place.told())

    def decode_request(self, request: dict[str, str], **_: Any) -> str:
        """The review's text."""
        return request["text"]

    def batch(self, inputs: list[str]) -> list[str]:
        """Texts stay a list."""
        return inputs

    def predict(self, texts: list[str], **_: Any) -> list[dict[str, Any]]:
        """Judge a batch."""
        return judged(self._predictor, texts)

    def unbatch(self, output: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """An answer for each."""
        return output

    def encode_response(self, output: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As it is."""
        return output


def main() -> None:
    """Serve at `/`."""
    api = Reviews(max_batch_size=64, batch_timeout=0.005, api_path="/")
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=Place.told().port, log_level="warning", generate_client_file=False)


if __name__ == "__main__":
    main()
