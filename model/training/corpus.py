"""What a corpus is made of: shares of labels, near-duplicates, families of one template, contradictions."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from model.data.dataset import Example
from model.scheme import Scheme

#: Two sentences are near-duplicates when they share more than this of their letter 5-grams (Jaccard).
NEAR = 0.5

#: Sentences are of one template when they are alike but for words that are rare in the corpus; families from three on.
RARE, FAMILY = 12, 3

_WORD = re.compile(r"\w+")


def shares(examples: Sequence[Example], scheme: Scheme) -> dict[str, Any]:
    """Sentences, mean words, share of sentences per aspect, share of opinions per polarity, share without opinion."""
    aspects = Counter(aspect for example in examples for aspect in example.aspects)
    polarities = Counter(polarity for example in examples for polarity in example.aspects.values())
    opinions = sum(polarities.values())
    return {
        "sentences": len(examples),
        "batches": len({example.batch for example in examples}),
        "mean_words": round(sum(len(example.text.split()) for example in examples) / len(examples), 1),
        "without_opinion": round(sum(not example.aspects for example in examples) / len(examples), 3),
        "aspects": {aspect: round(aspects[aspect] / len(examples), 3) for aspect in scheme.aspects},
        "polarities": {p: round(polarities[p] / max(1, opinions), 3) for p in scheme.polarities if polarities[p]},
    }


def near_duplicates(examples: Sequence[Example], threshold: float = NEAR) -> Iterator[tuple[Example, Example, float]]:
    """Pairs of sentences that share much of their letters: each sentence once, with the earlier one most like it.

    What each shares with all others is counted at once, over the sentences that have its 5-grams.
    """
    grams = [_grams(example.text) for example in examples]
    having: defaultdict[str, list[int]] = defaultdict(list)
    for index, own in enumerate(grams):
        for gram in own:
            having[gram].append(index)
    places = {gram: np.array(indexes) for gram, indexes in having.items()}
    sizes = np.array([len(own) for own in grams])
    for index, own in enumerate(grams):
        if index and own:
            shared = np.bincount(np.concatenate([places[gram] for gram in own]), minlength=index)[:index]
            alike = shared / (len(own) + sizes[:index] - shared)
            best = int(alike.argmax())
            if alike[best] > threshold:
                yield examples[best], examples[index], float(alike[best])


def template_families(examples: Sequence[Example]) -> list[list[Example]]:
    """Groups of at least three sentences with one skeleton: alike after every rare word became a slot.

    Skeletons of fewer than four words in which nothing but slots remains are no templates, and are left out.
    """
    words = [[word.lower() for word in _WORD.findall(example.text)] for example in examples]
    frequency = Counter(word for each in words for word in set(each))
    families: defaultdict[tuple[str, ...], list[Example]] = defaultdict(list)
    for example, each in zip(examples, words, strict=True):
        skeleton = tuple(word if frequency[word] >= RARE else "_" for word in each)
        if len(skeleton) >= 4 and sum(slot != "_" for slot in skeleton) >= 2:
            families[skeleton].append(example)
    return [family for family in families.values() if len(family) >= FAMILY]


def contradictions(examples: Sequence[Example]) -> list[tuple[Example, Example]]:
    """Sentences that occur twice, letters and digits alike, with different labels."""
    first: dict[str, Example] = {}
    found = []
    for example in examples:
        known = first.setdefault(" ".join(_WORD.findall(example.text.lower())), example)
        if known.aspects != example.aspects:
            found.append((known, example))
    return found


def _grams(text: str) -> frozenset[str]:
    plain = " ".join(_WORD.findall(text.lower()))
    return frozenset(plain[start : start + 5] for start in range(max(1, len(plain) - 4)))
