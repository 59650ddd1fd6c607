"""A SentencePiece vocabulary: cut down to what reviews use, with emoji added, and as a tokenizer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from punkt import load_model

UNKNOWN, BEGIN, END = 0, 1, 2

#: Each emoji that is not in the vocabulary becomes a piece that starts from the embedding of a word.
EMOJI_WORDS = {
    "▁wonderful": "😍🤩🥰💖💕",
    "▁delicious": "😋🤤",
    "▁good": "👍😊🙂😀😃😄😁☺💛💚",
    "▁great": "🔥👏🙌🥳🎉✨💪",
    "▁perfect": "👌💯🌟",
    "▁bad": "👎💩",
    "▁terrible": "😱🤬",
    "▁disgusting": "🤮🤢",
    "▁angry": "😡😠😤",
    "▁sad": "😢😭😞😔🙁☹😩💔",
    "▁annoying": "🙄😒",
    "▁okay": "😐🤷",
    "▁Pizza": "🍕",
    "▁wine": "🍷🥂",
    "▁beer": "🍺🍻",
    "▁coffee": "☕",
}
#: Their log probability: high, so that no other piece takes them in.
EMOJI_SCORE = -5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Pieces:
    """A SentencePiece unigram vocabulary: pieces with their log probabilities, and the normalizer's map, if any."""

    pieces: tuple[tuple[str, float], ...]
    charsmap: bytes


def tokenizer(pieces: Pieces) -> Any:
    """The pieces as a tokenizers.Tokenizer that cuts texts as SentencePiece does, with <s> and </s> around them.

    Without a map of their own, characters are normalised as SentencePiece does unless told otherwise (nmt_nfkc).
    """
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    made = Tokenizer(models.Unigram(list(pieces.pieces), unk_id=UNKNOWN, byte_fallback=False))
    own = [normalizers.Precompiled(pieces.charsmap)] if pieces.charsmap else [normalizers.Nmt(), normalizers.NFKC()]
    steps: list[Any] = [*own, normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]
    made.normalizer = normalizers.Sequence(steps)
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    made.decoder = decoders.Metaspace(replacement="▁")
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B:1 </s>:1", special_tokens=[("<s>", BEGIN), ("</s>", END)]
    )
    return made


def texts(corpus: list[str]) -> Iterator[str]:
    """What the vocabulary is chosen by: the corpus, and the words that Punkt knows of German and English newspapers."""
    yield from corpus
    for language in ("german", "english"):
        for word in sorted(load_model(language).ortho_context):
            yield word
            yield word.capitalize()


def prune(pieces: Pieces, texts: Iterable[str], size: int) -> tuple[Pieces, npt.NDArray[np.int64]]:
    """Keep the `size` pieces that the texts use most, besides the special ones and every single letter of them.

    Returns the smaller vocabulary, emoji at its end, and the row of the old one that each of its pieces starts from.
    Ties go to the piece that SentencePiece found more probable.
    """
    whole = tokenizer(pieces)
    counts = np.zeros(len(pieces.pieces), dtype=np.int64)
    letters: set[str] = set()
    for batch in _batches(texts, 10_000):
        for text, encoding in zip(batch, whole.encode_batch(batch, add_special_tokens=False), strict=True):
            letters.update(text)
            np.add.at(counts, encoding.ids, 1)
    scores = np.array([score for _, score in pieces.pieces])
    keep = {UNKNOWN, BEGIN, END}
    keep.update(i for i, (piece, _) in enumerate(pieces.pieces) if len(piece) == 1 and piece in letters | {"▁"})
    for index in np.lexsort((-scores, -counts)).tolist():
        if len(keep) >= size or counts[index] == 0:
            break
        keep.add(index)
    rows = sorted(keep)
    index_of = {piece: index for index, (piece, _) in enumerate(pieces.pieces)}
    emoji = [(sign, index_of[word]) for word, signs in EMOJI_WORDS.items() if word in index_of for sign in signs]
    kept = [pieces.pieces[row] for row in rows] + [(sign, EMOJI_SCORE) for sign, _ in emoji if sign not in index_of]
    rows += [row for sign, row in emoji if sign not in index_of]
    return Pieces(pieces=tuple(kept), charsmap=pieces.charsmap), np.array(rows, dtype=np.int64)


def _batches(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
