"""Sentences, and what models say of them."""

from collections.abc import Sequence
from pathlib import Path

from model.data.dataset import Example, write
from model.predictor import Predictor
from model.runtime.composed import log_shares
from model.runtime.judgement import Floats

WORDS = "das essen war gut schlecht super lecker teuer der service langsam wie die umgebung des preis".split()  # noqa: SIM905
TEXTS = [" ".join(WORDS[number % 7 : number % 7 + 1 + number % 9]) + "." for number in range(40)]
ASPECTS, POLARITIES = 9, 5


def shares(directory: Path, texts: Sequence[str] = TEXTS) -> Floats:
    predictor = Predictor.load(directory, device="cpu")
    logits = predictor.logits(predictor.encode(texts))
    return log_shares(logits.reshape(len(texts), ASPECTS, POLARITIES))


def labelled(path: Path, directory: Path, count: int = 60) -> Path:
    """Sentences with the labels that a model gives them."""
    texts = [f"{TEXTS[number % len(TEXTS)][:-1]} {WORDS[number % 5]}." for number in range(count)]
    predictor = Predictor.load(directory, device="cpu")
    examples = [
        Example(
            text=text,
            aspects={aspect: opinion.polarity for aspect, opinion in judged.aspects(predictor.method).items()},
        )
        for text, judged in zip(texts, predictor.judge_sentences(texts), strict=True)
    ]
    write(path, examples)
    return path
