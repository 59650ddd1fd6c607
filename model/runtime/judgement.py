"""From the network's logits to one judgement per sentence, and from judgements to predictions."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.errors import NotFinite
from model.inputs.auxiliary import Method
from model.predictions import AspectPrediction
from model.scheme import CONFLICT, NEUTRAL, NONE, Scheme, one_polarity

Floats = npt.NDArray[np.float32]

#: A polarity said with this confidence in any piece of a sentence is said; a less sure one only if nothing is surer.
#: Of 0.5 to 0.8 measured on joined sentences of the corpus, 0.7 loses least where opinions agree and where they do not.
CLEAR = 0.7


#: What the bytes of a judgement are like. It grows with them, and is in whatever they are kept under: of workers of two
#: versions none reads what the other one wrote.
FORMAT = 3
#: Number of labels, flags, tokens and unknown ones; of these no more than two bytes can say.
_HEAD = struct.Struct("<BBHH")
_MOST = 0xFFFF
#: The flags: it was cut, and somebody looked for unknown tokens.
_CUT, _LOOKED = 1, 2


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
    #: Its tokens, and how many of them stand for something that the tokenizer does not know; None when nobody looked.
    tokens: int = 0
    unknown: int | None = None

    def to_bytes(self) -> bytes:
        """Six bytes of head, a byte per label, then float32 numbers: 231 bytes for nine aspects."""
        flags = self.truncated * _CUT | (self.unknown is not None) * _LOOKED
        head = _HEAD.pack(len(self.labels), flags, min(self.tokens, _MOST), min(self.unknown or 0, _MOST))
        return head + bytes(self.labels) + np.array((*self.confidences, *self.scores), dtype="<f4").tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> SentenceJudgement:
        """Raises ValueError for bytes that `to_bytes` did not write."""
        aspects, flags, tokens, unknown = _HEAD.unpack_from(data) if len(data) > _HEAD.size else (0, 0, 0, 0)
        first = _HEAD.size + aspects
        if not aspects or (len(data) - first) % (4 * aspects) or len(data) < first + 8 * aspects:
            raise ValueError("these are not the bytes of a judgement")
        numbers = np.frombuffer(data, dtype="<f4", offset=first).tolist()
        return cls(
            labels=tuple(data[_HEAD.size : first]),
            confidences=tuple(numbers[:aspects]),
            scores=tuple(numbers[aspects:]),
            truncated=bool(flags & _CUT),
            tokens=tokens,
            unknown=unknown if flags & _LOOKED else None,
        )

    def aspects(self, method: Method, confidence_low: float | None = None) -> dict[str, AspectPrediction]:
        """The judgement in the words of the scheme; opinions held with less than `confidence_low` are marked."""
        polarities, aspects = method.scheme.polarities, {}
        for index, aspect in enumerate(method.scheme.aspects):
            scores = self.scores[index * len(polarities) : (index + 1) * len(polarities)]
            confidence, polarity = self.confidences[index], polarities[self.labels[index]]
            aspects[aspect] = AspectPrediction(
                polarity=polarity,
                confidence=confidence,
                # As answers tell it, so that whoever compares the two finds the same.
                low_confidence=None
                if confidence_low is None or polarity == NONE
                else round(confidence, 4) < confidence_low,
                scores=dict(zip(polarities, scores, strict=True)),
            )
        return aspects


def merged(pieces: Sequence[SentenceJudgement], scheme: Scheme) -> SentenceJudgement:
    """The judgement of a sentence from those of what the network read of it: no text, one, or overlapping pieces.

    An aspect is spoken of if a piece speaks of it. Its polarity follows the rule for labelled data (see
    `model.scheme.one_polarity`), over the polarities that are said clearly, or else over the surest: two polar ones
    are a conflict, neutral yields to a polar one. A conflict of two is as sure as the less sure one.
    """
    if len(pieces) == 1:
        return pieces[0]
    chosen = [_merged_aspect(pieces, scheme, index) for index in range(len(scheme.aspects))]
    return SentenceJudgement(
        labels=tuple(label for label, _, _ in chosen),
        confidences=tuple(confidence for _, confidence, _ in chosen),
        scores=tuple(score for _, _, scores in chosen for score in scores),
        truncated=any(piece.truncated for piece in pieces),
        tokens=sum(piece.tokens for piece in pieces),
        unknown=None if any(piece.unknown is None for piece in pieces) else sum(piece.unknown or 0 for piece in pieces),
    )


def _merged_aspect(
    pieces: Sequence[SentenceJudgement], scheme: Scheme, index: int
) -> tuple[int, float, tuple[float, ...]]:
    """Label, confidence and scores of one aspect."""
    count, names = len(scheme.polarities), scheme.polarities
    surest: dict[str, SentenceJudgement] = {}
    for piece in pieces:
        name = names[piece.labels[index]]
        if name not in surest or piece.confidences[index] > surest[name].confidences[index]:
            surest[name] = piece
    if not surest:
        return scheme.none, 1.0, tuple(float(label == scheme.none) for label in range(count))

    def scores(piece: SentenceJudgement) -> tuple[float, ...]:
        return piece.scores[index * count : (index + 1) * count]

    spoken = {name: piece.confidences[index] for name, piece in surest.items() if name != NONE}
    if not spoken:
        # As sure as the piece that is least sure of it.
        doubtful = min(pieces, key=lambda piece: piece.confidences[index])
        return scheme.none, doubtful.confidences[index], scores(doubtful)
    clear = {name for name, sure in spoken.items() if sure >= CLEAR} or {max(spoken, key=spoken.__getitem__)}
    name = CONFLICT if CONFLICT in clear else one_polarity(clear)
    if name not in names:
        name = max(clear, key=spoken.__getitem__)
    if name in spoken:
        return names.index(name), spoken[name], scores(surest[name])
    sides = sorted(clear - {NEUTRAL}, key=spoken.__getitem__)
    both = list(map(max, *(scores(surest[side]) for side in sides)))
    both[names.index(name)] = min(both[names.index(side)] for side in sides)
    return names.index(name), spoken[sides[0]], tuple(both)


def finite(logits: Floats) -> Floats:
    """The logits. Raises NotFinite: of others a label would have no confidence, which no schema allows."""
    if not np.isfinite(logits).all():
        raise NotFinite
    return logits


def judgements(
    logits: Floats,
    method: Method,
    *,
    temperature: float = 1.0,
    truncated: tuple[bool, ...] = (),
    pieces: tuple[int, ...] = (),
    unknown: tuple[int, ...] = (),
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
    count = len(labels)
    flags, tokens, strange = truncated or (False,) * count, pieces or (0,) * count, unknown or (None,) * count
    told = labels.tolist(), confidences.tolist(), scores.reshape(count, -1).tolist()
    return [
        SentenceJudgement(
            labels=tuple(label), confidences=tuple(confidence), scores=tuple(score), truncated=flag, tokens=many,
            unknown=odd,
        )
        for label, confidence, score, flag, many, odd in zip(*told, flags, tokens, strange, strict=True)
    ]  # fmt: skip


def _softmax(values: Floats) -> Floats:
    """Softmax over the last axis, float32."""
    powers: Floats = np.exp(values - values.max(-1, keepdims=True))
    shares: Floats = powers / powers.sum(-1, keepdims=True)
    return shares
