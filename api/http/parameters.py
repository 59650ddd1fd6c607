"""What parameters and headers look like: one table, so that a name means the same in every operation."""

import re
from typing import Any

from jobs.activity import Window
from jobs.batch_status import BatchStatus
from jobs.choice import JUDGED_BY, MODEL
from jobs.file import FILE_TTL_S
from jobs.job import Status
from jobs.judgements import Step
from jobs.line import PLACES, LineStatus
from jobs.request import AUTHOR, LANGUAGE, RESTAURANT, TTL_S
from jobs.usage import MONTH
from webhooks.delivery import DeliveryStatus

Schema = dict[str, Any]

#: What batches, files and so on are called.
ID_PATTERN = "^[A-Za-z0-9_-]{1,64}$"
_ID: Schema = {"type": "string", "pattern": ID_PATTERN}
_DAY: Schema = {"type": "string", "format": "date"}
_TIME: Schema = {"type": "string", "format": "date-time"}
#: When a review was written.
WRITTEN: Schema = {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]}

#: A job's id that its client chose.
OWN_ID = _ID

PATH: dict[str, Schema] = {
    "job_id": {
        "type": "string",
        "pattern": "^[A-Za-z0-9._%-]+$",
        "description": "A job's id as answers have it. A task that a Celery client sent has the task's id, "
        "percent-encoded; it may also be given as it was chosen. Encode it as any segment of a path; `links` are "
        "encoded already.",
    },
    "batch_id": _ID,
    "line": {"type": "integer", "minimum": 1, "maximum": PLACES, "description": "The line's number, from 1."},
    "file_id": _ID,
    "endpoint_id": _ID,
    "link_id": _ID,
    "retraining_id": _ID,
    "operation_id": _ID,
    "key_id": {"type": "string", "pattern": "^key_[0-9A-Za-z]{12}$"},
    "delivery_id": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,200}$"},
    "restaurant": {"type": "string", "pattern": f"^{RESTAURANT.pattern}$"},
}

#: A file's name: its longest, in characters, and what may be in it.
MOST_NAME, FILENAME = 255, r"[^\x00-\x1f\x7f]*"

#: An error's code, as `code` of a problem or of a failed job.
ERROR_CODE = re.compile(r"[A-Za-z0-9._-]{1,100}")

#: Entries of a page: when nobody says how many, and at most.
PAGE, LARGEST_PAGE = 20, 100

#: Reviews that are looked through for what a person should label: when nobody says how many, and at most. As many as
#: can be read in less than a second.
REVIEWS, MOST_REVIEWS = 500, 1000

#: Hexadecimal digits in front of each page token, which tell of which list it is.
MARK = 8
_MARK = f"^[0-9a-f]{{{MARK}}}"

QUERY: dict[str, Schema] = {
    "wait": {"type": "integer", "minimum": 0},
    "after": {"type": "integer", "minimum": 0, "maximum": 9_999_999},
    "follow": {"type": "string", "enum": ["true", "false"]},
    "page_size": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE},
    # Hexadecimal digits of a time and an id, see `api.http.paging`.
    "page_token": {
        "type": "string",
        "pattern": f"{_MARK}(3[0-9]){{1,15}}2e(2[5d-f]|5f|3[0-9]|4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])+$",
    },
    "count": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE},
    "reviews": {"type": "integer", "minimum": 1, "maximum": MOST_REVIEWS, "default": REVIEWS},
    "restaurant": PATH["restaurant"],
    "external_author": {"type": "string", "pattern": f"^{AUTHOR.pattern}$"},
    "language": {"type": "string", "pattern": f"^({LANGUAGE.pattern})$"},
    "model": {"type": "string", "pattern": f"^({MODEL.pattern})$"},
    "error": {"type": "string", "pattern": f"^{ERROR_CODE.pattern}$"},
    "include_none": {"type": "string", "enum": ["true", "false"]},
    "ttl_s": {"type": "integer", "minimum": TTL_S[0], "maximum": TTL_S[1]},
    "filename": {"type": "string", "maxLength": MOST_NAME, "pattern": f"^{FILENAME}$"},
    "purpose": {"type": "string", "enum": ["batch"]},
    "reviewed_at": WRITTEN,
    "not_before": _TIME,
    "since": _TIME,
    "until": _TIME,
    "from": _DAY,
    "to": _DAY,
    "by": {"type": "string", "enum": list(Step)},
    "window": {"type": "string", "enum": list(Window)},
    "batch": _ID,
    "revision": {"type": "integer", "minimum": 0, "maximum": 999_999_999},
    "sentence": {"type": "integer", "minimum": 0, "maximum": 999_999_999},
    "aspect": {"type": "string", "minLength": 1},
    "month": {"type": "string", "pattern": f"^{MONTH.pattern}$"},
}

