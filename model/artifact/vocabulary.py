"""The vocabulary of a checkpoint: a vocab.txt, a tokenizer.json, or what a transformers directory has."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.artifact.loading import load_tokenizer, read_words
from model.artifact.manifest import TOKENIZER
from model.errors import ArtifactError

WORDS = "vocab.txt"
#: What stands for a word that a vocab.txt does not have; without it no tokenizer can be made.
UNKNOWN = "[UNK]"
#: Files of which transformers makes a tokenizer.
TOLD = (TOKENIZER, "tokenizer_config.json", WORDS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """A vocabulary that was found usable."""

    path: Path
    words: int
    #: The tokenizer, where the vocabulary is more than a list of words.
    tokenizer: Any = None

    @classmethod
    def read(cls, path: Path) -> Vocabulary:
        """Raises ArtifactError when it is none, or cannot be read."""
        if path.is_dir():
            if not any((path / name).is_file() for name in TOLD):
                raise ArtifactError(f"{path} has no vocabulary, none of {', '.join(TOLD)}: --vocabulary names one")
            if not any((path / name).is_file() for name in TOLD[:2]):
                return cls._of_words(path / WORDS)
            return cls._of_tokenizer(path, load_tokenizer(path))
        if path.suffix == ".json":
            from tokenizers import Tokenizer

            try:
                return cls._of_tokenizer(path, Tokenizer.from_file(str(path)))
            except Exception as error:  # tokenizers raises bare exceptions
                raise ArtifactError(f"the vocabulary {path} is no tokenizer.json: {error}") from error
        return cls._of_words(path)

    @classmethod
    def _of_tokenizer(cls, path: Path, tokenizer: Any) -> Vocabulary:
        return cls(path=path, words=tokenizer.get_vocab_size(), tokenizer=tokenizer)

    @classmethod
    def _of_words(cls, path: Path) -> Vocabulary:
        try:
            words = read_words(path)
        except (OSError, UnicodeDecodeError) as error:
            raise ArtifactError(f"the vocabulary {path} cannot be read: {error}") from error
        if UNKNOWN not in words:
            raise ArtifactError(f"the vocabulary {path} is no vocab.txt: {UNKNOWN} is not among its {len(words)} words")
        return cls(path=path, words=len(words))

    def save(self, directory: Path) -> None:
        if self.tokenizer is None:
            shutil.copyfile(self.path, directory / WORDS)
        else:
            self.tokenizer.save(str(directory / TOKENIZER))
