"""Invented reviews of some restaurants over a year, always the same."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from archive.changes import Put, Say
from archive.review import Opinion, Review, Sentence
from archive.sink import Sink
from archive.times import ms_of
from jobs.feedback import Correction, Feedback, JudgedSentence

ASPECTS = ("service", "food", "price", "ambience")
POLARITIES = ("positive", "neutral", "negative", "conflict")
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


@dataclass(frozen=True, slots=True)
class JudgedOpinion:
    """An opinion with what is known of its review."""

    review: Review
    sentence: Sentence
    opinion: Opinion


def make_reviews(count: int, seed: int = 1, tenant: str = "default") -> list[Review]:
    """Reviews of three restaurants by ten guests, judged by two versions of a model."""
    chance = random.Random(seed)
    return [_review(chance, number, tenant) for number in range(count)]


def _review(chance: random.Random, number: int, tenant: str) -> Review:
    day = FIRST + timedelta(days=chance.randrange(365))
    at = datetime.combine(day, time(20), UTC)
    sentences = tuple(_sentence(chance, number, index) for index in range(chance.randrange(4)))
    return Review(
        tenant=tenant, job_id=f"job_{number:06}", line=0, version=3, batch_id=None, custom_id=None, status="succeeded",
        error_code=None, restaurant=chance.choice(("adler", "krone", "rose", None)),
        author=chance.choice((None, *(f"guest-{min(chance.randrange(10), chance.randrange(10))}" for _ in range(3)))),
        day=day, created_at=at, finished_at=at, forget_at=None, language="de", model="kritiq-mini",
        model_version=chance.choice("12"), text="Text.", metadata=None, sentences=sentences,
    )  # fmt: skip


def _sentence(chance: random.Random, number: int, index: int) -> Sentence:
    opinions = [
        Opinion(
            aspect=aspect,
            polarity=chance.choices(POLARITIES, (5, 1, 3, 1))[0],
            confidence=round(chance.uniform(0.4, 1), 6),
        )
        for aspect in chance.sample(ASPECTS, chance.randrange(3))
    ]
    text = f"Satz {index} von {number}."
    return Sentence(number=index, begin=index * 30, end=index * 30 + len(text), text=text, opinions=tuple(opinions))


def put(sink: Sink, reviews: list[Review]) -> None:
    """As if the archive had been told of them."""
    place = sink.place()
    changes = [Put(tenant=each.tenant, job_id=each.job_id, reviews=(each,)) for each in reviews]
    sink.apply(changes, after=place, to=place)


def feedback_on(reviews: list[Review], seed: int = 1) -> list[Say]:
    """What people say of every sentence of these: of one aspect, which it may mention or not."""
    chance = random.Random(seed)
    return [_feedback(chance, each) for each in reviews if each.sentences]


def _feedback(chance: random.Random, review: Review) -> Say:
    sentences = [
        JudgedSentence(
            index=each.number,
            text=each.text or "",
            aspects={opinion.aspect: (opinion.polarity, opinion.confidence) for opinion in each.opinions},
        )
        for each in review.sentences
    ]
    corrections = [
        Correction(
            sentence=each.index, aspect=chance.choice(ASPECTS), polarity=chance.choice((*POLARITIES, "none")),
            by=chance.choice(("anna", "bert", None)), at=ms_of(review.created_at) + 1000,
        )
        for each in sentences
    ]  # fmt: skip
    feedback = Feedback(
        job_id=review.job_id, tenant=review.tenant, sentences=sentences, corrections=corrections,
        model={"name": str(review.model), "version": str(review.model_version)},
    )  # fmt: skip
    return Say(tenant=review.tenant, feedback=feedback, made_at=ms_of(review.created_at))


def tell(sink: Sink, changes: list[Say]) -> None:
    """As if the archive had been told of it."""
    place = sink.place()
    sink.apply(changes, after=place, to=place)


def opinions_of(reviews: list[Review]) -> Iterator[JudgedOpinion]:
    """All that they say."""
    for review in reviews:
        for sentence in review.sentences:
            for opinion in sentence.opinions:
                yield JudgedOpinion(review, sentence, opinion)
