"""How `kritiq-mini` is made: from the corpus in the repository, the lower layers of the multilingual USE v3, and what
`kritiq-small` says of sentences that nobody labelled."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from model.artifact.manifest import Manifest
from model.inputs.auxiliary import Method
from model.inputs.encoding import Encoder
from model.mini import use_weights
from model.mini.pieces import prune, texts, tokenizer
from model.networks.mini_transformers import MiniConfig, MiniForSequenceClassification
from model.training.config import TrainingConfig
from model.training.earlier import earlier

NAME, VERSION = "kritiq-mini", "1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """Everything that decides about `kritiq-mini` besides the corpus."""

    corpus: tuple[str, ...] = ("corpus/de", "corpus/en")
    #: One sentence in so many is held out, in whole writing batches: for early stopping and calibration.
    hold_out_every: int = 10
    #: Pieces of the vocabulary that are kept.
    vocabulary: int = 28_000
    #: Sentences from the plain words of `model.mini.lexicon` that go beside the corpus.
    plain_german: int = 8000
    plain_english: int = 6400
    #: The model whose judgements, together with those of the network after its first part, of sentences that nobody
    #: labelled are learned in the second part ("": none), and how many of these `model.training.recombination` makes.
    teacher: str = "models/kritiq-small"
    recombined: int = 100_000
    #: A kritiq-mini that the second part starts from, with its vocabulary, instead of a first part ("": none).
    start: str = ""
    #: How often the second part is done from there, with other seeds, its epochs, and how many sentences the teacher
    #: judges: the network knows its task.
    runs_from_start: int = 2
    epochs_from_start: int = 3
    recombined_from_start: int = 20_000
    members: int = 1
    hidden_size: int = 256
    max_tokens: int = 160
    training: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(
            epochs=8,
            batch_sentences=64,
            batch_tokens=3072,
            learning_rate=1e-3,
            weight_decay=0.05,
            label_smoothing=0.05,
            averaging=0.998,
            patience=4,
            slow=("trunk.",),
        )
    )
    #: The second part, which starts from the best weights of the first, or from `start`: plain sentences and those of
    #: the teacher join the corpus, and clauses of different sentences stand side by side.
    finishing: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(
            epochs=3,
            batch_sentences=64,
            batch_tokens=3072,
            learning_rate=8e-4,
            weight_decay=0.05,
            label_smoothing=0.05,
            averaging=0.995,
            patience=0,
            seed=2,
            slow=("trunk.",),
            word_dropout=0.05,
            joined=0.25,
            typed=0.15,
        )
    )


def build(recipe: Recipe, corpus: list[str]) -> tuple[Any, Any, Encoder, Manifest]:
    """Network with its lower layers in place and heads untrained, tokenizer, encoder and manifest.

    Raises DataError without the package of the weights.
    """
    folder = use_weights.resources()
    pieces, rows = prune(use_weights.read_pieces(folder), texts(corpus), recipe.vocabulary)
    cutter = tokenizer(pieces)
    torch.manual_seed(recipe.training.seed)
    method = Method(name="single")
    network = MiniForSequenceClassification(
        MiniConfig(
            vocab_size=len(pieces.pieces),
            hidden_size=recipe.hidden_size,
            members=recipe.members,
            aspects=len(method.scheme.aspects),
            polarities=len(method.scheme.polarities),
            id2label=method.output_names,
            label2id={name: index for index, name in method.output_names.items()},
            architectures=["MiniForSequenceClassification"],
        )
    )
    weights = use_weights.read_weights(folder, rows)
    network.trunk.load_state_dict({name: torch.from_numpy(weight) for name, weight in weights.items()})
    return network, cutter, Encoder(cutter, hypotheses=(), max_tokens=recipe.max_tokens), _manifest(recipe, method)


def gone_on(recipe: Recipe) -> tuple[Any, Any, Encoder, Manifest]:
    """The same with the weights and the vocabulary of `start`. Raises as `earlier`."""
    network, cutter, method = earlier(Path(recipe.start), NAME, MiniForSequenceClassification)
    return network, cutter, Encoder(cutter, hypotheses=(), max_tokens=recipe.max_tokens), _manifest(recipe, method)


def _manifest(recipe: Recipe, method: Method) -> Manifest:
    return Manifest(name=NAME, version=VERSION, method=method, languages=("de", "en"), max_tokens=recipe.max_tokens)
