"""A network of BERT-base's shape, made on the spot: no weights need be fetched to measure what they cost.

The encoder is random. Pooler and head are trained on labelled pairs, so that its labels mean something and lie
apart as those of a trained model do: on a random head every label would hang on rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from model.artifact.loading import load_encoder, quiet
from model.artifact.manifest import reference_manifest
from model.data.dataset import Example, labels, read
from model.inputs.auxiliary import german_templates
from model.scheme import REFERENCE_SCHEME
from model.training.objective import targets

#: Training of the head: how much the encoder's states are shaken, as a share of their spread, and how long.
NOISE, STEPS = 0.02, 1500


def sentences(corpus: Path, count: int) -> list[Example]:
    """`count` sentences spread evenly over the German corpus."""
    every = read([corpus], REFERENCE_SCHEME)
    return [every[index * len(every) // count] for index in range(count)]


def small(directory: Path, corpus: Path, *, layers: int) -> None:
    """The same, narrow and without a trained head, with weights large enough to learn in a few minutes."""
    from transformers import BertConfig, BertForSequenceClassification

    _vocabulary(directory, corpus, 8_000)
    config = BertConfig(
        vocab_size=8_000, hidden_size=128, num_attention_heads=2, intermediate_size=512, num_hidden_layers=layers,
        initializer_range=0.1, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    network: Any = BertForSequenceClassification(config)
    with quiet():
        network.save_pretrained(directory)


def _vocabulary(directory: Path, corpus: Path, words: int) -> None:
    from tokenizers import BertWordPieceTokenizer

    torch.manual_seed(7)
    directory.mkdir(parents=True)
    tokenizer = BertWordPieceTokenizer(lowercase=False)
    texts = [example.text for example in read([corpus], REFERENCE_SCHEME)]
    tokenizer.train_from_iterator([*texts, *_hypotheses()], vocab_size=words, min_frequency=2, show_progress=False)
    tokenizer.save_model(str(directory))


def build(directory: Path, corpus: Path, examples: Sequence[Example], *, layers: int = 12) -> None:
    """Write a plain BertForSequenceClassification directory: config, safetensors, vocab.txt."""
    from transformers import BertConfig, BertForSequenceClassification

    _vocabulary(directory, corpus, 16_000)
    config = BertConfig(vocab_size=30_000, num_hidden_layers=layers)  # two classes, BERT-base
    network: Any = BertForSequenceClassification(config)
    network.eval()
    _liven(network)
    with quiet():
        network.save_pretrained(directory)
    _fit_head(network, directory, examples)
    with quiet():
        network.save_pretrained(directory)


def _hypotheses() -> list[str]:
    manifest = reference_manifest("reference")
    assert german_templates(manifest.method.name) == manifest.method.templates
    return manifest.method.hypotheses() * 2


@torch.no_grad()
def _liven(network: Any, layers: int = 3) -> None:
    """Let the first layers carry words from piece to piece, as trained ones do: orthogonal instead of tiny weights.

    Fresh from its initialisation a deep encoder answers nearly the same to everything, and what differs is as small as
    the rounding of bfloat16.
    """
    for layer in network.bert.encoder.layer[:layers]:
        attention = layer.attention.self
        for dense, gain in (
            (attention.query, 1.0),
            (attention.key, 1.0),
            (attention.value, 1.5),
            (layer.attention.output.dense, 1.5),
            (layer.intermediate.dense, 1.5),
            (layer.output.dense, 1.5),
        ):
            torch.nn.init.orthogonal_(dense.weight, gain)
    torch.nn.init.orthogonal_(network.bert.pooler.dense.weight, 0.7)


def _fit_head(network: Any, directory: Path, examples: Sequence[Example]) -> None:
    """Train pooler and head on which pair is true, the encoder as it is.

    Its states are shaken by NOISE meanwhile: training on real data widens the margins between labels as well, and
    without it they would be as thin as rounding errors.
    """
    states, true = _states(network, directory, examples)
    noise = NOISE * states.std()
    learning = [*network.bert.pooler.parameters(), *network.classifier.parameters()]
    optimizer = torch.optim.Adam(learning, lr=1e-3)
    shaking = torch.Generator().manual_seed(7)
    for _ in range(STEPS):
        shaken = states + noise * torch.randn(states.shape, generator=shaking)
        logits = network.classifier(network.bert.pooler(shaken.unsqueeze(1)))
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(logits, true).backward()  # type: ignore[no-untyped-call]
        optimizer.step()


@torch.no_grad()
def _states(network: Any, directory: Path, examples: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor]:
    """The encoder's state of the first token of each pair (pairs, 768), and whether the pair is true (pairs,)."""
    manifest = reference_manifest("reference")
    encoder = load_encoder(directory, manifest)
    encoded = encoder([example.text for example in examples])
    lengths = encoder.row_lengths(encoded)
    states = []
    for start in range(0, len(lengths), 45):
        rows = list(range(start, start + 45))
        ids, mask, _ = encoder.rows(encoded, rows, max(lengths[row] for row in rows))
        output = network.bert(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask))
        states.append(output.last_hidden_state[:, 0])
    true = targets(labels(examples, REFERENCE_SCHEME), manifest.method)[:, 0]
    return torch.cat(states), torch.from_numpy(true)
