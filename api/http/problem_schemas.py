"""What a refusal says (RFC 9457)."""

from pydantic import BaseModel


class ProblemItem(BaseModel):
    """One member that is at fault."""

    pointer: str
    detail: str


class ProblemAnswer(BaseModel):
    """Problem details, RFC 9457."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[ProblemItem] = []
