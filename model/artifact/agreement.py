"""What a change of number format or runtime costs: labels that are no longer the same."""

from __future__ import annotations

from collections.abc import Sequence

Labels = Sequence[tuple[int, ...]]

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
