"""The Flask application, whose views may answer later."""

from collections.abc import Callable
from contextvars import Context, copy_context
from functools import partial
from typing import Any

from flask import Flask, Response, request

from api.http.deferred import Deferred
from api.http.pauses import PAUSES


class Application(Flask):
    """Where the server can pause, a `Deferred` answer holds no thread; elsewhere the thread waits for it."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """See `Flask.ensure_sync`, which asks of each view and hook in each request whether it is a coroutine: ours are
        none (`tests/unit/api/http/test_application.py`)."""
        return func

    def dispatch_request(self) -> Any:
        """See `Flask.dispatch_request`."""
        found: Any = super().dispatch_request()
        if not isinstance(found, Deferred):
            return found
        if PAUSES not in request.environ:
            return found.wait()
        # What was sent is stored by now, and may be long: only its answer waits.
        vars(request).pop("_cached_data", None)
        found.resume = partial(self._resume, found, copy_context())
        return found

    def finalize_request(self, rv: Any, from_error_handler: bool = False) -> Any:
        """See `Flask.finalize_request`; a deferred answer is finished when there is one."""
        return rv if isinstance(rv, Deferred) else super().finalize_request(rv, from_error_handler)

    def _resume(self, deferred: Deferred, context: Context, last: bool) -> Response | None:
        """The answer, if there is one by now or must be. `context` is the request's own, which it is made in: a new one
        would route and open everything once more."""
        return context.run(self._look, deferred, last)

    def _look(self, deferred: Deferred, last: bool) -> Response | None:
        try:
            found = deferred.look(last)
            return None if found is None else super().finalize_request(found)
        except Exception as error:
            return self._refusal(error)

    def _refusal(self, error: Exception) -> Response:
        try:
            return super().finalize_request(self.handle_user_exception(error))
        except Exception as unknown:
            return self.handle_exception(unknown)
