"""FastAPI as most put a model behind it: a synchronous route that predicts its own review."""

from bench.peers.adapters.front import serve
from bench.peers.adapters.reviews import judged, load
from bench.peers.place import Place


def main() -> None:
    """Serve with Starlette's own number of threads."""
    place = Place.told()
    predictor = load(place)
    serve(place, lambda text: judged(predictor, [text])[0], threads=40)


if __name__ == "__main__":
    main()
