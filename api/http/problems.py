"""Errors as problem details (RFC 9457). The only place that knows which HTTP status an error is."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from flask import Flask, Response
from gunicorn.http.errors import NoMoreData, ParseException
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from access.api_key import InvalidKey
from api.http.plain_errors import detail_of
from api.http.problem_reasons import with_code
from api.http.strict_json import BadJson
from jobs import errors


class MediaTypeError(errors.KritiqError):
    """The body should be application/json."""


class UnknownCoding(MediaTypeError):
    """The body is compressed in a way that is not taken here; `Accept-Encoding` says which is."""


class CodingError(errors.KritiqError):
    """The body is not the gzip stream that its Content-Encoding says, or breaks off."""


class NotAcceptable(errors.KritiqError):
    """This call cannot answer in any media type that `Accept` allows."""


class InvalidRequest(errors.KritiqError):
    """The request is well-formed, but a member of it cannot be used."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(f"The request is not valid: see {pointer}.")
        self.pointer, self.detail = pointer, detail


class TooManyWaiting(errors.Unavailable):
    """Too many clients wait for answers on this server; ask again without waiting."""


class TooManyOfYoursWaiting(errors.TooOften):
    """Too many requests of one organisation wait or listen on this server; ask again without waiting."""


class InvalidToken(errors.Unauthenticated):
    """This is no API key, or one that was revoked or is past its time."""


