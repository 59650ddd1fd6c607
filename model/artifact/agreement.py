"""What a change of number format or runtime costs: labels that are no longer the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.inputs.auxiliary import Method
from model.runtime.judgement import Floats, judgements

Labels = Sequence[tuple[int, ...]]

#: Largest difference of logits in float32.
TOLERANCE = 1e-3

#: What is said of something in a restaurant: beginnings, and how they go on, in the two languages of most models here.
_SUBJECTS = (
    ("Das Essen", "Der Service", "Das Ambiente", "Der Wein", "Die Lage", "Der Preis", "Das Lokal"),
    ("The food", "The service", "The atmosphere", "The wine", "The location", "The price", "The place"),
)
_VERDICTS = (
    ("war hervorragend", "war leider enttäuschend", "war in Ordnung", "könnte besser sein"),
    ("was excellent", "was a disappointment", "was all right", "could be better"),
)
_BUT = ("aber", "but")


def probes() -> list[str]:
    """Sentences on which an export is compared when nobody brings better ones: short, long, of one and two aspects."""
    found = [
        "Gut.",
        "Great location, friendly staff, small portions.",
        "Wir kommen nicht wieder: zu laut, zu teuer, und der Wein war warm, obwohl wir zweimal darum gebeten hatten.",
        "Der Tisch stand am Fenster.",
    ]
    for subjects, verdicts, but in zip(_SUBJECTS, _VERDICTS, _BUT, strict=True):
        found += [f"{subject} {verdict}." for subject in subjects for verdict in verdicts[:3]]
        found += [
            f"{subject} {verdicts[number % 4]}, {but} {other[0].lower()}{other[1:]} {verdicts[(number + 1) % 4]}."
            for number, (subject, other) in enumerate(zip(subjects * 2, subjects[2:] + subjects, strict=False))
        ]
    return found


def agreement(found: Labels, wanted: Labels, silent: int | None = None) -> float | None:
    """Share of equal labels; pairs that are `silent` on both sides do not count. None when no pair counts.

    With `none` as `silent`, a network that never says anything cannot agree with everything.
    """
    pairs = [(a, b) for one, other in zip(found, wanted, strict=True) for a, b in zip(one, other, strict=True)]
    counted = [(a, b) for a, b in pairs if silent is None or a != silent or b != silent]
    return round(sum(a == b for a, b in counted) / len(counted), 4) if counted else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What another way to run a network says, held against what the network says."""

    max_difference: float
    #: Share of equal labels, and of those that either side speaks of; None when neither speaks.
    agreement: float
    spoken_agreement: float | None
    labels: int
    #: Whether all labels are equal.
    same: bool

    @property
    def exact(self) -> bool:
        """Whether it says the same, up to what another order of sums makes of a logit."""
        return self.same and self.max_difference <= TOLERANCE


def compared(found: Floats, wanted: Floats, method: Method) -> Comparison:
    """By the method's own labels. Logits (rows, outputs) of the same sentences; what is no number is unlike all."""
    ours, theirs = ([each.labels for each in judgements(logits, method)] for logits in (found, wanted))
    difference = float(np.abs(found - wanted).max())
    return Comparison(
        max_difference=round(difference, 6) if np.isfinite(difference) else float("inf"),
        agreement=agreement(ours, theirs) or 0.0,
        spoken_agreement=agreement(ours, theirs, method.scheme.none),
        labels=len(ours) * len(method.scheme.aspects),
        same=ours == theirs,
    )
