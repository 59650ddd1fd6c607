"""A predictor that needs no network and works on a text as long as the text says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import redis

from bench.queue.costless import CostlessPredictor
from model.inputs.encoding import Encoded
from tests.celery.work import work


@dataclass(frozen=True, slots=True)
class _Texts:
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def __add__(self, more: "_Texts") -> "_Texts":
        return _Texts(self.texts + more.texts)


class StandInPredictor(CostlessPredictor):
    """`model.predictor.Predictor` for our own subjects."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__()
        self._client = client

    def encode(self, sentences: Sequence[str]) -> Encoded:
        """The texts themselves: nothing else looks into them."""
        return _Texts(tuple(sentences))  # type: ignore[return-value]

    def judge(self, encoded: Any, between: Callable[[], None] | None = None, judged: object = None) -> list[bool]:
        """Work on the texts one after the other."""
        for text in encoded.texts:
            work(self._client, text)
        return [False] * len(encoded)
