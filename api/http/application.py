"""The Flask application, whose views may answer later."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request

from api.http.deferred import Deferred
from api.http.pauses import PAUSES

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


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
        found.resume = partial(self._resume, found, {name: getattr(g, name) for name in g})
        return found

    def finalize_request(self, rv: Any, from_error_handler: bool = False) -> Any:
        """See `Flask.finalize_request`; a deferred answer is finished when there is one."""
        return rv if isinstance(rv, Deferred) else super().finalize_request(rv, from_error_handler)

    def _resume(
        self, deferred: Deferred, kept: Mapping[str, Any], environ: "WSGIEnvironment", last: bool
    ) -> Response | None:
        """The answer, if there is one by now or must be. `kept` is what the request's `flask.g` had."""
        with self.request_context(environ):
            for name, value in kept.items():
                setattr(g, name, value)
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
