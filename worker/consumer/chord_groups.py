"""The groups whose chords a Celery client's message would count towards, or have a worker begin.

Whoever is counted last has the body sent that its own message names, with the results of all others. So the id of a
group is an organisation's in the same way as that of a task: `acme:…`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from celery.exceptions import InvalidTaskError

from worker.consumer.celery_decode import FOLLOW_UPS, TaskRequest


def groups_of(request: TaskRequest) -> Iterator[str]:
    """Of the task itself, and of what follows it. Raises InvalidTaskError for what is too deep."""
    context = request.context
    if context.get("chord") and isinstance(group := context.get("group"), str):
        yield group
    try:
        for name in FOLLOW_UPS:
            if found := context.get(name):
                yield from _inside(found)
    except RecursionError:
        raise InvalidTaskError("What follows the task is too deep.") from None


def _inside(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        options = part.get("options")
        if "task" in part and isinstance(options, Mapping):
            named = [options.get("task_id")] if part.get("subtask_type") in ("group", "chord") else []
            named += [options.get("group_id")] if options.get("chord") else []
            yield from (group for group in named if isinstance(group, str))
        for each in part.values():
            yield from _inside(each)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from _inside(each)
