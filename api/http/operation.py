"""What the OpenAPI document says of a route, and which scope it needs; it stands where the route stands."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, TypeVar

from pydantic import BaseModel

from access.scope import Scope
from api.http.problem_schemas import ProblemAnswer

F = TypeVar("F", bound=Callable[..., Any])

_ATTRIBUTE = "kritiq_operation"
#: What every route that has a scope may answer.
_REFUSALS: Mapping[int, Any] = {401: ProblemAnswer, 403: ProblemAnswer, 429: ProblemAnswer}


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """What the document says of a route."""

    summary: str
    #: What a key needs for it; None: it is open to everybody.
    scope: Scope | None
    body: type[BaseModel] | UnionType | None = None
    #: Schema of the answer by status; None for an answer without a body.
    answers: Mapping[int, Any] = field(default_factory=dict)
    #: Schemas of parameters of the path that are this route's own.
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    #: Those of the query's that must be there.
    required: Set[str] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Media type of answers that are not JSON, by status.
    media: Mapping[int, str] = field(default_factory=dict)
    #: Further media types of answers and their schemas, by status.
    media_also: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    #: Whether the body may be left out.
    body_optional: bool = False
    #: Another media type that the body may have, and what it is.
    body_also: tuple[str, str] | None = None
    #: Media types of a body that is no JSON at all, and their schemas.
    uploads: Mapping[str, Any] = field(default_factory=dict)


def operation(
    summary: str,
    *,
    scope: Scope | None,
    body: type[BaseModel] | UnionType | None = None,
    answers: Mapping[int, Any],
    path: Mapping[str, Any] | None = None,
    query: Mapping[str, str] | None = None,
    required: Set[str] = frozenset(),
    headers: Mapping[str, str] | None = None,
    media: Mapping[int, str] | None = None,
    media_also: Mapping[int, Mapping[str, Any]] | None = None,
    body_optional: bool = False,
    body_also: tuple[str, str] | None = None,
    uploads: Mapping[str, Any] | None = None,
) -> Callable[[F], F]:
    """Describe a route where it stands, and say which scope it needs; its docstring is the description."""

    def mark(view: F) -> F:
        operation = Operation(
            summary=summary,
            scope=scope,
            body=body,
            answers=answers if scope is None else {**answers, **_REFUSALS},
            path=path or {},
            query=query or {},
            required=required,
            headers=headers or {},
            media=media or {},
            media_also=media_also or {},
            body_optional=body_optional,
            body_also=body_also,
            uploads=uploads or {},
        )
        setattr(view, _ATTRIBUTE, operation)
        return view

    return mark


def operation_of(view: Callable[..., Any]) -> Operation | None:
    """What a route says of itself; None for a page of the documentation."""
    found: Operation | None = getattr(view, _ATTRIBUTE, None)
    return found
