"""`kritiq models compare` of two versions that are served: what both said of the same reviews, examples first."""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import click
import redis

from jobs.agreement import Agreement
from jobs.alias import Alias
from jobs.doubt import said_of
from jobs.feedback import Feedback, JudgedLine
from store.aliases import AliasStore
from store.disputes import Differing, of_two
from store.feedback import FeedbackStore
from store.rollouts import RolloutStore
from telemetry.printable import printable
from watch.statistics import wilson

#: A difference that chance makes less often than this is one.
CHANCE = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispute:
    """A sentence on which they differ."""

    found: Differing
    #: Aspect -> what the first and the second say.
    aspects: Mapping[str, tuple[str, str]]
    #: Aspect -> which polarity it has, as people say, of those aspects.
    corrections: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        job = self.found.job
        place = {"batch_id": job.batch_id, "line": job.line} if isinstance(job, JudgedLine) else {"job_id": job.id}
        aspects = {
            aspect: {"one": one, "other": other, "said": self.corrections.get(aspect)}
            for aspect, (one, other) in self.aspects.items()
        }
        sentence = self.found.sentence
        return {**place, "sentence": sentence.index, "text": sentence.text, "aspects": aspects}


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What is known of two versions that have judged the same reviews."""

    one: str
    other: str
    #: Newest first.
    disputes: Sequence[Dispute]
    #: By alias that both have judged for.
    agreed: Sequence[Agreement] = field(default=())

    @property
    def aspects(self) -> list[tuple[str, int]]:
        """On how many of the sentences they differ about each aspect, the most first."""
        return Counter(aspect for each in self.disputes for aspect in each.aspects).most_common()

    @property
    def right(self) -> tuple[int, int]:
        """How many of the opinions that people have spoken of only the first judged so, and only the second."""
        spoken = [
            [judged == each.corrections[aspect] for judged in each.aspects[aspect]]
            for each in self.disputes
            for aspect in each.corrections
        ]
        return spoken.count([True, False]), spoken.count([False, True])

    def to_dict(self, most: int) -> dict[str, Any]:
        """For JSON, with `most` examples."""
        only_one, only_other = self.right
        return {
            "disagreements": [each.to_dict() for each in self.disputes[:most]],
            "aspects": dict(self.aspects),
            "agreement": [
                {"alias": each.alias, "version": each.version, "sentences": each.sentences, "same": each.same}
                for each in self.agreed
            ],
            "said": {"only_one": only_one, "only_other": only_other, "p": uneven(only_one, only_other)},
        }

    def lines(self, most: int) -> Iterator[str]:
        """The same for people."""
        for each in self.disputes[:most]:
            yield f"{each.found.job.id}, sentence {each.found.sentence.index}: {each.found.sentence.text}"
            for aspect, (one, other) in each.aspects.items():
                told = f"; somebody has said {each.corrections[aspect]}" if aspect in each.corrections else ""
                yield f"   {aspect}: {self.one} says {one}, {self.other} {other}{told}"
        if not self.disputes:
            yield "There is no review that both have judged, and judged differently, and that is still kept."
        else:
            about = ", ".join(f"{aspect} in {count}" for aspect, count in self.aspects)
            kept = f"{len(self.disputes)} sentences that are" if len(self.disputes) > 1 else "a sentence that is"
            yield f"\nThey differ on {kept} kept, about {about}."
        for of in self.agreed:
            low, high = wilson(of.same / of.sentences, of.sentences, 1.96)
            yield (
                f"{of.alias}: {of.version} says what was answered of {of.same} of {of.sentences} sentences "
                f"({of.same / of.sentences:.1%}, with 95% confidence {low:.1%} to {high:.1%})."
            )
        yield self._verdict()

    def _verdict(self) -> str:
        only_one, only_other = self.right
        if not only_one + only_other:
            return "Nobody has said which of them is right: kritiq review asks about these sentences first."
        chance = uneven(only_one, only_other)
        told = (
            f"Of what people have spoken of, only {self.one} was right on {only_one} opinions, only {self.other} on "
            f"{only_other}: "
        )
        because = f"chance alone makes so uneven a split in {chance:.1%} of cases"
        if chance >= CHANCE:
            return f"{told}that may be chance; {because}."
        return f"{told}{self.one if only_one > only_other else self.other} is better; {because}."


def uneven(one: int, other: int) -> float:
    """How probable so uneven a split is, or a more uneven one, if each is as probable: the exact test of McNemar.

    In plain Python, unlike `model.evaluation.comparison.mcnemar`: the API's image has no NumPy.
    """
    total, most = one + other, max(one, other)
    if not total:
        return 1.0
    # Each coefficient from the one before: thousands of opinions take moments, not minutes.
    ways, tail = math.comb(total, most), 0
    for k in range(most, total + 1):
        tail += ways
        ways = ways * (total - k) // (k + 1)
    chance: float = tail / 2 ** (total - 1)
    return min(1.0, chance)


def compared(client: redis.Redis, tenant: str, one: str, other: str) -> Comparison:
    """Of reviews of an organisation that are still kept. Raises Unavailable, TextKeyMissing."""
    feedback, aliases, pair = FeedbackStore(client), AliasStore(client).all(), {one, other}
    disputes = []
    for id, of_review in groupby(of_two(client, tenant, aliases, pair), key=lambda each: each.job.id):
        told = feedback.of(tenant, id)
        disputes += [_dispute(each, told, one) for each in of_review]
    store = RolloutStore(client)
    agreed = [each for name in aliases for each in store.agreed(name) if {each.answered, each.version} == pair]
    agreed += [_agreed(client, alias) for alias in aliases.values() if alias.rollout and alias.rollout.pair == pair]
    return Comparison(one=one, other=other, disputes=disputes, agreed=[each for each in agreed if each.sentences])


def _agreed(client: redis.Redis, alias: Alias) -> Agreement:
    """How often the stable version of an alias' last rollout has said what the candidate did."""
    evidence = RolloutStore(client).evidence(alias)
    assert evidence is not None
    stable = evidence.stable.version
    return Agreement(alias=alias.name, version=stable, sentences=evidence.sentences, same=evidence.same)


def _dispute(found: Differing, told: Feedback | None, one: str) -> Dispute:
    aspects = {}
    for aspect, other in found.other.items():
        answered = found.sentence.polarity(aspect)
        aspects[aspect] = (answered, other) if found.answered == one else (other, answered)
    corrections = {each.aspect: each.polarity for each in said_of(told, found.sentence) if each.aspect in aspects}
    return Dispute(found=found, aspects=aspects, corrections=corrections)


def show(found: Comparison, most: int, *, as_json: bool) -> None:
    """Prints it."""
    if as_json:
        click.echo(printable(json.dumps(found.to_dict(most), ensure_ascii=False)))
        return
    for line in found.lines(most):
        click.echo(printable(line))
