"""Steps of training: what is in them, what each sentence in them counts, and that they teach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from torch.nn import functional
from transformers.modeling_outputs import SequenceClassifierOutput

from model.artifact import loading
from model.artifact.manifest import Manifest
from model.data.dataset import Example, labels
from model.evaluation.report import evaluate
from model.inputs.auxiliary import Method
from model.inputs.encoding import Encoder
from model.predictor import Predictor
from model.runtime.backends import TorchBackend
from model.training.config import TrainingConfig
from model.training.finetune import load_encoder_for
from model.training.gradient import Gradient
from model.training.loop import train
from model.training.objective import targets
from model.training.steps import steps
from tests.unit.model.conftest import BuildModel

SINGLE = Method(name="single")
JUDGED = {"gut": "positive", "super": "positive", "lecker": "positive", "schlecht": "negative", "langsam": "negative"}


def sentences(count: int, seed: int) -> list[Example]:
    """Opinions that end in one to thirty words of no meaning, in equal parts."""
    chance = np.random.default_rng(seed)
    found = []
    for number in range(count):
        aspect, subject = [("food", "das essen"), ("service", "der service")][number % 2]
        word = sorted(JUDGED)[int(chance.integers(len(JUDGED)))]
        tail = " ".join(chance.choice(["aber", "wie", "ist", ".", "?"], int(chance.choice([1, 2, 8, 30]))))
        found.append(Example(text=f"{subject} war {word} {tail}", aspects={aspect: JUDGED[word]}))
    return found


def start(directory: Path) -> tuple[Any, Encoder]:
    torch.manual_seed(1)
    encoder = Encoder(loading.load_tokenizer(directory), hypotheses=(), max_tokens=64)
    return load_encoder_for(directory, SINGLE), encoder


@given(some.lists(some.integers(2, 160), min_size=1, max_size=400), some.integers(1, 50), some.integers(0, 9))
def test_every_sentence_is_in_one_step(lengths: list[int], size: int, seed: int) -> None:
    found = steps(lengths, size, np.random.default_rng(seed))
    assert sorted(index for step in found for index in step) == list(range(len(lengths)))
    assert max(map(len, found)) <= 1.5 * size + 1


def test_a_step_has_sentences_of_like_length_and_no_two_epochs_the_same_ones() -> None:
    lengths = np.random.default_rng(1).integers(3, 60, 2000).tolist()
    one, other = (steps(lengths, 16, np.random.default_rng(seed)) for seed in (1, 2))
    padded = sum(max(lengths[i] for i in step) * len(step) for step in one)
    assert padded < 1.4 * sum(lengths)
    assert {tuple(sorted(step)) for step in one}.isdisjoint(tuple(sorted(step)) for step in other)


def test_each_sentence_counts_alike_however_many_share_its_pass(build_model: BuildModel) -> None:
    network, encoder = start(build_model())
    network.eval()
    examples = sentences(16, seed=3)
    encoded = encoder([example.text for example in examples])
    truth = targets(labels(examples, SINGLE.scheme), SINGLE)
    found = []
    for budget in (10_000, 100, 1):
        gradient = Gradient(
            network, encoder, weights=torch.ones(5), smoothing=0.1, typed=False, budget=budget, precision="float32",
            device="cpu",
            announce=print,
        )  # fmt: skip
        network.zero_grad()
        lost = gradient.add(encoded, range(16), encoder.row_lengths(encoded), truth)
        found.append((lost, {name: weight.grad.clone() for name, weight in network.named_parameters()}))
    for lost, grown in found[1:]:
        assert lost == pytest.approx(found[0][0], rel=1e-4)
        torch.testing.assert_close(grown, found[0][1], atol=1e-5, rtol=1e-3)


def test_out_of_memory_halves_what_goes_through_together(build_model: BuildModel) -> None:
    network, encoder = start(build_model())
    examples = sentences(16, seed=3)
    encoded = encoder([example.text for example in examples])
    truth = targets(labels(examples, SINGLE.scheme), SINGLE)
    lines: list[str] = []
    inner = network.forward

    def small(**inputs: torch.Tensor) -> Any:
        if inputs["input_ids"].numel() > 200:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return inner(**inputs)

    network.forward = small
    gradient = Gradient(
        network, encoder, weights=torch.ones(5), smoothing=0.0, typed=False, budget=600, precision="float32",
        device="cpu",
        announce=lines.append,
    )  # fmt: skip
    gradient.add(encoded, range(16), encoder.row_lengths(encoded), truth)
    assert gradient.budget == 150
    assert lines[-1] == "out of memory: from here on at most 150 tokens at a time"


class Bag(torch.nn.Module):
    """Each word says on its own how it judges each aspect; a sentence is the sum of its words."""

    def __init__(self) -> None:
        super().__init__()
        self.words = torch.nn.Embedding(60, 45)
        torch.nn.init.zeros_(self.words.weight)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> SequenceClassifierOutput:
        embedded = self.words(input_ids) * attention_mask.unsqueeze(-1)
        return SequenceClassifierOutput(logits=embedded.sum(1))


CONFIG = TrainingConfig(epochs=3, batch_sentences=16, batch_tokens=256, learning_rate=0.01, patience=0)


def test_it_learns_at_least_as_well_as_plain_random_batches(build_model: BuildModel) -> None:
    encoder = Encoder(loading.load_tokenizer(build_model()), hypotheses=(), max_tokens=64)
    examples, dev = sentences(640, seed=1), sentences(200, seed=2)
    manifest = Manifest(name="bag", version="1", method=SINGLE, max_tokens=64)
    ours, theirs = Bag(), Bag()
    score = train(ours, encoder, manifest, examples=examples, dev=dev, config=CONFIG).dev["acsa"]["f1"]
    train_plainly(theirs, encoder, examples)
    backend = TorchBackend(theirs, device="cpu", dtype="float32")
    plain = evaluate(Predictor.of_network(manifest, encoder, backend), dev)["acsa"]["f1"]
    assert score >= plain
    assert score > 0.8


def train_plainly(network: Bag, encoder: Encoder, examples: list[Example]) -> None:
    """As many epochs of random batches of as many sentences, padded and never cut, at the same rates."""
    truth = torch.from_numpy(labels(examples, SINGLE.scheme))
    encoded = encoder([example.text for example in examples])
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=CONFIG.weight_decay)
    batches = len(examples) // CONFIG.batch_sentences
    order = torch.randperm(len(examples))
    for step in range(CONFIG.epochs * batches):
        if step % batches == 0:
            order = torch.randperm(len(examples))
        part = order[step % batches :: batches]
        progress = step / (CONFIG.epochs * batches)
        rate = progress / CONFIG.warmup if progress < CONFIG.warmup else (1 - progress) / (1 - CONFIG.warmup)
        optimizer.param_groups[0]["lr"] = CONFIG.learning_rate * rate
        ids, mask, _ = encoder.rows(encoded, part.tolist(), 64)
        logits = network(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)).logits
        lost = functional.cross_entropy(logits.reshape(-1, 5), truth[part].flatten(), reduction="sum") / len(part)
        optimizer.zero_grad()
        lost.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), CONFIG.clip)
        optimizer.step()
