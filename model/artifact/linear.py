"""A linear model's files: its weights as safetensors, its terms as JSON, and how long these are.

config.json          model_type, and the lengths of terms
terms.json           the terms, words and letters, in the order of the weights' rows
model.safetensors    weights (terms, outputs), bias (outputs), rarity (terms), float32
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from model.artifact.manifest import CONFIG, TERMS, WEIGHTS, Manifest
from model.errors import ArtifactError, DiskAway
from model.inputs.terms import Lengths, TermEncoder
from model.runtime.linear import LinearBackend, LinearWeights

MODEL_TYPE = "kritiq-linear"
#: What terms take in memory, as keys of a dictionary, is about this many times their file.
IN_MEMORY = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class LinearModel:
    """What was learned, and of which terms."""

    lengths: Lengths
    #: In the order of the weights, words first.
    words: Sequence[str]
    letters: Sequence[str]
    learned: LinearWeights

    def ready(self, max_tokens: int) -> tuple[TermEncoder, LinearBackend]:
        """What reads sentences of so many words at most, and what judges them. Raises ValueError when terms and weights
        do not fit each other."""
        terms, rows = len(self.words) + len(self.letters), len(self.learned.weights)
        if terms != rows or len(self.words) != self.learned.words:
            raise ValueError(f"{rows} weights are not those of {len(self.words)} words and {len(self.letters)} letters")
        encoder = TermEncoder(self.lengths, self.words, self.letters, max_tokens=max_tokens)
        return encoder, LinearBackend(self.learned)


def write(directory: Path, model: LinearModel) -> None:
    """The three files, into a directory that is there."""
    from safetensors.numpy import save_file

    config = {"model_type": MODEL_TYPE, "terms": asdict(model.lengths)}
    (directory / CONFIG).write_text(_json(config), encoding="utf-8")
    terms = {"words": list(model.words), "letters": list(model.letters)}
    (directory / TERMS).write_text(_json(terms), encoding="utf-8")
    learned = model.learned
    tensors = {"weights": learned.weights, "bias": learned.bias, "rarity": learned.rarity}
    save_file(tensors, directory / WEIGHTS, metadata={"format": "pt"})


def load(directory: Path, manifest: Manifest) -> tuple[TermEncoder, LinearBackend]:
    """What reads sentences, and what judges them. Raises ArtifactError when files do not fit each other, DiskAway."""
    from safetensors.numpy import load_file

    with _read_of(directory):
        config, terms = _read(directory / CONFIG), _read(directory / TERMS)
        words, letters = (_strings(terms[name]) for name in ("words", "letters"))
        lengths = _lengths(config)
        tensors = load_file(directory / WEIGHTS)
        learned = LinearWeights(
            weights=tensors["weights"], bias=tensors["bias"], rarity=tensors["rarity"], words=len(words)
        )
        if learned.bias.shape != (manifest.method.outputs,):
            raise ValueError(f"{len(learned.bias)} outputs, and the scheme needs {manifest.method.outputs}")
        model = LinearModel(lengths=lengths, words=words, letters=letters, learned=learned)
        return model.ready(manifest.max_tokens)


@contextmanager
def _read_of(directory: Path) -> Iterator[None]:
    """What goes wrong with its files as errors of ours."""
    from safetensors import SafetensorError

    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError, SafetensorError) as error:
        raise ArtifactError(f"the linear model in {directory} cannot be used: {error!r}") from error
    except OSError as error:
        raise DiskAway(f"the linear model in {directory} cannot be read: {error.strerror or error}") from error


def lengths_of(directory: Path) -> Lengths:
    """How long the terms of a linear model are. Raises ArtifactError, DiskAway."""
    with _read_of(directory):
        return _lengths(_read(directory / CONFIG))


def in_memory(directory: Path) -> int:
    """About how many bytes it takes, loaded. Raises OSError."""
    return (directory / WEIGHTS).stat().st_size + IN_MEMORY * (directory / TERMS).stat().st_size


def _lengths(config: Any) -> Lengths:
    return Lengths(**{name: _range(config["terms"][name]) for name in ("words", "letters")})


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"


def _strings(given: Any) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise ValueError("terms are lists of strings")
    return given


def _range(given: Any) -> tuple[int, int]:
    shortest, longest = given
    return int(shortest), int(longest)
