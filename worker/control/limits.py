"""Limits, pools and queues: what the batch consumer has none of is refused, with the reason."""

import logging
from typing import Any

from celery.utils.time import rate
from celery.worker.control import control_command, nok

from worker.control.state import Command, held_tasks, stock

log = logging.getLogger(__name__)

_NO_POOL = "A worker of Kritiq is one process around one model, without a pool: start or stop workers instead."
#: Command -> its arguments for `celery control`, and why the batch consumer does not do it.
REFUSED: dict[str, tuple[list[tuple[str, type]], str]] = {
    "rate_limit": (
        [("task_name", str), ("rate_limit", str)],
        "Kritiq's workers have no rate limits: they do what waits as fast as they can, by priority. Limit what is"
        " sent, or send it with a lower priority.",
    ),
    "time_limit": (
        [("task_name", str), ("soft", float), ("hard", float)],
        "Kritiq's tasks have no time limits of their own: send a task with time_limit, soft_time_limit or expires.",
    ),
    "pool_grow": ([("n", int)], _NO_POOL),
    "pool_shrink": ([("n", int)], _NO_POOL),
    "pool_restart": ([], _NO_POOL),
    "autoscale": ([("max", int), ("min", int)], _NO_POOL),
    "add_consumer": (
        [("queue", str)],
        "Kritiq's workers all read the same queues (see `inspect active_queues`): send to one of those.",
    ),
    "cancel_consumer": (
        [("queue", str)],
        "Kritiq's workers all read the same queues: stop workers instead, or revoke what shall not be done.",
    ),
}  # fmt: skip
#: Those that Celery's own consumer in a plain worker does as they say.
_PLAIN = frozenset({"add_consumer", "cancel_consumer"})


def invalid(state: Any, command: str, arguments: dict[str, Any]) -> str | None:
    """What is wrong with the arguments themselves, in Celery's words."""
    if command in ("rate_limit", "time_limit") and arguments.get("task_name") not in state.app.tasks:
        return "unknown task"
    if command == "rate_limit":
        try:
            rate(arguments.get("rate_limit"))
        except ValueError as error:
            return f"Invalid rate limit string: {error!r}"
    return None


def refusal(name: str, own: Command, why: str) -> Command:
    """The command in place of Celery's `own`."""

    def command(state: Any, **arguments: Any) -> Any:
        if name in _PLAIN and held_tasks(state.app) is None:
            return own(state, **arguments)
        answer = invalid(state, name, arguments) or why
        log.info("refused %s", name, extra={"reason": answer})
        return nok(answer)

    command.__doc__ = why
    command.__name__ = name
    return command


for _name, (_arguments, _why) in REFUSED.items():
    control_command(name=_name, args=_arguments)(refusal(_name, stock(_name), _why))
