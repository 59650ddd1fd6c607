"""Whether tasks are told of at all: `celery control enable_events` and `disable_events`."""

from typing import Any

from celery.worker.control import control_command

from worker.control.state import stock, task_events

_stock_enable, _stock_disable = stock("enable_events"), stock("disable_events")


@control_command(name="enable_events")  # type: ignore[untyped-decorator]
def enable_events(state: Any) -> Any:
    """Tell of tasks again."""
    _want(state, True)
    return _stock_enable(state)


@control_command(name="disable_events")  # type: ignore[untyped-decorator]
def disable_events(state: Any) -> Any:
    """Tell of tasks no more, until somebody asks for it."""
    dispatcher = state.consumer.event_dispatcher
    if dispatcher is not None and not dispatcher.groups:
        # None stands for all, as `-E` has it, and of none Celery's own command takes nothing away.
        dispatcher.groups.update({"worker", "task"})
    _want(state, False)
    return _stock_disable(state)


def _want(state: Any, wanted: bool) -> None:
    """The batch consumer tells through a dispatcher of its own."""
    if state.consumer.event_dispatcher is not None and (events := task_events(state.app)) is not None:
        events.want(wanted)