class ScopeMissing(errors.Forbidden):
    """The API key lacks the scope that this needs."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"The API key lacks the scope {scope}.")
        self.scope = scope


class ForeignOrigin(errors.Forbidden):
    """A page of another site may not do this."""


class CsrfMissing(errors.Forbidden):
    """A session changes nothing without its `X-CSRF-Token`, which `GET /v1/session` tells."""


class PreconditionFailed(errors.KritiqError):
    """`If-Match` or `If-None-Match` does not hold for what is there, so nothing was done: look, and decide again."""


class UnknownHost(errors.KritiqError):
    """This service does not answer to the name in `Host` (KRITIQ_ALLOWED_HOSTS)."""


#: The most specific matching class wins.
STATUS: Mapping[type[Exception], tuple[int, str]] = {
    errors.KritiqError: (500, "internal-error"),
    errors.Unauthenticated: (401, "unauthorized"),
    InvalidToken: (401, "invalid-token"),
    errors.Forbidden: (403, "forbidden"),
    ScopeMissing: (403, "insufficient-scope"),
    ForeignOrigin: (403, "foreign-origin"),
    CsrfMissing: (403, "csrf-token-missing"),
    UnknownHost: (421, "misdirected-request"),
    errors.TooOften: (429, "too-many-requests"),
    errors.OverLimit: (429, "limit-reached"),
    errors.TooMuch: (413, "over-limit"),
    errors.Unavailable: (503, "temporarily-unavailable"),
    errors.QueueFull: (503, "queue-full"),
    errors.TextKeyMissing: (503, "text-key-missing"),
    TooManyWaiting: (503, "too-many-waiting"),
    TooManyOfYoursWaiting: (429, "too-many-of-yours-waiting"),
    errors.NotFound: (404, "not-found"),
    errors.Gone: (410, "gone"),
    errors.TextErased: (410, "text-erased"),
    errors.Conflict: (409, "conflict"),
    PreconditionFailed: (412, "precondition-failed"),
    errors.IdempotencyMismatch: (422, "idempotency-mismatch"),
    errors.NotCancelable: (409, "not-cancelable"),
    errors.NotRetryable: (409, "not-retryable"),
    errors.AliasMoved: (409, "alias-moved"),
    errors.NotOneVersion: (409, "not-one-version"),
    errors.ModelInUse: (409, "model-in-use"),
    errors.RetrainingUnderWay: (409, "retraining-under-way"),
    errors.NothingJudged: (409, "nothing-judged"),
    errors.FeedbackFull: (409, "feedback-full"),
    errors.FilesFull: (409, "files-full"),
    errors.TooManyKeys: (409, "too-many-keys"),
    errors.TooManyLinks: (409, "too-many-links"),
    errors.TooManyErasures: (409, "too-many-erasures"),
    errors.EndpointDisabled: (409, "endpoint-disabled"),
    errors.TooManyEndpoints: (409, "too-many-endpoints"),
    errors.DeliveryUnderWay: (409, "delivery-under-way"),
    errors.SettingsError: (503, "not-configured"),
    InvalidKey: (422, "invalid-key"),
    InvalidRequest: (422, "invalid-request"),
    NotAcceptable: (406, "not-acceptable"),
    MediaTypeError: (415, "unsupported-media-type"),
    UnknownCoding: (415, "unsupported-content-coding"),
    CodingError: (400, "bad-content-coding"),
    BadJson: (400, "bad-json"),
}

#: Members at fault that one answer lists, and characters of a pointer to one: what comes in may be megabytes of them.
MOST_ERRORS = 20
MOST_POINTER = 200
#: Kind of a validation error -> what it says, where pydantic says it of "fields" and "inputs".
_OBJECT = "should be a JSON object"
_WORDS = {
    "extra_forbidden": "is not a member that this call takes", "missing": "is missing", "list_type": "should be a list",
    # Not by what the schema's class is called.
    "model_type": _OBJECT, "model_attributes_type": _OBJECT, "dict_type": _OBJECT,
}  # fmt: skip
#: What pydantic calls that which is wrong: "String should have …", "Input should be …". The pointer names it already.
_KIND = re.compile(r"^[A-Z]\w*( \w+)? (?=should )")

TITLES = {
    400: "Bad request", 401: "Unauthorized", 403: "Forbidden", 404: "Not found", 405: "Method not allowed",
    406: "Not acceptable", 408: "Request timeout", 409: "Conflict", 410: "Gone", 411: "Length required",
    412: "Precondition failed", 413: "Content too large", 414: "URI too long", 415: "Unsupported media type",
    416: "Range not satisfiable", 417: "Expectation failed", 421: "Misdirected request",
    422: "Unprocessable content", 429: "Too many requests", 431: "Request header fields too large",
    500: "Internal error", 501: "Not implemented", 503: "Service unavailable",
}  # fmt: skip

#: What a client should show (RFC 6750).
_CHALLENGE = 'Bearer realm="kritiq"'


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] | None = None,
) -> Response:
    """A problem document; `errors` lists the members at fault, each with a JSON pointer.

    Where their `detail` is a sentence that others may say in their language, a code with figures stands beside it.
    """
    body: dict[str, Any] = {
        "type": f"/docs/problems#{code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        **with_code({"detail": detail}),
    }
    if errors is not None:
        body["errors"] = [with_code(each) for each in errors]
    response = Response(orjson.dumps(body), status, content_type="application/problem+json")
    response.headers.extend(dict(headers or {}))
    return response


def _of_ours(error: Exception) -> Response:
    status, code = next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)
    headers = _headers_of(error)
    items = [{"pointer": error.pointer, "detail": error.detail}] if isinstance(error, InvalidRequest) else None
    return problem(status, code, str(error), headers=headers, errors=items)


def _headers_of(error: Exception) -> dict[str, str]:
    match error:
        case errors.Unavailable(retry_after_s=seconds) | errors.TooOften(retry_after_s=seconds):
            return {"Retry-After": str(seconds)}
        case UnknownCoding():
            return {"Accept-Encoding": "gzip"}
        case InvalidToken():
            return {"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'}
        case errors.Unauthenticated():
            return {"WWW-Authenticate": _CHALLENGE}
        case ScopeMissing(scope=scope):
            return {"WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope", scope="{scope}"'}
    return {}


def _of_validation(error: ValidationError) -> Response:
    items = []
    for part in error.errors(include_url=False, include_context=False)[:MOST_ERRORS]:
        pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in part["loc"])
        items.append({"pointer": f"#{pointer}"[:MOST_POINTER], "detail": words_of(part)})
    names = ", ".join(item["pointer"] for item in items[:5])
    return problem(422, "invalid-request", f"The request is not valid: see {names}.", errors=items)


def words_of(part: Mapping[str, Any]) -> str:
    """What one of a validation's errors says, without the member's name in front."""
    message = _WORDS.get(part["type"]) or _KIND.sub("", str(part["msg"]).removeprefix("Value error, "))
    return message.replace(" after validation", "")


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    # Werkzeug's own headers, such as Allow of a 405, stay.
    headers = {k: v for k, v in error.get_headers() if k.lower() not in ("content-type", "content-length")}
    if 300 <= status < 400:
        return Response("", status, headers)
    return problem(status, plain_code(status), detail_of(error), headers=headers)


def plain_code(status: int) -> str:
    """The code of a problem that is no more than its status."""
    return TITLES.get(status, "error").lower().replace(" ", "-")


def register(app: Flask) -> None:
    """Make `app` answer every error as problem details."""
    app.register_error_handler(errors.KritiqError, _of_ours)
    app.register_error_handler(BadJson, _of_ours)
    app.register_error_handler(ValidationError, _of_validation)
    app.register_error_handler(HTTPException, _of_http)

    def unreadable(error: Exception) -> Response:
        # Where the body ends is not known, so neither is where another request would begin.
        return problem(400, "bad-request", "The body of the request cannot be read.", headers={"Connection": "close"})

    app.register_error_handler(ParseException, unreadable)
    app.register_error_handler(NoMoreData, unreadable)

    def unexpected(error: Exception) -> Response:
        app.logger.exception("unexpected error", exc_info=error)
        return problem(500, "internal-error", "Something went wrong on our side; it has been logged.")

    app.register_error_handler(Exception, unexpected)
