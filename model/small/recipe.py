"""How `kritiq-small` is made: from the corpus in the repository and multilingual-e5-small."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from model.artifact.manifest import Manifest
from model.inputs.auxiliary import Method
from model.inputs.encoding import Encoder
from model.mini.pieces import prune, texts, tokenizer
from model.networks.small_transformers import SmallConfig, SmallForSequenceClassification
from model.small import e5_weights
from model.training.config import TrainingConfig
from model.training.earlier import earlier

NAME, VERSION = "kritiq-small", "1"


@dataclass(frozen=True, kw_only=True, slots=True)
class SmallRecipe:
    """Everything that decides about `kritiq-small` besides the corpus."""

    corpus: tuple[str, ...] = ("corpus/de", "corpus/en")
    #: One sentence in so many is held out, in whole writing batches: for the choice of the epoch and calibration.
    hold_out_every: int = 10
    #: Pieces of the vocabulary that are kept.
    vocabulary: int = 32_000
    #: Sentences from the plain words of `model.mini.lexicon` that go beside the corpus in the second part.
    plain_german: int = 4000
    plain_english: int = 3200
    #: A kritiq-small that the second part starts from, with its vocabulary, instead of a first part ("": none), and the
    #: epochs of that part from there: the network knows its task.
    start: str = ""
    epochs_from_start: int = 2
    hidden_size: int = 256
    max_tokens: int = 160
    #: The head alone, over features of the encoder as it comes.
    training: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(
            epochs=10,
            batch_sentences=48,
            learning_rate=1e-3,
            weight_decay=0.05,
            label_smoothing=0.05,
            averaging=0.998,
            patience=0,
            freeze=("network.encoder.",),
        )
    )
    #: How many layers of the encoder stay as they are in the second part, as its embeddings do.
    frozen_layers: int = 4
    #: The second part, from the best weights of the first: the layers of the encoder learn as well, slowly.
    finishing: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(
            epochs=3,
            batch_sentences=48,
            learning_rate=4e-4,
            weight_decay=0.05,
            label_smoothing=0.05,
            averaging=0.99,
            patience=0,
            seed=2,
            typed=0.15,
            slow=("network.encoder.",),
            slow_factor=0.1,
            layer_decay=0.9,
        )
    )


def build(recipe: SmallRecipe, corpus: list[str]) -> tuple[SmallForSequenceClassification, Any, Encoder, Manifest]:
    """Network with its encoder in place and an untrained head, tokenizer, encoder and manifest.

    Raises DataError without the package of the weights.
    """
    source = e5_weights.read(e5_weights.path())
    pieces, rows = prune(source.pieces, texts(corpus), recipe.vocabulary)
    torch.manual_seed(recipe.training.seed)
    method = Method(name="single")
    sizes = source.sizes
    network = SmallForSequenceClassification(
        SmallConfig(
            vocab_size=len(pieces.pieces),
            encoder_size=sizes.hidden,
            encoder_layers=sizes.layers,
            encoder_heads=sizes.heads,
            encoder_wide=sizes.wide,
            also=max(1, sizes.layers * 3 // 4),
            layer_norm_eps=sizes.epsilon,
            max_positions=recipe.max_tokens,
            hidden_size=recipe.hidden_size,
            aspects=len(method.scheme.aspects),
            polarities=len(method.scheme.polarities),
            id2label=method.output_names,
            label2id={name: index for index, name in method.output_names.items()},
            architectures=["SmallForSequenceClassification"],
        )
    )
    weights = e5_weights.weights(source, rows, recipe.max_tokens)
    network.encoder.load_state_dict({name: torch.from_numpy(weight) for name, weight in weights.items()})
    cutter = tokenizer(pieces)
    encoder = Encoder(cutter, hypotheses=(), max_tokens=recipe.max_tokens)
    return network, cutter, encoder, _manifest(recipe, method)


def gone_on(recipe: SmallRecipe) -> tuple[SmallForSequenceClassification, Any, Encoder, Manifest]:
    """The same with the weights and the vocabulary of `start`. Raises as `earlier`."""
    network, cutter, method = earlier(Path(recipe.start), NAME, SmallForSequenceClassification)
    network.unpack()
    return network, cutter, Encoder(cutter, hypotheses=(), max_tokens=recipe.max_tokens), _manifest(recipe, method)


def _manifest(recipe: SmallRecipe, method: Method) -> Manifest:
    return Manifest(name=NAME, version=VERSION, method=method, languages=("de", "en"), max_tokens=recipe.max_tokens)
