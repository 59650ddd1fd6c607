"""An answer that is there as a whole, and needs little of what werkzeug does for any."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from flask import Response
from werkzeug.datastructures import Headers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: A `Location` that is a URI already.
_URI = re.compile(r"[A-Za-z0-9/._~:%-]*")


class Whole(Response):
    """JSON, with a status that has a body."""

    def __init__(self, body: bytes, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(
            body, status, {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
        )

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        """See `werkzeug.Response.get_wsgi_headers`."""
        headers = self.headers
        return headers if _URI.fullmatch(headers.get("Location", "")) else super().get_wsgi_headers(environ)

    def get_app_iter(self, environ: "WSGIEnvironment") -> Iterable[bytes]:
        """See `werkzeug.Response.get_app_iter`."""
        if environ["REQUEST_METHOD"] == "HEAD" or self._on_close:
            return super().get_app_iter(environ)
        return self.iter_encoded()


def etag(version: int) -> str:
    """The version of what an answer shows, as its entity tag."""
    return f'"{version}"'
