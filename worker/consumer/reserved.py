"""What no worker sends for a Celery client: tasks of the deployment itself, and whatever is for their queues.

Who may send these has a Redis user that may write to their queues. A worker may, and what follows a task (links,
chains, chords, errbacks) it sends wherever its client says: through it, whoever may send a review could have a model
retrained on others' feedback.
"""

from collections.abc import Mapping
from typing import Any

from celery.exceptions import InvalidTaskError

from store import queues
from worker.app import TracedCelery

#: Their names, which those of their queues begin with, in each of Celery's priorities.
_NAMES = (queues.RETRAIN, queues.SWEEP)
#: Options of Celery's that say where a task goes.
_WHERE = ("queue", "exchange", "routing_key")


def demand_free(task: Any, options: Mapping[str, Any]) -> None:
    """Raises InvalidTaskError for a task that is reserved, or sent to where such tasks are."""
    for name in (task, *(options.get(where) for where in _WHERE)):
        if str(name).startswith(_NAMES):
            raise InvalidTaskError(f"{name} may not follow a task: send it yourself.")


def demand_all_free(part: Any) -> None:
    """The same of all signatures in a part of a message, however deep. Raises RecursionError where that is too deep."""
    if isinstance(part, Mapping):
        if "task" in part:
            options = part.get("options")
            demand_free(part["task"], options if isinstance(options, Mapping) else {})
        for each in part.values():
            demand_all_free(each)
    elif isinstance(part, list | tuple):
        for each in part:
            demand_all_free(each)


class FollowingCelery(TracedCelery):
    """Sends what follows tasks."""

    def send_task(self, *args: Any, headers: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """As Celery's own. Raises InvalidTaskError, see `demand_free`."""
        demand_free(args[0] if args else options.get("name"), options)
        return super().send_task(*args, headers=headers, **options)
