"""Plain sentences that go beside the corpus in training, put together from the words of `model.mini.lexicon`.

Writers avoid the plainest wording; reviewers do not. "Das Essen war schlecht" must be learned from somewhere, and so
must that each clause of "X war gut, aber Y war schlecht" is judged alone, that "nicht" turns blame round as it turns
praise, that "Gut." is all of many a review, and that guests write "essen top, Service lahm". These sentences are an aid
to training and no part of the corpus: they are not counted there, nor held out, nor measured on.
"""

from __future__ import annotations

import random
import re

from model.data.dataset import Example
from model.mini.lexicon import ENGLISH, GERMAN, Lexicon, Topic
from model.scheme import one_polarity

POSITIVE, NEGATIVE, NEUTRAL = "positive", "negative", "neutral"
#: How a model's card speaks of them, with their number.
WORDS = ", {} plain sentences put together from the word lists of `model/mini/lexicon.py`"
#: With what German clauses begin that have no capital inside a sentence.
_SMALL_INSIDE = re.compile(
    r"(Der|Die|Das|Wir|Weder|Man|Ich|Kein|Von|Nicht|Noch|Selten|Nichts|Bei|Früher|Besser|Kann|Würde|Hier|Hat|Es|Ein|Eine"
    r"|Eines|Unsere|Uns|Mehr|Den|Dieses|Alles|Allein|Keinen|Keine|Jeden|Jeder|Rundum|Absolut|Einmal|Nie|Gerne|Immer)\b"
)
#: The share of clauses that a negation or another turn decides.
_TURNED = 0.25
#: The share of sentences that are a bare word of judgement, and of clauses without a turn that have no verb.
_BARE, _VERBLESS = 0.08, 0.15
#: Of sentences, the share of those that come in fours: the same subject praised and blamed, and both of it denied.
_FOURS = 0.35
#: The share of texts without a capital, as texts in capitals are read too (`model.text.casing`).
_SMALL = 0.15
#: What a subject begins with that guests leave out.
_ARTICLE = re.compile(r"(Der|Die|Das|The|My|Our) (?=\w+$)")


def of_both(german: int, english: int, seed: int) -> list[Example]:
    """So many sentences of each language."""
    return [*sentences(GERMAN, german, seed), *sentences(ENGLISH, english, seed)]


def sentences(lexicon: Lexicon, count: int, seed: int) -> list[Example]:
    """`count` sentences of one to three clauses, opinions on one aspect merged as everywhere."""
    rng = random.Random(seed)
    found: list[Example] = []
    while len(found) < count:
        if rng.random() < _FOURS / 4:
            found += _fours(lexicon, rng)
            continue
        if rng.random() < _BARE:
            found.append(_bare(lexicon, rng))
            continue
        clauses = [_clause(lexicon, rng) for _ in range(rng.choice((1, 1, 2, 2, 2, 3)))]
        text, told = clauses[0]
        opinions = list(told)
        for more, judged in clauses[1:]:
            unlike = {p for _, p in judged} != {p for _, p in opinions[-1:]}
            join = rng.choice((lexicon.joins_unlike if unlike else lexicon.joins_like).split("|"))
            small = lexicon is ENGLISH or _SMALL_INSIDE.match(more)
            inside = not join.endswith((". ", "! "))
            text += join + (more[0].lower() + more[1:] if small and inside else more)
            opinions += judged
        text += rng.choice((".", ".", ".", "!", "", "!!"))
        by_aspect: dict[str, set[str]] = {}
        for aspect, polarity in opinions:
            by_aspect.setdefault(aspect, set()).add(polarity)
        aspects = {aspect: one_polarity(polarities) for aspect, polarities in by_aspect.items()}
        found.append(Example(text=_typed(text, rng), aspects=aspects, batch="lexicon"))
    return found[:count]


def _typed(text: str, rng: random.Random) -> str:
    """As somebody types it: without capitals, or as it is."""
    return text.lower() if rng.random() < _SMALL else text


def _fours(lexicon: Lexicon, rng: random.Random) -> list[Example]:
    """Four sentences that a word or two tell apart: what "nicht" means depends on what stands behind it."""
    topic = rng.choice(lexicon.topics)
    subject, verb = _pick(topic.one, rng), rng.choice(lexicon.verb_one)
    denial, degree, stop = (
        rng.choice(lexicon.turns.denials),
        _pick(lexicon.degrees, rng),
        rng.choice((".", ".", "!", "")),
    )
    found = []
    for plain, denied in ((POSITIVE, NEGATIVE), (NEGATIVE, POSITIVE)):
        word, other = (_word(topic.good, rng) if plain == POSITIVE else _denied(lexicon, topic, rng) for _ in range(2))
        for told, polarity in ((f"{verb} {degree} {word}", plain), (denial.format(v=verb, w=word, u=other), denied)):
            text = f"{subject} {told}{stop}".replace("  ", " ")
            aspects = dict.fromkeys(topic.aspects, polarity)
            found.append(Example(text=_typed(text, rng), aspects=aspects, batch="lexicon"))
    return found


