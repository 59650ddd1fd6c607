"""A task of ours in a plain worker, as monitors and remote control see it: never with a review's text."""

from typing import Any

from celery.worker.request import Request

#: What is shown of every call.
ARGS, KWARGS = "()", "{}"


class PlainRequest(Request):  # type: ignore[misc]
    """Celery's own, which shows whoever asks all arguments; ours are people's words."""

    @property
    def argsrepr(self) -> str:
        """For events and logs."""
        return ARGS

    @property
    def kwargsrepr(self) -> str:
        """For events and logs."""
        return KWARGS

    def info(self, safe: bool = False) -> dict[str, Any]:
        """The shape of `inspect active`."""
        return {**super().info(safe=safe), "args": ARGS, "kwargs": KWARGS}
