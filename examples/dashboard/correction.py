"""What a reader of the page says of a judgement: "this is wrong"."""

import json
from dataclasses import dataclass

from examples.dashboard.scheme import ASPECTS, NONE, POLARITIES

#: Longest id of a job; Kritiq's own are far shorter.
MOST_ID = 2000
#: More sentences than any review has.
MOST_SENTENCES = 100_000


class UnreadableCorrection(ValueError):
    """It is not a correction as the page sends it."""


@dataclass(frozen=True, kw_only=True)
class Correction:
    """How an aspect of a sentence was meant."""

    job_id: str
    #: Its index in the review, as Kritiq has it.
    sentence: int
    aspect: str
    #: `none`: the sentence does not speak of it.
    polarity: str


def read_correction(body: bytes) -> Correction:
    """The correction in a request of the page. Raises UnreadableCorrection."""
    try:
        document = json.loads(body)
        job_id, sentence, aspect, polarity = (document[name] for name in ("job_id", "sentence", "aspect", "polarity"))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise UnreadableCorrection("should be JSON with job_id, sentence, aspect and polarity") from None
    if not (isinstance(job_id, str) and 0 < len(job_id) <= MOST_ID and job_id.isprintable()):
        raise UnreadableCorrection("job_id should be the id of a job")
    if type(sentence) is not int or not 0 <= sentence < MOST_SENTENCES:
        raise UnreadableCorrection("sentence should be a number from 0")
    if aspect not in ASPECTS:
        raise UnreadableCorrection(f"aspect should be one of {', '.join(ASPECTS)}")
    if polarity not in (*POLARITIES, NONE):
        raise UnreadableCorrection(f"polarity should be one of {', '.join(POLARITIES)}, {NONE}")
    return Correction(job_id=job_id, sentence=sentence, aspect=aspect, polarity=polarity)
