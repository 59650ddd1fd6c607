"""A sentence whose judgement a person should look at: of what the model says of it, it is not sure."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from jobs.feedback import Answers, Correction, Feedback, JudgedLine, JudgedSentence
from jobs.job import Job

#: What confirms all that a person does not say otherwise.
RIGHT = "ok"
_SAID = re.compile(r"([^\s=]+)=([^\s=]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """It, with its job, or its line of a batch."""

    job: Job | JudgedLine
    language: str
    sentence: JudgedSentence
    #: What people have said of it so far, by aspect.
    corrections: Sequence[Correction] = ()
    #: Where another version of the model says something else: that version, and what it says, by aspect.
    version: str | None = None
    other: Mapping[str, str] = field(default_factory=dict)

    @property
    def open(self) -> Mapping[str, str]:
        """What the model says of the aspects that nobody has spoken of; `none` where only the other version says
        something."""
        corrected = {each.aspect for each in self.corrections}
        return {
            aspect: self.sentence.polarity(aspect)
            for aspect in (*self.sentence.aspects, *self.other)
            if aspect not in corrected
        }

    @property
    def confidence(self) -> float:
        """How sure the model is of the least sure of these, from 0 to 1; 1 where there is none."""
        return min((sure for aspect, (_, sure) in self.sentence.aspects.items() if aspect in self.open), default=1.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class DoubtFilter:
    """Which reviews are looked through for them."""

    #: How many: those that were sent last, and those on which two versions differed last.
    reviews: int
    #: Only those of this restaurant; None: of any.
    restaurant: str | None = None
    #: Only those of these restaurants; empty: of any.
    restaurants: Set[str] = frozenset()


def said_of(told: Feedback | None, sentence: JudgedSentence) -> Sequence[Correction]:
    """What people have said of one of the sentences of what was `told`."""
    return [each for each in told.corrections if each.sentence == sentence.index] if told else []


def doubts(
    job: Job | JudgedLine, language: str, sentences: Iterable[JudgedSentence], told: Feedback | None
) -> list[Doubt]:
    """Those of a job's or line's sentences with an opinion that nobody spoke of; `told`: what people have said."""
    all_ = (Doubt(job=job, language=language, sentence=each, corrections=said_of(told, each)) for each in sentences)
    return [each for each in all_ if each.open]


def read_answer(line: str, doubt: Doubt, known: Answers) -> Mapping[str, str]:
    """What a person says of a sentence in a line, by aspect: `food=negative service=none`, and `ok` for all else that
    is open; nothing of an empty line. Raises ValueError with what there is."""
    answer = dict[str, str]()
    words = line.split()
    for word in words:
        if word == RIGHT:
            continue
        found = _SAID.fullmatch(word)
        if found is None:
            raise ValueError(f"{word} should be {RIGHT}, or ASPECT=POLARITY")
        aspect, polarity = found.groups()
        if aspect not in known.aspects:
            raise ValueError(f"there is no aspect {aspect}; there is {', '.join(known.aspects)}")
        if polarity not in known.polarities:
            raise ValueError(f"there is no polarity {polarity}; there is {', '.join(known.polarities)}")
        answer[aspect] = polarity
    return {**doubt.open, **answer} if RIGHT in words else answer
