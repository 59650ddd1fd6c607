"""RQ: two workers, each with the model loaded before it forks a process for every job, as RQ's manual has it."""

import sys
from typing import Any

from redis import Redis
from rq import Queue, Worker
from rq.job import Job

from bench.peers.adapters.front import WAIT_S, serve
from bench.peers.adapters.reviews import judged, load
from bench.peers.place import Place
from model.predictor import Predictor

#: What a worker has loaded; its jobs' processes inherit it.
LOADED: list[Predictor] = []


def judge(text: str) -> dict[str, Any]:
    """The job."""
    return judged(LOADED[0], [text])[0]


def _wait(queue: Queue, text: str) -> Any:
    job: Job = queue.enqueue("bench.peers.adapters.rq_workers.judge", text, result_ttl=3600)
    result = job.latest_result(timeout=WAIT_S)
    if result is None or result.type != result.Type.SUCCESSFUL:
        raise RuntimeError(f"the job ended as {result and result.exc_string}")
    return result.return_value


def main() -> None:
    """`front` or `worker`."""
    # By its own name: RQ imports the job's function by it, and would find another LOADED in `__main__`.
    from bench.peers.adapters import rq_workers

    place = Place.told()
    # Longer than a front waits: redis-py's own 5 s would end the wait for a result.
    connection = Redis.from_url(place.redis, socket_timeout=WAIT_S + 10)
    queue = Queue(connection=connection)
    if sys.argv[1] == "front":
        serve(place, lambda text: _wait(queue, text))
    else:
        rq_workers.LOADED.append(load(place))
        Worker([queue], connection=connection).work(logging_level="WARNING")


if __name__ == "__main__":
    main()