#: Of lists that an archive is part of: an import may have years before 1970.
_OLD_TOKEN: Schema = {"type": "string", "pattern": QUERY["page_token"]["pattern"].replace(_MARK, f"{_MARK}(2d)?")}

#: What a name means for some resources only: by resource and name.
OWN: dict[tuple[str, str], Schema] = {
    ("jobs", "status"): {"type": "string", "enum": list(Status)},
    # Which judged it, and not one that is asked for.
    ("jobs", "model"): {"type": "string", "pattern": f"^{JUDGED_BY.pattern}$"},
    ("jobs", "page_token"): _OLD_TOKEN,
    ("reviews", "page_token"): _OLD_TOKEN,
    ("batches", "status"): {"type": "string", "enum": list(BatchStatus)},
    ("lines", "status"): {"type": "string", "enum": list(LineStatus)},
    ("deliveries", "status"): {"type": "string", "enum": list(DeliveryStatus)},
    ("files", "ttl_s"): {"type": "integer", "minimum": FILE_TTL_S[0], "maximum": FILE_TTL_S[1]},
    # Of a time and a number within it, for the number is no name; see `api.http.paging`.
    ("audit", "page_token"): {"type": "string", "pattern": f"{_MARK}(3[0-9]){{1,15}}2e(3[0-9]){{1,19}}$"},
    # Hexadecimal digits of a name.
    ("restaurants", "page_token"): {
        "type": "string",
        "pattern": f"{_MARK}(2[de]|5f|7e|3[0-9]|4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a]){{1,100}}$",
    },
}

#: A key may stand in quotes, as the IETF draft wants it, or without.
KEY_PATTERN = '^"?[!#-~]([ !#-~]{0,253}[!#-~])?"?$'

HEADERS: dict[str, Schema] = {"Idempotency-Key": {"type": "string", "pattern": KEY_PATTERN}}

_SECONDS: Schema = {
    "description": "Seconds after which asking again makes sense.",
    "schema": {"type": "integer", "minimum": 0},
}
_TAG: Schema = {"description": "The version.", "schema": {"type": "string"}}

#: Headers of all answers to whoever has limits (draft-ietf-httpapi-ratelimit-headers).
RATE: dict[str, Schema] = {
    "RateLimit": {
        "description": "Of each limit, requests that are left (`r`) and until when, in seconds (`t`).",
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": "The limits of the key and its organisation: requests (`q`) within seconds (`w`).",
        "schema": {"type": "string"},
    },
}

#: Headers of answers by status.
ANSWER: dict[int, dict[str, Schema]] = {
    200: {
        "ETag": _TAG,
        "Preference-Applied": {"description": "The wait that was granted.", "schema": {"type": "string"}},
        "Idempotent-Replayed": {
            "description": "The job is the one of an earlier request.",
            "schema": {"type": "string", "enum": ["true"]},
        },
    },
    202: {
        "ETag": _TAG,
        "Location": {"description": "Where it is.", "schema": {"type": "string", "format": "uri-reference"}},
        "Retry-After": _SECONDS,
    },
    304: {"ETag": _TAG},
    401: {
        "WWW-Authenticate": {"description": "RFC 6750.", "schema": {"type": "string"}, "required": True},
    },
    429: {"Retry-After": {**_SECONDS, "required": True}},
    503: {"Retry-After": {**_SECONDS, "required": True}},
}


def schema_of(place: str, name: str, listed: str) -> Schema:
    """The schema of a parameter of an operation about `listed`; any string where there is nothing to say."""
    if place == "query" and (listed, name) in OWN:
        return OWN[listed, name]
    return {"path": PATH, "query": QUERY, "header": HEADERS}[place].get(name, {"type": "string"})
