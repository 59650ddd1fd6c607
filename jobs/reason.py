"""Why a rollout is where it is, a retrained version is refused, a worker does not load or unload a model, or that a
model's traffic has shifted: a code, and figures for it.

Each language has a sentence of its own for a code; here are the English ones, which answers and commands have. The
console has its own (`reason_CODE` in its texts).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

#: What a sentence has in its gaps: shares and indices, numbers, names.
Figure = str | int | float | tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One of `SENTENCES`, `REFUSALS`, `IN_MEMORY` or `MOVEMENTS`; of a newer release it may be another one."""

    code: str
    figures: Mapping[str, Figure] = field(default_factory=dict)


def because(code: str, **figures: Figure) -> Reason:
    """The reason of this code, with these figures."""
    return Reason(code=code, figures=figures)


#: Of a rollout.
SENTENCES: Mapping[str, str] = MappingProxyType({
    "begun": "It has begun.",
    "stopped": "An operator stopped it.",
    "promoted": "An operator promoted it.",
    "pointed_elsewhere": "An operator pointed the alias elsewhere.",
    "no_worker": "No worker is up.",
    "not_loaded": "No worker could load it: {error}",
    "gone": "No worker has it any more.",
    "away": "No worker has it at the moment.",
    "judged": "Reviews judged in this step: {judged}.",
    "judged_of": "Reviews judged in this step: {judged} of {least}.",
    "failures": "Reviews that came to nothing: {bad} of {reviews} (by chance that may stand for {low:.1%} to"
    " {high:.1%}); at most {asked:.1%} may.",
    "served_apart": "No worker serves both versions, so that nobody compares them.",
    "not_compared": "Nothing has been compared with the stable version yet.",
    "few_compared": "Reviews that have been compared: {reviews} of {least}.",
    "agreement": "It says the same of {share:.1%} of the sentences ({low:.1%} to {high:.1%}; sentences: {sentences},"
    " reviews: {reviews}); {asked:.1%} are asked for.",
    "few_measured": "Its time was measured {measured} of {least} times.",
    "slowdown": "Of 100 sentences the slowest 5 take it {times:.1f} times as long; at most {most:g} are allowed.",
    "shift_allowed": "What it says has shifted by {index:.2f} at most; {most:g} is allowed.",
})  # fmt: skip
#: Of a retraining: why its version is refused, or its alias stays. Parts of a list, without a full stop; what its gate
#: says has words in `model.retraining.refusal`.
REFUSALS: Mapping[str, str] = MappingProxyType({
    "erased": "feedback that was learned from was erased, taken back or said otherwise meanwhile: start again without"
    " it",
    "not_served": "no worker has {version}: they need KRITIQ_MODEL_STORE={setting}",
    "alias_moved": "the alias {alias} has moved: its revision is {revision}, and it points at {points}",
    "alias_several": "a rollout goes from one version to another, and the alias {alias} stands for {points}",
    "alias_none": "nobody has said what the alias {alias} stands for: move it to a version first",
})  # fmt: skip
#: Of a model that is to be loaded or unloaded: why a worker did not. Without a full stop.
IN_MEMORY: Mapping[str, str] = MappingProxyType({
    "no_room": "{version} takes {megabytes} MB, and KRITIQ_MODEL_MEMORY_MB is {most}",
    "no_room_beside": "{version} takes {megabytes} MB, and KRITIQ_MODEL_MEMORY_MB is {most}, beside {others}",
    "only_model": "it is the only model that this worker has",
    "needed": "an alias stands for it",
    "not_served_here": "it is not served here",
    "not_served_since": "it is not served here: {error}",
    "ended_at_it": "the worker ended while loading or unloading it",
})  # fmt: skip
_WHOLE: Mapping[str, str] = MappingProxyType({**SENTENCES, **REFUSALS, **IN_MEMORY})
#: What has become of a feature: now, and before. They may also be of a `version`, name `restaurants` that it mostly
#: comes from, and how large the shift is (`index`) where only so much (`most`) is allowed.
MOVEMENTS: Mapping[str, str] = MappingProxyType({
    "mentioned_more": "{aspect} is mentioned {times:.1f} times as often: in {now:.0%} of sentences, {before:.0%} ",
    "mentioned_newly": "{aspect} is mentioned where it was not: in {now:.0%} of sentences, {before:.0%} ",
    "mentioned_no_more": "{aspect} is mentioned no more: in {now:.0%} of sentences, {before:.0%} ",
    "judged_so": "{aspect} is {polarity} in {now:.0%}, {before:.0%} ",
    "no_aspects": "no aspect is mentioned in {now:.0%}, {before:.0%} ",
    "single_aspect": "one aspect is mentioned in {now:.0%}, {before:.0%} ",
    "two_aspects": "two aspects are mentioned in {now:.0%}, {before:.0%} ",
    "more_aspects": "more than two aspects are mentioned in {now:.0%}, {before:.0%} ",
    "feature_from": "{feature} from {bound:g} in {now:.0%}, {before:.0%} ",
    "feature_below": "{feature} below {bound:g} in {now:.0%}, {before:.0%} ",
    "feature_is": "{feature} {category} in {now:.0%}, {before:.0%} ",
})  # fmt: skip
#: Behind one that has a bound.
_SHIFT: str = ": a shift of {index:.2f}, {most:g} is allowed"


def in_english(reason: Reason) -> str:
    """What it says: of a movement as part of a sentence."""
    figures = dict(reason.figures)
    if (whole := _WHOLE.get(reason.code)) is not None:
        listed = {name: ", ".join(figure) for name, figure in figures.items() if isinstance(figure, tuple)}
        return whole.format(**figures | listed)
    if "feature" in figures:
        figures["feature"] = str(figures["feature"]).replace("_", " ")
    version = figures.get("version")
    text = MOVEMENTS[reason.code].format(**figures) + (f"by {version}" if version else "in the reference")
    if isinstance(named := figures.get("restaurants"), tuple):
        *others, last = named
        text += f"; mostly restaurants {', '.join(others)} and {last}" if others else f"; mostly restaurant {last}"
    if "most" in figures:
        text += _SHIFT.format(**figures)
    return text


def sentences(reasons: Iterable[Reason]) -> str:
    """What they say together, in whole sentences."""
    return " ".join(_sentence(each) for each in reasons)


def _sentence(reason: Reason) -> str:
    text = in_english(reason)
    return f"{text[0].upper()}{text[1:]}." if reason.code in MOVEMENTS else text
