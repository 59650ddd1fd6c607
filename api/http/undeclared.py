"""What a request has that its route does not declare: a query parameter, a parameter twice, or a body where there is
none. It is refused, as unknown members of bodies are."""

from flask import Flask, request

from api.http.context import raw_body
from api.http.operation import Operation, operation_of
from api.http.problems import MOST_POINTER, InvalidRequest

#: Bodies that say nothing: many programs put an object into every POST.
_NOTHING = (b"", b"{}", b"null")
#: Bytes of a body that is looked at; one that is longer says something, or pretends to.
_SHORT = 64


def register(app: Flask) -> None:
    """Refuse what the routes of `app`, which must all be there, do not declare by `operation(query=…, body=…,
    uploads=…)`."""
    #: By endpoint. A page of the documentation is none, and takes what browsers add.
    operations = {
        endpoint: operation
        for endpoint, view in app.view_functions.items()
        if (operation := operation_of(view)) is not None
    }

    def check() -> None:
        """Raises InvalidRequest, UnknownCoding and CodingError."""
        operation = operations.get(request.endpoint or "")
        if operation is None:
            return
        environ = request.environ
        # Most requests have no parameters, and finding what they might have costs a tenth of a POST.
        if environ.get("QUERY_STRING"):
            _check_query(operation)
        has_body = environ.get("CONTENT_LENGTH") not in (None, "", "0") or "HTTP_TRANSFER_ENCODING" in environ
        # A body that is declared is the route's own to read.
        if has_body and operation.body is None and not operation.uploads:
            _check_no_body()

    app.before_request(check)


def _check_query(operation: Operation) -> None:
    """Raises InvalidRequest, which names the first parameter that is wrong."""
    for name, values in request.args.lists():
        if name not in operation.query:
            known = f"it takes {', '.join(operation.query)}" if operation.query else "it takes none"
            raise InvalidRequest(f"?{name}"[:MOST_POINTER], f"is no parameter of this call; {known}")
        if len(values) > 1:
            raise InvalidRequest(f"?{name}", "should be given once")


def _check_no_body() -> None:
    if (request.content_length or 0) > _SHORT or raw_body().strip() not in _NOTHING:
        raise InvalidRequest("#", "should not be there: this call takes no body")
