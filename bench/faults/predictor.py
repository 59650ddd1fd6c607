"""A model that does what a text says: a fast one, until a text says that it kills, raises, eats memory or hangs."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from model.errors import OutOfMemory
from model.info import Counters, ModelInfo
from model.predictions import AspectPrediction, ReviewPrediction, SentencePrediction
from model.scheme import DEFAULT_SCHEME
from model.text.sentences import Sentence

#: Words in a text, and what the model does on reading them.
KILLS, RAISES, EATS, HANGS = "#kills", "#raises", "#eats", "#hangs"


@dataclass(frozen=True)
class FaultyEncoded:
    """The texts themselves."""

    texts: tuple[str, ...]
    tokens: int = 0

    def __len__(self) -> int:
        return len(self.texts)

    def __add__(self, more: "FaultyEncoded") -> "FaultyEncoded":
        return FaultyEncoded(self.texts + more.texts)


class FaultyPredictor:
    """`model.predictor.Predictor` without a network: a review is one sentence, and food is always good."""

    device, dtype, directory, engines, runs = "cpu", "none", None, None, ()

    def __init__(self, ms_per_review: float) -> None:
        self._pause_s = ms_per_review / 1000
        self.info = ModelInfo(
            name="faulty", version="0", digest="0" * 64, method="none", languages=("de",), scheme=DEFAULT_SCHEME,
            max_tokens=128,
        )  # fmt: skip
        self.token_budget, self.streams = 2048, 2
        self.counters = Counters()
        self._aspects = {
            aspect: AspectPrediction(polarity=polarity, confidence=0.9, scores={polarity: 0.9})
            for aspect in DEFAULT_SCHEME.aspects
            for polarity in ["positive" if aspect == "food" else "none"]
        }

    def split(
        self, text: str, language: str | None = None, between: Callable[[], None] = lambda: None
    ) -> tuple[str, list[Sentence]]:
        return language or "de", [Sentence(index=0, start=0, end=len(text), text=text)]

    def split_as_old(self, text: str, between: Callable[[], None] = lambda: None) -> tuple[str, list[Sentence]]:
        return self.split(text)

    def encode(self, sentences: Sequence[str]) -> FaultyEncoded:
        return FaultyEncoded(tuple(sentences))

    def row_lengths(self, encoded: FaultyEncoded) -> list[int]:
        return [1] * len(encoded)

    def judge(
        self, encoded: FaultyEncoded, between: Callable[[], None] | None = None, judged: object = None
    ) -> list[str]:
        for number, text in enumerate(encoded.texts):
            if number and between is not None:
                between()
            time.sleep(self._pause_s)
            if KILLS in text:
                # What a segmentation fault or the kernel's out-of-memory killer looks like from outside.
                os.kill(os.getpid(), signal.SIGKILL)
            if RAISES in text:
                raise RuntimeError("the model raises")
            if EATS in text:
                raise OutOfMemory
            if HANGS in text:
                time.sleep(86_400)
        return list(encoded.texts)

    def assemble(self, language: str, sentences: Sequence[Sentence], judged: Sequence[str]) -> ReviewPrediction:
        predicted = tuple(
            SentencePrediction(
                index=s.index, start=s.start, end=s.end, text=s.text, truncated=False, aspects=self._aspects
            )
            for s in sentences
        )
        return ReviewPrediction(language=language, known_language=True, sentences=predicted)
