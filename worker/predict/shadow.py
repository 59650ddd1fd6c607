"""What a shadow says, held against what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from jobs.agreement import Agreement
from jobs.choice import Choice
from jobs.differing import MOST_SENTENCES, Difference, Differences

#: What a sentence says: its aspects and their polarities, those that it does not mention left out.
Polarities = Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """What both say of the sentences of one review."""

    answered: Sequence[Polarities]
    shadow: Sequence[Polarities]
    #: The line of a chunk that it is; 0: a job's.
    line: int = 0

    @property
    def sentences(self) -> int:
        """Both cut it by the same rules; where one cuts it otherwise all the same, its sentences differ."""
        return max(len(self.answered), len(self.shadow))

    @property
    def same(self) -> int:
        """Sentences of which both say the same."""
        return sum(one == other for one, other in zip(self.answered, self.shadow, strict=False))


def pairs(answered: bytes, shadow: bytes) -> list[Pair]:
    """Two results of a review, or two lists of result lines of a chunk: of each review that was answered."""
    one, other = _reviews(answered), _reviews(shadow)
    return [Pair(answered=sentences, shadow=other.get(number, ()), line=number) for number, sentences in one.items()]


def differences(choice: Choice, of: Sequence[Pair]) -> Differences | None:
    """On which sentences the version of `choice`, which was not answered, says something else; None: on none."""
    found = [
        Difference(line=pair.line, sentence=index, other=other)
        for pair in of
        for index, (answered, other) in enumerate(zip(pair.answered, pair.shadow, strict=False))
        if answered != other
    ]
    if not found or choice.alias is None:
        return None
    kept = found[:MOST_SENTENCES]
    return Differences(alias=choice.alias, rollout=choice.rollout or 0, version=choice.version, sentences=kept)


def compared(choice: Choice, of: Sequence[Pair], *, answered: str) -> Agreement:
    """How often a shadow, of this version, says what was answered, by that version."""
    return Agreement(
        alias=choice.alias or "", version=choice.version, answered=answered,
        sentences=sum(pair.sentences for pair in of), same=sum(pair.same for pair in of),
    )  # fmt: skip


def _reviews(result: bytes) -> dict[int, list[Polarities]]:
    """The sentences of each review by its number; of a chunk those of lines that have a result."""
    read: Any = orjson.loads(result)
    if not isinstance(read, list):
        return {0: _sentences(read)}
    return {line["line"]: _sentences(line["result"]) for line in read if line["result"]}


def _sentences(review: Any) -> list[Polarities]:
    found = list[Polarities]()
    for sentence in review.get("sentences", ()):
        aspects: Mapping[str, Mapping[str, Any]] = sentence["aspects"]
        found.append({name: of["polarity"] for name, of in aspects.items() if of["polarity"] != "none"})
    return found
