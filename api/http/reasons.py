"""Reasons as answers have them, beside their English sentences."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, Field

from jobs.reason import Reason


class ReasonAnswer(BaseModel):
    """What a sentence says that an answer has in English: for whoever says it in another language."""

    code: Annotated[str, Field(description="What is the case, of a list that may grow.")]
    figures: Annotated[
        dict[str, int | float | str | list[str]],
        Field(description="What the sentence has in its gaps: numbers, shares from 0 to 1, names."),
    ]


def reason_dicts(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    """Each as `ReasonAnswer` describes it."""
    return [{"code": each.code, "figures": {name: _short(of) for name, of in each.figures.items()}} for each in reasons]


def _short(figure: Any) -> Any:
    return round(figure, 4) if isinstance(figure, float) else list(figure) if isinstance(figure, tuple) else figure
