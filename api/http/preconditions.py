"""What a request asks of the state that it finds (RFC 9110, section 13): `If-Match` and `If-None-Match`.

Entity tags are versions. What changes something is told the version for which the request's conditions hold, and
refuses any other, so that nothing comes between the look and the change.
"""

from collections.abc import Callable
from typing import TypeVar

from flask import Response, request

from api.http.problems import PreconditionFailed
from api.http.whole import etag
from jobs.errors import VersionMoved

T = TypeVar("T")

#: What the document says of the two, by what the call does.
READ = {
    "If-Match": "Entity tags, or `*`: 412 when the version is none of them.",
    "If-None-Match": "The `ETag` of your copy: 304 when nothing changed.",
}
CHANGE = {
    "If-Match": "Entity tags: 412, and nothing is done, when the version is none of them.",
    "If-None-Match": "Entity tags: 412, and nothing is done, when the version is one of them.",
}
CREATE = {
    "If-Match": "Entity tags, or `*`: 412 when there is no such job, or its version is none of them.",
    "If-None-Match": "`*`: 412 when there is such a job already, also one of the same request.",
}


def conditional() -> bool:
    """Whether the current request asks anything."""
    return "If-Match" in request.headers or "If-None-Match" in request.headers


def demand(version: int | None) -> None:
    """Raises PreconditionFailed unless the request, which changes something, may do so at this version; None: there is
    nothing yet."""
    _demand_match(version)
    if version is not None and _known(version):
        raise PreconditionFailed


def not_modified(version: int) -> Response | None:
    """The answer to a reader who has this version already; None for any other. Raises PreconditionFailed."""
    _demand_match(version)
    if not _known(version):
        return None
    return Response(status=304, headers={"ETag": etag(version), "Cache-Control": "private, no-cache"})


def changed(look: Callable[[], int], change: Callable[[int | None], T]) -> T:
    """What `change` answers, which is given the version that it may change (None: any) and raises VersionMoved at
    another one. `look` tells the version. Raises PreconditionFailed, and what the two raise."""
    if not conditional():
        return change(None)
    while True:
        demand(version := look())
        try:
            return change(version)
        except VersionMoved:
            # Whether the conditions hold is to be seen anew.
            continue


def _demand_match(version: int | None) -> None:
    if "If-Match" in request.headers and (version is None or not request.if_match.contains(str(version))):
        raise PreconditionFailed


def _known(version: int) -> bool:
    return request.if_none_match.contains_weak(str(version))
