"""What a tokenizer does not know is counted, whatever kind of vocabulary it has."""

import pytest
from tokenizers import Tokenizer
from tokenizers.models import BPE, Unigram, WordPiece
from tokenizers.pre_tokenizers import ByteLevel, Metaspace, Whitespace

from model.inputs.encoding import Encoded, Encoder

TEXTS = ["gut gut", "gut \N{PILE OF POO}", ""]


def encoded(tokenizer: Tokenizer) -> Encoded:
    return Encoder(tokenizer, hypotheses=[], max_tokens=64)(TEXTS)


def words() -> Tokenizer:
    found = Tokenizer(WordPiece({"[UNK]": 0, "gut": 1, "a": 2}, unk_token="[UNK]"))
    found.pre_tokenizer = Whitespace()
    return found


def pieces() -> Tokenizer:
    found = Tokenizer(Unigram([("<unk>", 0.0), ("▁gut", -1.0), ("▁", -2.0), ("a", -3.0)], unk_id=0))
    found.pre_tokenizer = Metaspace()
    return found


def pieces_or_bytes() -> Tokenizer:
    names = ["<unk>", "▁", *"gut", *(f"<0x{byte:02X}>" for byte in range(256))]
    found = Tokenizer(BPE(dict(zip(names, range(len(names)), strict=True)), [], unk_token="<unk>", byte_fallback=True))
    found.pre_tokenizer = Metaspace()
    return found


def letters() -> Tokenizer:
    alphabet = sorted(ByteLevel.alphabet())
    found = Tokenizer(BPE({letter: number for number, letter in enumerate(alphabet)}, []))
    found.pre_tokenizer = ByteLevel(add_prefix_space=False)
    return found


@pytest.mark.parametrize("kind", [words, pieces])
def test_the_token_for_what_is_unknown_counts(kind: object) -> None:
    found = encoded(kind())  # type: ignore[operator]
    assert found.unknown == (0, 1, 0)
    assert found.pieces[0] == 2
    assert found.pieces[2] == 0


def test_bytes_that_are_taken_instead_count() -> None:
    assert encoded(pieces_or_bytes()).unknown[1] == 4, "an emoji is four of them"


def test_whoever_has_every_byte_as_a_letter_knows_everything() -> None:
    assert encoded(letters()).unknown == (0, 0, 0)


def test_the_numbers_stay_with_their_sentences() -> None:
    found = encoded(words())
    assert (found + found).unknown == (0, 1, 0, 0, 1, 0)
    assert found.only([1, 0]).unknown == (1, 0)
    assert found.only([1, 0]).pieces == (found.pieces[1], found.pieces[0])
