"""Plain sentences that go beside the corpus in training, put together from the words of `model.mini.lexicon`.

Writers avoid the plainest wording; reviewers do not. "Das Essen war schlecht" must be learned from somewhere, and so
must that each clause of "X war gut, aber Y war schlecht" is judged alone. These sentences are an aid to training and no
part of the corpus: they are not counted there, nor held out, nor measured on.
"""

from __future__ import annotations

import random

from model.data.dataset import Example
from model.mini.lexicon import ENGLISH, Lexicon
from model.scheme import one_polarity

POSITIVE, NEGATIVE, NEUTRAL = "positive", "negative", "neutral"


def sentences(lexicon: Lexicon, count: int, seed: int) -> list[Example]:
    """`count` sentences of one to three clauses, opinions on one aspect merged as everywhere."""
    rng = random.Random(seed)
    found = []
    for _ in range(count):
        clauses = [_clause(lexicon, rng) for _ in range(rng.choice((1, 1, 2, 2, 2, 3)))]
        text, told = clauses[0]
        opinions = list(told)
        for more, judged in clauses[1:]:
            unlike = {p for _, p in judged} != {p for _, p in opinions[-1:]}
            join = rng.choice((lexicon.joins_unlike if unlike else lexicon.joins_like).split("|"))
            small = lexicon is ENGLISH or more.split(" ", 1)[0] in ("Der", "Die", "Das", "Wir")
            inside = not join.endswith((". ", "! "))
            text += join + (more[0].lower() + more[1:] if small and inside else more)
            opinions += judged
        text += rng.choice((".", ".", ".", "!", "", "!!"))
        by_aspect: dict[str, set[str]] = {}
        for aspect, polarity in opinions:
            by_aspect.setdefault(aspect, set()).add(polarity)
        aspects = {aspect: one_polarity(polarities) for aspect, polarities in by_aspect.items()}
        found.append(Example(text=text.lower() if rng.random() < 0.12 else text, aspects=aspects, batch="lexicon"))
    return found


def _clause(lexicon: Lexicon, rng: random.Random) -> tuple[str, list[tuple[str, str]]]:
    if rng.random() < 0.12:
        polarity = rng.choice((POSITIVE, NEGATIVE))
        return _pick(lexicon.verdicts_good if polarity == POSITIVE else lexicon.verdicts_bad, rng), [
            ("restaurant", polarity)
        ]
    topic = rng.choice(lexicon.topics)
    plural = rng.random() < 0.3
    subject, verb = (
        _pick(topic.many if plural else topic.one, rng),
        rng.choice(lexicon.verb_many if plural else lexicon.verb_one),
    )
    polarity = rng.choice((POSITIVE, POSITIVE, POSITIVE, NEGATIVE, NEGATIVE, NEUTRAL))
    if polarity == NEUTRAL:
        words = _pick(lexicon.neutral, rng)
    elif polarity == NEGATIVE and rng.random() < 0.2:
        words = f"{_pick(lexicon.negation, rng)} {_pick(topic.good, rng)}"
    else:
        own, general = (topic.good, lexicon.good) if polarity == POSITIVE else (topic.bad, lexicon.bad)
        judged = _pick(own if rng.random() < 0.6 else general, rng)
        degree = "" if " " in judged else _pick(lexicon.degrees, rng)
        words = f"{degree} {judged}".strip()
    return f"{subject} {verb} {words}", [(aspect, polarity) for aspect in topic.aspects]


def _pick(words: str, rng: random.Random) -> str:
    return rng.choice(words.split(",")).strip()
