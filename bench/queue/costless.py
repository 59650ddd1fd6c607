"""A predictor that costs nothing: what is left is the queue's own cost."""

from collections.abc import Callable, Sequence

from model.info import Counters, ModelInfo
from model.inputs.encoding import Encoded
from model.predictions import AspectPrediction, ReviewPrediction, SentencePrediction
from model.scheme import DEFAULT_SCHEME
from model.text.sentences import Sentence


class CostlessPredictor:
    """`model.predictor.Predictor` without a network: every review is one sentence and says the same."""

    device, dtype, directory, engines, runs = "cpu", "none", None, None, ()

    def __init__(self) -> None:
        self.info = ModelInfo(
            name="costless", version="0", digest="0" * 64, method="none", languages=("de",), scheme=DEFAULT_SCHEME,
            max_tokens=128,
        )  # fmt: skip
        self.token_budget, self.streams = 1 << 20, 1
        self.counters = Counters()
        none = AspectPrediction(polarity="none", confidence=0.99, scores={"none": 0.99})
        good = AspectPrediction(polarity="positive", confidence=0.97, scores={"positive": 0.97})
        self._aspects = {aspect: good if aspect == "food" else none for aspect in DEFAULT_SCHEME.aspects}

    def split(
        self, text: str, language: str | None = None, between: Callable[[], None] = lambda: None
    ) -> tuple[str, list[Sentence]]:
        return language or "de", [Sentence(index=0, start=0, end=len(text), text=text)]

    def split_as_old(self, text: str, between: Callable[[], None] = lambda: None) -> tuple[str, list[Sentence]]:
        return self.split(text)

    def encode(self, sentences: Sequence[str]) -> Encoded:
        count = len(sentences)
        return Encoded(sentences=((1,),) * count, lengths=(1,) * count, truncated=(False,) * count)

    def judge(self, encoded: Encoded, between: object = None, judged: object = None) -> list[bool]:
        return list(encoded.truncated)

    def assemble(self, language: str, sentences: Sequence[Sentence], judged: Sequence[bool]) -> ReviewPrediction:
        predicted = tuple(
            SentencePrediction(
                index=s.index, start=s.start, end=s.end, text=s.text, truncated=False, aspects=self._aspects
            )
            for s in sentences
        )
        return ReviewPrediction(language=language, known_language=True, sentences=predicted)
