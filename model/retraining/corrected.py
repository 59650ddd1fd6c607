"""Sentences that people corrected, as `kritiq feedback export` writes them, ready to be learned."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model.data.dataset import Example
from model.errors import DataError
from model.scheme import NONE, Scheme


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrected:
    """A sentence, all of its aspects as people left them, and of which of them somebody spoke."""

    text: str
    aspects: Mapping[str, str]
    #: Aspect -> polarity, `none` among them, as somebody said: what a model that has learned should say.
    verdicts: Mapping[str, str]
    #: When the last of it was said, in milliseconds since the epoch.
    at: int = 0

    @property
    def example(self) -> Example:
        """As labelled data."""
        return Example(text=self.text, aspects=self.aspects, batch="corrections")


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrections:
    """What there is to learn, each text once."""

    sentences: Sequence[Corrected]
    #: Rows that were passed over: another row about the same text came later, or the scheme lacks what they say.
    overruled: int = 0
    foreign: int = 0

    @property
    def count(self) -> int:
        """Aspects that somebody spoke of."""
        return sum(len(each.verdicts) for each in self.sentences)

    @property
    def digest(self) -> str:
        """SHA-256 over all that is learned of it."""
        rows = [[each.text, sorted(each.aspects.items()), sorted(each.verdicts.items())] for each in self.sentences]
        return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def corrections(rows: Iterable[Mapping[str, Any]], scheme: Scheme) -> Corrections:
    """The sentences of exported rows, by text; of rows about the same text the last word on each aspect counts.

    Raises DataError when there is none that this scheme knows.
    """
    latest: dict[str, Corrected] = {}
    overruled = foreign = 0
    for each in sorted(map(_corrected, rows), key=lambda each: (each.at, each.text)):
        polarities = {*each.aspects.values(), *each.verdicts.values()}
        if not ({*each.aspects, *each.verdicts} <= {*scheme.aspects} and polarities <= {*scheme.polarities}):
            foreign += 1
            continue
        if (before := latest.get(each.text)) is not None:
            overruled += any(
                each.verdicts.get(aspect, polarity) != polarity for aspect, polarity in before.verdicts.items()
            )
            verdicts = {**before.verdicts, **each.verdicts}
            aspects = {a: p for a, p in {**each.aspects, **verdicts}.items() if p != NONE}
            each = Corrected(text=each.text, aspects=aspects, verdicts=verdicts, at=each.at)
        latest[each.text] = each
    if not latest:
        raise DataError("there is no corrected sentence that this model could learn from")
    return Corrections(sentences=[latest[text] for text in sorted(latest)], overruled=overruled, foreign=foreign)


def _corrected(row: Mapping[str, Any]) -> Corrected:
    entries = row["source"]["corrections"]
    return Corrected(
        text=row["text"],
        aspects=row["aspects"],
        verdicts={each["aspect"]: row["aspects"].get(each["aspect"], NONE) for each in entries},
        at=max((each["at"] for each in entries), default=0),
    )