def _bare(lexicon: Lexicon, rng: random.Random) -> Example:
    """A word of judgement alone: of the place, or of that alone of which the word speaks."""
    polarity = rng.choice((POSITIVE, POSITIVE, NEGATIVE, NEUTRAL))
    aspects: tuple[str, ...] = ("restaurant",)
    if polarity == NEUTRAL:
        words = lexicon.neutral
    elif rng.random() < 0.7:
        words = lexicon.good if polarity == POSITIVE else lexicon.bad
    else:
        topic = rng.choice(lexicon.topics[:2])
        aspects = topic.aspects
        words = ",".join(_of_one(lexicon, topic, polarity))
    word = _pick(words, rng)
    degree = "" if " " in word or polarity == NEUTRAL or rng.random() < 0.5 else _pick(lexicon.degrees, rng)
    text = f"{degree} {word}".strip()
    text = text[0].upper() + text[1:] + rng.choice((".", ".", "!", "!", "", "!!!"))
    return Example(text=_typed(text, rng), aspects=dict.fromkeys(aspects, polarity), batch="lexicon")


def _of_one(lexicon: Lexicon, topic: Topic, polarity: str) -> list[str]:
    """Its words of judgement that no other topic has: alone, another's would say less."""

    def of(each: Topic) -> list[str]:
        return [word.strip() for word in (each.good if polarity == POSITIVE else each.bad).split(",")]

    others = {word for each in lexicon.topics if each is not topic for word in of(each)}
    return [word for word in of(topic) if word not in others]


def _clause(lexicon: Lexicon, rng: random.Random) -> tuple[str, list[tuple[str, str]]]:
    if rng.random() < 0.12:
        polarity = rng.choice((POSITIVE, NEGATIVE))
        return _pick(lexicon.verdicts_good if polarity == POSITIVE else lexicon.verdicts_bad, rng), [
            ("restaurant", polarity)
        ]
    topic = rng.choice(lexicon.topics)
    if rng.random() < _TURNED:
        words, polarity = _turned(lexicon, topic, rng)
        return words, [(aspect, polarity) for aspect in topic.aspects]
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
    if rng.random() < _VERBLESS:
        bare = _ARTICLE.sub("", subject)
        subject, verb = bare[0].upper() + bare[1:], rng.choice(("", "", verb))
    return f"{subject} {verb} {words}".replace("  ", " "), [(aspect, polarity) for aspect in topic.aspects]


def _turned(lexicon: Lexicon, topic: Topic, rng: random.Random) -> tuple[str, str]:
    """A clause on `topic` whose polarity is not that of its words, or not that alone, and this polarity."""
    turns = lexicon.turns
    polarity = rng.choice((POSITIVE, NEGATIVE))
    kind, judged, also = rng.random(), "", ""
    if kind < 0.6:
        frame = rng.choice(turns.turning)
        judged, also = (
            _denied(lexicon, topic, rng) if polarity == POSITIVE else _word(f"{topic.good}, {lexicon.good}", rng)
            for _ in range(2)
        )
    elif kind < 0.7:
        frame = rng.choice(turns.stressing)
        judged = _word(topic.good if polarity == POSITIVE else topic.bad, rng)
    else:
        frame = rng.choice(turns.praising if polarity == POSITIVE else turns.blaming)
    first, second = (_pick(topic.one, rng) for _ in range(2))
    inside, other = (subject[0].lower() + subject[1:] for subject in (first, second))
    clause = frame.format(s=first, i=inside, j=other, v=rng.choice(lexicon.verb_one), w=judged, u=also)
    return clause[0].upper() + clause[1:], polarity


def _denied(lexicon: Lexicon, topic: Topic, rng: random.Random) -> str:
    """A word of blame that praises when it is denied."""
    own = ",".join(word for word in topic.bad.split(",") if word.strip() not in lexicon.turns.strong)
    return _word(own if rng.random() < 0.6 else lexicon.turns.mild, rng)


def _word(words: str, rng: random.Random) -> str:
    """One of those that are a single word: what has an article or a negation of its own fits no frame."""
    return _pick(",".join(word for word in words.split(",") if " " not in word.strip()), rng)


def _pick(words: str, rng: random.Random) -> str:
    return rng.choice(words.split(",")).strip()
