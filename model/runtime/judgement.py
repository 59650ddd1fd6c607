"""From the network's logits to one judgement per sentence, and from judgements to predictions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.inputs.auxiliary import Method
from model.predictions import AspectPrediction

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True)
class SentenceJudgement:
    """What the network said of one sentence: small, comparable and serialisable, so that a cache can keep it."""

    #: Index of the polarity per aspect.
    labels: tuple[int, ...]
    #: Calibrated probability of that polarity per aspect.
    confidences: tuple[float, ...]
    #: The method's own scores, aspect by aspect, polarity by polarity within.
    scores: tuple[float, ...]
    #: The sentence was longer than the model reads.
    truncated: bool = False

    def to_bytes(self) -> bytes:
        """Two bytes of head, a byte per label, then float32 numbers: 227 bytes for nine aspects."""
        head = bytes((len(self.labels), self.truncated, *self.labels))
        return head + np.array((*self.confidences, *self.scores), dtype="<f4").tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> SentenceJudgement:
        """Raises ValueError for bytes that `to_bytes` did not write."""
        aspects = data[0] if len(data) > 2 else 0
        if not aspects or (len(data) - 2 - aspects) % (4 * aspects) or len(data) < 2 + 9 * aspects:
            raise ValueError("these are not the bytes of a judgement")
        numbers = np.frombuffer(data, dtype="<f4", offset=2 + aspects).tolist()
        return cls(
            labels=tuple(data[2 : 2 + aspects]),
            confidences=tuple(numbers[:aspects]),
            scores=tuple(numbers[aspects:]),
            truncated=bool(data[1]),
        )

    def aspects(self, method: Method) -> dict[str, AspectPrediction]:
        """The judgement in the words of the scheme."""
        polarities, aspects = method.scheme.polarities, {}
        for index, aspect in enumerate(method.scheme.aspects):
            scores = self.scores[index * len(polarities) : (index + 1) * len(polarities)]
            aspects[aspect] = AspectPrediction(
                polarity=polarities[self.labels[index]],
                confidence=self.confidences[index],
                scores=dict(zip(polarities, scores, strict=True)),
            )
        return aspects


def judgements(
    logits: Floats, method: Method, *, temperature: float = 1.0, truncated: tuple[bool, ...] = ()
) -> list[SentenceJudgement]:
    """Turn logits (rows, outputs), rows sentence by sentence, into one judgement per sentence.

    Labels are the best scores, the first of equals, as the old service chose. Confidences are softmax probabilities
    over the polarities at the calibration temperature; binary methods enter with their logit margins.
    """
    if not logits.size:
        return []
    shape = (-1, len(method.scheme.aspects), len(method.scheme.polarities))
    if method.binary:
        margins = (logits[:, 1] - logits[:, 0]).reshape(shape)
        scores = _softmax(logits)[:, 1].reshape(shape)
    else:
        margins = logits.reshape(shape)
        scores = _softmax(margins)
    labels = scores.argmax(-1)
    confidences = np.take_along_axis(_softmax(margins / temperature), labels[..., None], -1)[..., 0]
    flags = truncated or (False,) * len(labels)
    return [
        SentenceJudgement(labels=tuple(label), confidences=tuple(confidence), scores=tuple(score), truncated=flag)
        for label, confidence, score, flag in zip(
            labels.tolist(), confidences.tolist(), scores.reshape(len(scores), -1).tolist(), flags, strict=True
        )
    ]


def _softmax(values: Floats) -> Floats:
    """Softmax over the last axis, float32."""
    powers: Floats = np.exp(values - values.max(-1, keepdims=True))
    shares: Floats = powers / powers.sum(-1, keepdims=True)
    return shares
