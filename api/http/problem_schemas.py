"""What a refusal says (RFC 9457)."""

from typing import Annotated

from pydantic import BaseModel, Field

from api.http.reasons import ReasonAnswer

Code = Annotated[
    ReasonAnswer | None,
    Field(description="What `detail` says, for whoever says it in another language; missing where it has no code."),
]


class ProblemItem(BaseModel):
    """One member that is at fault."""

    pointer: Annotated[
        str,
        Field(
            description="Where it is: `#/text` in the body (a JSON pointer), `?wait` in the query, `{job_id}` in the"
            " path, or a header's name."
        ),
    ]
    detail: str
    detail_code: Code = None


class ProblemAnswer(BaseModel):
    """Problem details, RFC 9457."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    detail_code: Code = None
    errors: list[ProblemItem] = []
