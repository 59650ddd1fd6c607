"""The Flask application, whose views may answer later."""

from collections.abc import Callable
from contextvars import Context, copy_context
from functools import partial
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import NullSession, SessionInterface
from werkzeug.exceptions import NotFound
from werkzeug.routing import MapAdapter, Rule
from werkzeug.wsgi import get_host

from api.http.pauses import PAUSES, Deferred

#: Headers of every answer that does not have its own.
_HARDENED = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


class _NoSessions(SessionInterface):
    """Sessions are `api.http.session_cookie`'s; Flask's own are never asked for."""

    def __init__(self) -> None:
        self._none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return self._none


class Application(Flask):
    """Where the server can pause, a `Deferred` answer holds no thread; elsewhere the thread waits for it."""

    session_interface = _NoSessions()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Else an address with a slash too many is sent to another one, before anybody is asked for a key.
        self.url_map.merge_slashes = False
        #: Rules of POSTs without a part that varies, by path: none is looked up for each POST anew.
        self._fixed: dict[str, Rule] = {}

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """See `Flask.create_url_adapter`; nothing here makes addresses of endpoints. Raises SecurityError for a `Host`
        that is none, NotFound."""
        if request is None:
            return None
        environ = request.environ
        if environ["PATH_INFO"].startswith("//"):
            # Werkzeug would take one of them away.
            raise NotFound
        rule = self._fixed.get(environ["PATH_INFO"]) if environ["REQUEST_METHOD"] == "POST" else None
        if rule is None or "HTTP_UPGRADE" in environ:
            return super().create_url_adapter(request)
        request.host = get_host(environ, request.trusted_hosts)
        request.url_rule, request.view_args = rule, {}
        return None

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """See `Flask.ensure_sync`, which asks of each view and hook in each request whether it is a coroutine: ours are
        none (`tests/unit/api/http/test_application.py`)."""
        return func

    def dispatch_request(self) -> Any:
        """See `Flask.dispatch_request`."""
        rule = request.url_rule
        if rule is not None and request.method == "POST" and not rule.arguments:
            self._fixed[rule.rule] = rule
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


def hardened(response: Response) -> Response:
    """No answer of an API is ever anything but its own media type, nor to be framed."""
    if response.status_code == 413:
        # What is left of the body is not read: say so before the connection is dropped.
        response.headers["Connection"] = "close"
    if response.status_code in (204, 304) or (request.method == "OPTIONS" and response.status_code == 200):
        # There is no body that it could be the type of.
        response.headers.pop("Content-Type", None)
    present = {name.lower() for name, _ in response.headers}
    for name, value in _HARDENED.items():
        if name.lower() not in present:
            response.headers.add(name, value)
    return response
