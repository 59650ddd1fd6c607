"""Why a retrained model may not go on: a code, and figures for the sentence that each language has of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

#: The English ones, parts of a list; the console's are `reason_CODE` in its texts.
SENTENCES: Mapping[str, str] = MappingProxyType({
    "fell_aspects": "F1 of aspects on the {sentences} dev sentences fell by more than {margin:g}: {was:.4f} before,"
    " {now:.4f} after",
    "fell_polarity": "F1 with polarity on the {sentences} dev sentences fell by more than {margin:g}: {was:.4f} before,"
    " {now:.4f} after",
    "fell_aspect": "F1 of {aspect} with polarity fell by more than {margin:g}: {was:.4f} before, {now:.4f} after"
    " (labels: {labels})",
    "few_corrected": "of the corrections ({corrections} in all) fewer than {asked:.0%} are judged as people said:"
    " {was:.4f} before, {now:.4f} after",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """One of `SENTENCES`. F1 and shares are from 0 to 1."""

    code: str
    figures: Mapping[str, str | int | float] = field(default_factory=dict)

    def __str__(self) -> str:
        return SENTENCES[self.code].format(**self.figures)


def because(code: str, **figures: str | int | float) -> Refusal:
    """The refusal of this code, with these figures."""
    return Refusal(code=code, figures=figures)
