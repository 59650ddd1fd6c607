"""A sentence whose judgement a person should look at: of what the model says of it, it is not sure."""

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from jobs.feedback import Answers, JudgedLine, JudgedSentence
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
    #: Of its opinions of which nobody has said anything yet, that of the least sure one, from 0 to 1.
    confidence: float
    #: Where another version of the model says something else: that version, and what it says, by aspect.
    version: str | None = None
    other: Mapping[str, str] = field(default_factory=dict)


def doubts(
    job: Job | JudgedLine, language: str, sentences: Iterable[JudgedSentence], said: Set[tuple[int, str]]
) -> list[Doubt]:
    """Those of a job's or line's sentences with an opinion that nobody spoke of; `said` has of which somebody did, by
    sentence and aspect."""
    found = []
    for sentence in sentences:
        new = [sure for aspect, (_, sure) in sentence.aspects.items() if (sentence.index, aspect) not in said]
        if new:
            found.append(Doubt(job=job, language=language, sentence=sentence, confidence=min(new)))
    return found


def read_answer(line: str, sentence: JudgedSentence, known: Answers) -> Mapping[str, str]:
    """What a person says of a sentence in a line, by aspect: `food=negative service=none`, and `ok` for all else that
    was judged; nothing of an empty line. Raises ValueError with what there is."""
    said = dict[str, str]()
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
        said[aspect] = polarity
    if RIGHT in words:
        said = {aspect: polarity for aspect, (polarity, _) in sentence.aspects.items()} | said
    return said
