"""Sentences that two versions of a model judge differently, of a job or a chunk that both have judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

#: Sentences of a job or chunk that are kept, and jobs and chunks with some, of an organisation and an alias.
MOST_SENTENCES, MOST_JOBS = 20, 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One of them."""

    #: The line of a chunk that it is of; 0: the review of a job.
    line: int
    #: The sentence's index in its review.
    sentence: int
    #: What was not answered: aspect -> polarity, those that it does not mention left out.
    other: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Differences:
    """Those of one job or chunk: what was answered of them stands in its result."""

    alias: str
    #: The rollout that they were found in (`jobs.rollout.Rollout.number`); 0: none, but a shadow.
    rollout: int
    #: The version that was not answered.
    version: str
    sentences: Sequence[Difference]

    def encode(self) -> bytes:
        """As the record keeps it."""
        rows = [[each.line, each.sentence, each.other] for each in self.sentences]
        return orjson.dumps([self.rollout, self.version, rows])

    @staticmethod
    def decode(alias: str, data: bytes) -> "Differences":
        """The opposite."""
        rollout, version, rows = orjson.loads(data)
        sentences = [Difference(line=line, sentence=index, other=other) for line, index, other in rows]
        return Differences(alias=alias, rollout=rollout, version=version, sentences=sentences)


def differing(answered: Mapping[str, Any], other: Mapping[str, str]) -> Sequence[str]:
    """The aspects of which the two say different things; `answered`: polarity and confidence by aspect."""
    mine = {aspect: polarity for aspect, (polarity, _) in answered.items()}
    return sorted(aspect for aspect in {*mine, *other} if mine.get(aspect) != other.get(aspect))
