"""Whether a retrained model may go on: held against the one it came from, number by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from model.data.dataset import Example, labels
from model.evaluation.report import judged_labels, report
from model.inputs.encoding import Ids
from model.predictor import Predictor
from model.retraining.corrected import Corrected
from model.retraining.refusal import Refusal, because


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """How much worse than its base it may be on the dev data, in F1 from 0 to 1, and what it must have learned."""

    #: Of F1, of aspects alone and with their polarity.
    margin: float = 0.005
    #: Of F1 with polarity, of any one aspect.
    aspect_margin: float = 0.05
    #: Aspects with fewer labels in the dev data are not held to it: one sentence would decide.
    aspect_labels: int = 30
    #: Share of the aspects that somebody spoke of which it has to judge so.
    corrected: float = 0.8


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A number of the base, and of the model that came of it."""

    before: float
    after: float

    def __str__(self) -> str:
        return f"{self.before:.4f} before, {self.after:.4f} after"

    @property
    def figures(self) -> dict[str, float]:
        """For a reason."""
        return {"was": self.before, "now": self.after}

    def to_list(self) -> list[float]:
        """For JSON."""
        return [round(self.before, 4), round(self.after, 4)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Two models on the same sentences."""

    sentences: int
    #: Micro-F1 of aspects, and of aspects with their polarity.
    acd: Pair
    acsa: Pair
    #: Aspect -> F1 with polarity, and how many labels it has.
    aspects: dict[str, tuple[Pair, int]]
    #: Share of the aspects that somebody spoke of that are judged so, and how many there are.
    corrected: Pair
    corrections: int

    def refusals(self, bounds: Bounds) -> list[Refusal]:
        """Why it may not go on, with the numbers; empty when it may."""
        found = [
            because(code, sentences=self.sentences, margin=bounds.margin, **pair.figures)
            for code, pair in (("fell_aspects", self.acd), ("fell_polarity", self.acsa))
            if _fell(pair, bounds.margin)
        ]
        found += [
            because("fell_aspect", aspect=aspect, margin=bounds.aspect_margin, labels=count, **pair.figures)
            for aspect, (pair, count) in self.aspects.items()
            if count >= bounds.aspect_labels and _fell(pair, bounds.aspect_margin)
        ]
        if self.corrected.after < bounds.corrected:
            more = self.corrected.figures
            found.append(because("few_corrected", corrections=self.corrections, asked=bounds.corrected, **more))
        return found

    def to_dict(self) -> dict[str, Any]:
        """For JSON: every pair is [before, after]."""
        return {
            "dev_sentences": self.sentences,
            "acd_f1": self.acd.to_list(),
            "acsa_f1": self.acsa.to_list(),
            "aspects": {
                aspect: {"labels": count, "acsa_f1": pair.to_list()} for aspect, (pair, count) in self.aspects.items()
            },
            "corrections": self.corrections,
            "corrected": self.corrected.to_list(),
        }


def compare_with_base(
    base: Predictor, retrained: Predictor, dev: Sequence[Example], corrected: Sequence[Corrected]
) -> Comparison:
    """Both judge the dev data and the corrected sentences."""
    scheme = base.info.scheme
    truth = labels(dev, scheme)
    reports = [report(each.judge_sentences([d.text for d in dev]), truth, scheme) for each in (base, retrained)]
    right = [
        _right(judged_labels(each.judge_sentences([c.text for c in corrected])), corrected, each)
        for each in (base, retrained)
    ]
    before, after = reports
    return Comparison(
        sentences=len(dev),
        acd=Pair(before=before["acd"]["f1"], after=after["acd"]["f1"]),
        acsa=Pair(before=before["acsa"]["f1"], after=after["acsa"]["f1"]),
        aspects={
            aspect: (
                Pair(before=before["acsa"]["aspects"][aspect]["f1"], after=after["acsa"]["aspects"][aspect]["f1"]),
                before["acsa"]["aspects"][aspect]["support"],
            )
            for aspect in scheme.aspects
        },
        corrected=Pair(before=right[0], after=right[1]),
        corrections=sum(len(each.verdicts) for each in corrected),
    )


def _right(judged: Ids, corrected: Sequence[Corrected], predictor: Predictor) -> float:
    scheme = predictor.info.scheme
    found = [
        judged[row, scheme.aspects.index(aspect)] == scheme.polarities.index(polarity)
        for row, each in enumerate(corrected)
        for aspect, polarity in each.verdicts.items()
    ]
    return float(sum(found)) / max(1, len(found))


def _fell(pair: Pair, margin: float) -> bool:
    # What is exactly the margin is within it, whatever floats make of it.
    return pair.before - pair.after > margin + 1e-9
