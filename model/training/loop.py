"""The training loop: any network, any method, from labelled sentences to the best weights seen on a dev set."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm  # type: ignore[import-untyped]

from model.artifact.manifest import Manifest
from model.data.dataset import Example, labels
from model.evaluation.report import report
from model.inputs.encoding import Encoder, Ids
from model.predictor import Predictor
from model.runtime.backends import TorchBackend
from model.runtime.judgement import Floats
from model.training.augmentation import varied
from model.training.checkpointing import Checkpoint
from model.training.config import TrainingConfig
from model.training.curves import EpochFigures, drawn
from model.training.distillation import Taught, as_probabilities, soft_targets
from model.training.gradient import Gradient, choose_precision, recomputing
from model.training.low_rank import Adapters
from model.training.objective import class_weights, groups, surprise, targets
from model.training.run_digests import digests
from model.training.steps import steps


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
    taught: Taught | None = None,
    device: str = "cpu",
    state: Path | None = None,
    curves: Path | None = None,
    announce: Callable[[str], None] = lambda line: None,
    progress: Callable[[float], None] = lambda share: None,
    finished: Callable[[EpochFigures], None] = lambda figures: None,
) -> TrainingReport:
    """Train the network in place and leave it with its best weights by acsa F1 on `dev`, of equal ones by its loss.

    With `taught`, what a teacher says of sentences that nobody labelled is learned beside the labels of `examples`.
    With `state`, a file, every epoch is saved there, and a run that was broken off goes on from it with the same
    result as one that was not. With `curves`, a folder, every epoch's figures are written there for TensorBoard.
    `progress` is told after every step how much of all epochs is done, from 0 to 1, and `finished` of every epoch;
    what they raise ends the training, which can go on from its state.
    `config.precision`: see there. Raises DataError when the state is of another run, is torn or cannot be written, or
    when the curves cannot, OutOfMemory when a single row does not fit.
    """
    started = time.monotonic()
    torch.manual_seed(config.seed)
    adapters = Adapters(network, rank=config.lora_rank, alpha=config.lora_alpha) if config.lora_rank else None
    network.to(device)
    learning = groups(
        network,
        freeze=(*config.freeze, *(adapters.frozen if adapters else ())),
        slow=config.slow,
        slow_factor=config.slow_factor,
        layer_decay=config.layer_decay,
    )
    optimizer = torch.optim.AdamW(learning, lr=config.learning_rate, weight_decay=config.weight_decay, fused=True)
    run = Checkpoint(
        network=network,
        optimizer=optimizer,
        identity=digests(network, manifest, examples, dev, asdict(config), taught) if state is not None else {},
        decay=config.averaging,
    )
    if state is not None and run.restore(state):
        announce(f"going on after epoch {run.epoch}")
    classes = 2 if manifest.method.binary else len(manifest.method.scheme.polarities)
    known = targets(labels(examples, manifest.method.scheme), manifest.method)
    gradient = Gradient(
        network,
        encoder,
        weights=class_weights(known, classes, config.class_weight).to(device),
        smoothing=config.label_smoothing,
        typed=manifest.token_types,
        budget=config.batch_tokens,
        precision=choose_precision(config.precision, device),
        device=device,
        announce=announce,
    )
    with recomputing(network, config.gradient_checkpointing), drawn(curves, after=run.epoch) as draw:
        while run.epoch < config.epochs and not (config.patience and run.stale >= config.patience):
            order = np.random.default_rng((config.seed, run.epoch))
            shown = varied(
                examples, word_dropout=config.word_dropout, joined=config.joined, typed=config.typed, order=order
            )
            certain = targets(labels(shown, manifest.method.scheme), manifest.method)
            truth: Ids | Floats = certain
            texts = [example.text for example in shown]
            if taught is not None:
                soft = soft_targets(taught.probabilities, manifest.method)
                truth = np.concatenate([as_probabilities(certain, classes, config.label_smoothing), soft])
                texts += taught.texts
            encoded = encoder(texts)
            lengths = encoder.row_lengths(encoded)
            rows = np.arange(len(lengths)).reshape(len(texts), -1)
            taken = steps([sum(lengths[row] for row in own) for own in rows.tolist()], config.batch_sentences, order)
            network.train()
            bar = tqdm(taken, leave=False, disable=None)
            bar.set_description(f"epoch {run.epoch + 1}/{config.epochs}")
            losses = norms = factor = 0.0
            for step, sentences in enumerate(bar):
                factor = _schedule((run.epoch + step / len(taken)) / config.epochs, config.warmup)
                for settings in optimizer.param_groups:
                    settings["lr"] = config.learning_rate * settings["factor"] * factor
                lost = gradient.add(encoded, rows[sentences].ravel().tolist(), lengths, truth)
                norm = torch.nn.utils.clip_grad_norm_((w for group in learning for w in group["params"]), config.clip)
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
                run.average()
                losses += lost
                norms += norm.item()
                bar.set_postfix(loss=f"{lost:.3f}", f1=f"{run.best_score:.3f}")
                progress((run.epoch + (step + 1) / len(taken)) / config.epochs)
            with run.averaged():
                found, dev_loss = _evaluate(network, encoder, manifest, dev, device)
            run.finish_epoch(found["acsa"]["f1"], dev_loss)
            figures = EpochFigures(
                epoch=run.epoch,
                loss=losses / len(taken),
                dev_loss=dev_loss,
                learning_rate=config.learning_rate * factor,
                gradient_norm=norms / len(taken),
                acd_f1=found["acd"]["f1"],
                acsa_f1=found["acsa"]["f1"],
            )
            announce(f"{figures}, best {run.best_score:.4f} after epoch {run.best_epoch}")
            draw(figures)
            if state is not None:
                run.save(state)
            finished(figures)
    run.load_best()
    if adapters is not None:
        adapters.merge()
    return TrainingReport(
        epochs=run.epoch,
        best_epoch=run.best_epoch,
        dev=_evaluate(network, encoder, manifest, dev, device)[0],
        seconds=round(time.monotonic() - started, 1),
    )


def _evaluate(
    network: Any, encoder: Encoder, manifest: Manifest, dev: Sequence[Example], device: str
) -> tuple[dict[str, Any], float]:
    """The report on `dev`, and how surprising its labels are to the network."""
    backend = TorchBackend(network, device=device, dtype="float32")
    predictor = Predictor.of_network(manifest, encoder, backend)
    judged = predictor.judge_sentences([example.text for example in dev])
    truth = labels(dev, manifest.method.scheme)
    return report(judged, truth, manifest.method.scheme), surprise(judged, truth)


def _schedule(progress: float, warmup: float) -> float:
    """Factor of the learning rate at a progress of 0 to 1."""
    return progress / warmup if progress < warmup else (1.0 - progress) / (1.0 - warmup)
