"""Bodies of calls that take none: one that says something is refused, as an undeclared parameter is."""

from flask import Flask, current_app, request

from api.http.context import raw_body
from api.http.operation import operation_of
from api.http.problems import InvalidRequest

#: What programs send that say nothing: many put an object into every POST.
_NOTHING = (b"", b"{}", b"null")
#: Bytes of a body that is looked at; one that is longer says something, or pretends to.
_SHORT = 64


def register(app: Flask) -> None:
    """Refuse bodies of requests whose route does not declare any by `operation(body=…, uploads=…)`."""
    app.before_request(_check)


def _check() -> None:
    """Raises InvalidRequest, UnknownCoding and CodingError."""
    environ = request.environ
    if environ.get("CONTENT_LENGTH") in (None, "", "0") and "HTTP_TRANSFER_ENCODING" not in environ:
        return
    operation = operation_of(current_app.view_functions[request.endpoint]) if request.endpoint else None
    if operation is None or operation.body is not None or operation.uploads:
        # Nothing is there, or a page of the documentation; or it is the route's own to read.
        return
    if (request.content_length or 0) > _SHORT or raw_body().strip() not in _NOTHING:
        raise InvalidRequest("#", "should not be there: this call takes no body")
