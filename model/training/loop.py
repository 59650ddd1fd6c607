"""The training loop: any network, any method, from labelled sentences to the best weights seen on a dev set."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm  # type: ignore[import-untyped]

from model.artifact.manifest import Manifest
from model.data.dataset import Example, labels
from model.evaluation.report import evaluate
from model.inputs.batching import plan
from model.inputs.encoding import Encoded, Encoder
from model.predictor import Predictor
from model.runtime.backends import TorchBackend
from model.training.augmentation import varied
from model.training.checkpointing import Checkpoint
from model.training.objective import class_weights, groups, loss, targets


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingConfig:
    """How to train."""

    epochs: int = 10
    #: Padded tokens of one forward pass; `accumulate` passes make one step.
    batch_tokens: int = 2048
    accumulate: int = 1
    learning_rate: float = 3e-5
    weight_decay: float = 0.01
    #: Share of the steps in which the learning rate rises; afterwards it falls to zero in a line.
    warmup: float = 0.06
    label_smoothing: float = 0.0
    #: 0 weighs all rows alike, 1 all polarities alike.
    class_weight: float = 0.0
    #: Largest decay of the running mean of the weights that is evaluated and kept; 0 keeps the weights themselves.
    averaging: float = 0.0
    #: Epochs without a better dev score before training stops; 0 never stops early.
    patience: int = 3
    clip: float = 2.0
    seed: int = 1
    #: Names of parameters that do not learn begin so.
    freeze: tuple[str, ...] = ()
    #: Names of parameters that learn slower begin so, and how much slower: a factor of the learning rate.
    slow: tuple[str, ...] = ()
    slow_factor: float = 0.3
    #: Share of the words of a training sentence that are left out, each time others.
    word_dropout: float = 0.0
    #: Share of training sentences to which another one is joined, each epoch others, so that clauses are told apart.
    joined: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingReport:
    """What came of it."""

    epochs: int
    best_epoch: int
    #: Report of `model.evaluation.report` on the dev set with the weights that were kept.
    dev: dict[str, Any]
    seconds: float


def train(
    network: Any,
    encoder: Encoder,
    manifest: Manifest,
    *,
    examples: Sequence[Example],
    dev: Sequence[Example],
    config: TrainingConfig,
    device: str = "cpu",
    state: Path | None = None,
    announce: Callable[[str], None] = lambda line: None,
) -> TrainingReport:
    """Train the network in place and leave it with its best weights by acsa F1 on `dev`.

    With `state`, a file, every epoch is saved there, and a run that was broken off goes on from it with the same
    result as one that was not; it must have been given the same data and configuration. bfloat16 autocast on a GPU.
    """
    started = time.monotonic()
    torch.manual_seed(config.seed)
    network.to(device)
    learning = groups(network, freeze=config.freeze, slow=config.slow, slow_factor=config.slow_factor)
    optimizer = torch.optim.AdamW(learning, lr=config.learning_rate, weight_decay=config.weight_decay)
    run = Checkpoint(network=network, optimizer=optimizer, config=asdict(config), decay=config.averaging)
    if state is not None and run.restore(state):
        announce(f"going on after epoch {run.epoch}")
    classes = 2 if manifest.method.binary else len(manifest.method.scheme.polarities)
    known = targets(labels(examples, manifest.method.scheme), manifest.method)
    weights = class_weights(known, classes, config.class_weight).to(device)
    while run.epoch < config.epochs and not (config.patience and run.stale >= config.patience):
        order = np.random.default_rng((config.seed, run.epoch))
        shown = varied(examples, word_dropout=config.word_dropout, joined=config.joined, order=order)
        truth = targets(labels(shown, manifest.method.scheme), manifest.method)
        encoded = encoder([example.text for example in shown])
        lengths = encoder.row_lengths(encoded)
        batches = _shuffled(lengths, config.batch_tokens, order)
        network.train()
        steps = math.ceil(len(batches) / config.accumulate)
        bar = tqdm(_groups(batches, config.accumulate), total=steps, leave=False, disable=None)
        bar.set_description(f"epoch {run.epoch + 1}/{config.epochs}")
        for step, passes in enumerate(bar):
            progress = (run.epoch + step / steps) / config.epochs
            for settings in optimizer.param_groups:
                settings["lr"] = config.learning_rate * settings["factor"] * _schedule(progress, config.warmup)
            lost = 0.0
            for batch in passes:
                with torch.autocast("cuda", dtype=torch.bfloat16, enabled=device.startswith("cuda")):
                    logits = _forward(network, encoder, encoded, batch, lengths, manifest.token_types, device)
                    part = loss(logits, torch.from_numpy(truth[batch]).to(device), weights, config.label_smoothing)
                (part / len(passes)).backward()  # type: ignore[no-untyped-call]
                lost += part.item() / len(passes)
            torch.nn.utils.clip_grad_norm_((w for group in learning for w in group["params"]), config.clip)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            run.average()
            bar.set_postfix(loss=f"{lost:.3f}", f1=f"{run.best_score:.3f}")
        with run.averaged():
            score = _evaluate(network, encoder, manifest, dev, device)["acsa"]["f1"]
        run.finish_epoch(score)
        announce(f"epoch {run.epoch}: dev acsa F1 {score:.4f}, best {run.best_score:.4f} after epoch {run.best_epoch}")
        if state is not None:
            run.save(state)
    run.load_best()
    return TrainingReport(
        epochs=run.epoch,
        best_epoch=run.best_epoch,
        dev=_evaluate(network, encoder, manifest, dev, device),
        seconds=round(time.monotonic() - started, 1),
    )


def _forward(
    network: Any, encoder: Encoder, encoded: Encoded, batch: list[int], lengths: list[int], typed: bool, device: str
) -> torch.Tensor:
    ids, mask, types = encoder.rows(encoded, batch, max(lengths[index] for index in batch))
    inputs = {"input_ids": ids, "attention_mask": mask} | ({"token_type_ids": types} if typed else {})
    tensors = {name: torch.from_numpy(array).to(device) for name, array in inputs.items()}
    logits: torch.Tensor = network(**tensors).logits
    return logits


def _evaluate(
    network: Any, encoder: Encoder, manifest: Manifest, dev: Sequence[Example], device: str
) -> dict[str, Any]:
    backend = TorchBackend(network, device=device, dtype="float32")
    return evaluate(Predictor(manifest=manifest, digest="", encoder=encoder, backend=backend), dev)


def _shuffled(lengths: list[int], budget: int, order: np.random.Generator) -> list[list[int]]:
    """Batches of like length, but not the same ones each epoch, in random order."""
    noisy = [length + noise for length, noise in zip(lengths, order.integers(0, 8, len(lengths)).tolist(), strict=True)]
    batches = plan(noisy, budget)
    return [batches[index] for index in order.permutation(len(batches)).tolist()]


def _groups(batches: list[list[int]], size: int) -> Iterator[list[list[int]]]:
    for start in range(0, len(batches), size):
        yield batches[start : start + size]


def _schedule(progress: float, warmup: float) -> float:
    """Factor of the learning rate at a progress of 0 to 1."""
    return progress / warmup if progress < warmup else (1.0 - progress) / (1.0 - warmup)
