"""Claims that were made ready one by one, as one batch: the network is fastest with what it sees together."""

from collections.abc import Sequence
from functools import reduce
from itertools import chain
from operator import add

from model.runtime.judgement import SentenceJudgement
from worker.predict.prepare import Part, Prepared


def together(several: Sequence[Prepared]) -> Prepared:
    """All of these as one, in their order; none of them is `singled`. Each keeps its own times (`Prepared.of`)."""
    if len(several) == 1:
        return several[0]
    parts = list(chain.from_iterable(each.parts for each in several))
    # One that could not be made ready is looked at later, review by review.
    whole = [part for part in parts if part.encoded is not None]
    broken = [part for part in parts if part.encoded is None]
    return Prepared(
        claims=[claim for each in several for claim in each.claims],
        parts=[*([_joined(whole)] if whole else []), *broken],
        of=several,
    )


def _joined(parts: Sequence[Part]) -> Part:
    encoded = [part.encoded for part in parts if part.encoded is not None]
    known = dict[int, SentenceJudgement]()
    before = 0
    for part, fresh in zip(parts, encoded, strict=True):
        known |= {before + place: judgement for place, judgement in part.known.items()}
        before += len(part.known) + len(fresh)
    return Part(
        reviews=[review for part in parts for review in part.reviews],
        split=[each for part in parts for each in part.split],
        known=known,
        encoded=reduce(add, encoded),
    )
