"""Claims that were made ready one by one, as one batch for each model: networks are fastest with much at a time. And
batches that are taken apart again: without what was called off, and before what takes long."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from itertools import chain
from operator import add

from jobs.job import Claim
from model.runtime.judgement import SentenceJudgement
from worker.predict.prepare import Part, Prepared, Preparer


def together(several: Sequence[Prepared]) -> Prepared:
    """All of these as one, in their order; none of them is `singled`. Each keeps its own times (`Prepared.of`)."""
    if len(several) == 1:
        return several[0]
    # What was put together of several models' before is taken apart again.
    several = [each for one in several for each in one.of or (one,)]
    # A part that could not be made ready is looked at later, review by review.
    whole: dict[tuple[Preparer, bool], list[Part]] = {}
    broken = list[Part]()
    for part in chain.from_iterable(each.parts for each in several):
        fit = part.encoded is not None
        whole.setdefault((part.by, part.explained), []).append(part) if fit else broken.append(part)
    return Prepared(
        claims=[claim for each in several for claim in each.claims],
        parts=[*map(_joined, whole.values()), *broken],
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
        by=parts[0].by,
        reviews=[review for part in parts for review in part.reviews],
        split=[each for part in parts for each in part.split],
        known=known,
        encoded=reduce(add, encoded),
    )


def only(prepared: Prepared, claims: Sequence[Claim], fresh: Prepared) -> Prepared:
    """`prepared` with these of its claims alone, which were made ready anew as `fresh`. Its times stay as they are."""
    kept = {claim.tag for claim in claims}

    def left(of: Prepared) -> Prepared:
        return replace(of, claims=[claim for claim in of.claims if claim.tag in kept])

    return replace(left(prepared), parts=fresh.parts, singled=fresh.singled, of=[left(each) for each in prepared.of])


def plain_first(prepared: Prepared) -> list[Prepared]:
    """`prepared`, or two of it: what is only judged, and what is explained, too, which the other need not wait for."""
    slow = {claim.tag for claim in prepared.claims if claim.request.evidence and not claim.chunk}
    if not 0 < len(slow) < len(prepared.claims):
        return [prepared]

    def half(of: Prepared, explained: bool) -> Prepared:
        return replace(
            of,
            claims=[claim for claim in of.claims if (claim.tag in slow) is explained],
            parts=[part for part in of.parts if part.explained is explained],
            of=[half(each, explained) for each in of.of],
        )

    return [half(prepared, False), half(prepared, True)]
