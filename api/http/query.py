"""Query parameters of all routes: those that a route declares, each once, and no others, as with members of bodies."""

from flask import Flask, current_app, request

from api.http.operation import operation_of
from api.http.problems import MOST_POINTER, InvalidRequest


def register(app: Flask) -> None:
    """Refuse parameters that the route of a request does not declare by `operation(query=…)`."""
    app.before_request(_check)


def _check() -> None:
    """Raises InvalidRequest, which names the first one that is wrong."""
    if not request.environ.get("QUERY_STRING"):
        # Most requests have none, and finding what they might have costs a tenth of a POST.
        return
    operation = operation_of(current_app.view_functions[request.endpoint]) if request.endpoint else None
    if operation is None:
        # Nothing is there, or a page of the documentation, which takes what browsers add.
        return
    for name, values in request.args.lists():
        if name not in operation.query:
            known = f"it takes {', '.join(operation.query)}" if operation.query else "it takes none"
            raise InvalidRequest(f"?{name}"[:MOST_POINTER], f"is no parameter of this call; {known}")
        if len(values) > 1:
            raise InvalidRequest(f"?{name}", "should be given once")
