"""The client's one error tree.

KritiqError
├── ApiError               the service answered with a problem
│   ├── Invalid            400, 413, 415, 422: the request cannot be used; `errors` says where
│   ├── Unauthorized       401: no API key, or one that is no good
│   ├── Forbidden          403: the API key is not for this
│   ├── NotFound           404
│   │   └── Gone           410: it was there; deleted, or past its time
│   ├── Conflict           409: not in a state that allows this
│   ├── RateLimited        429: the caller's quota
│   └── Unavailable        503: the service cannot take it now
├── TransportError         no answer came
├── UnexpectedAnswer       an answer that the contract does not know
├── Timeout                the caller's deadline passed; `job` is the job as it was (job_answers.py)
├── NotSucceeded           the job ended without a result (job_answers.py)
├── BadInput               a file that cannot be read (bulk/records.py)
├── StateMismatch          an output that belongs to another input (bulk/state.py)
└── WebhookInvalid         a webhook that must not be believed
"""

from collections.abc import Sequence
from dataclasses import dataclass


class KritiqError(Exception):
    """Something went wrong between this program and Kritiq."""

    #: Requests that were sent before this was raised.
    attempts: int = 1

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldError:
    """One member of a request that is at fault."""

    #: `#/text` in the body (a JSON pointer), `?wait` in the query, `{job_id}` in the path, or a header's name.
    pointer: str
    detail: str


class ApiError(KritiqError):
    """The service answered with a problem (RFC 9457)."""

    def __init__(
        self,
        *,
        status: int,
        code: str,
        detail: str,
        errors: Sequence[FieldError] = (),
        retry_after: float | None = None,
    ) -> None:
        where = "".join(f"\n  {item.pointer} {item.detail}" for item in errors)
        super().__init__(f"{status} {code}: {detail}{where}")
        self.status, self.code, self.detail, self.errors = status, code, detail, tuple(errors)
        #: Seconds after which another try makes sense, as the service said.
        self.retry_after = retry_after


class Invalid(ApiError):
    """The request cannot be used; sending it again cannot help."""


class Unauthorized(ApiError):
    """The service knows no such API key, or wants one."""


class Forbidden(ApiError):
    """The API key lacks a scope, or is for other restaurants."""


class NotFound(ApiError):
    """There is no such thing, or it is another tenant's."""


class Gone(NotFound):
    """It was deleted or is past its time."""


class Conflict(ApiError):
    """It is in a state that does not allow this."""


class RateLimited(ApiError):
    """The caller's quota is used up."""


class Unavailable(ApiError):
    """The service cannot take the request at the moment."""


class TransportError(KritiqError):
    """No answer came."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        #: Whether the service may have got the request, and acted on it.
        self.sent = sent


class UnexpectedAnswer(KritiqError):
    """The answer is not what the contract says."""


class WebhookInvalid(KritiqError):
    """The webhook is not signed by Kritiq, was altered, or is too old."""


#: Class by status; anything else is an `ApiError`.
BY_STATUS: dict[int, type[ApiError]] = {
    400: Invalid,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    413: Invalid,
    415: Invalid,
    422: Invalid,
    429: RateLimited,
    503: Unavailable,
}
