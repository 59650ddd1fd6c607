"""Where a worker looks for work."""

from functools import cache

from jobs.lane import Lane
from store import keys, queues


@cache
def claimed_queues(lane: Lane | None, serves: tuple[str, ...]) -> tuple[str, ...]:
    """Where a worker looks that serves these versions of models: first at what was passed on to it."""
    lanes = list(Lane) if lane is None else [lane]
    passed_on = tuple(keys.MODEL_LIST(each, version) for each in lanes for version in serves)
    return passed_on + (queues.ALL_QUEUES if lane is None else queues.LANES[lane])
