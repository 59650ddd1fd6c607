"""`kritiq bench training`: our training loop beside `transformers.Trainer`, on the same network and sentences."""

from __future__ import annotations

import copy
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from bench.model import bert
from bench.model.trainer import by_trainer
from bench.model.training_task import Task
from model.artifact import loading
from model.artifact.manifest import Manifest
from model.cli.errors import reported
from model.cli.finite import Finite
from model.data.dataset import Example
from model.inputs.auxiliary import Method
from model.inputs.encoding import Encoder
from model.training.config import TrainingConfig
from model.training.finetune import load_encoder_for
from model.training.loop import train

#: One sentence in this many is measured on.
HELD_OUT = 6
MAX_TOKENS = 128


@click.command("training")
@click.option("--encoder", help="A transformers directory; default: a BERT of --layers, random, made on the spot.")
@click.option("--layers", type=click.IntRange(1), default=2, show_default=True, help="Of the BERT that is made.")
@click.option("--corpus", default="corpus/de", show_default=True, type=click.Path(path_type=Path, exists=True))
@click.option("--sentences", type=click.IntRange(12), default=1200, show_default=True, help="Spread over the corpus.")
@click.option("--epochs", type=click.IntRange(1), default=4, show_default=True)
@click.option("--learning-rate", type=Finite(0, min_open=True), default=1e-4, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="Of both, by turns, a seed each.")
def training_command(
    encoder: str | None, layers: int, corpus: Path, sentences: int, epochs: int, learning_rate: float, rounds: int
) -> None:
    """Seconds and F1 of our training and of transformers.Trainer, and the ratio of their times, as JSON.

    Both take 16 sentences a step, the same schedule and optimizer, and measure themselves after each epoch alike, which
    is in their times. Trainer has its own defaults beside: random batches, padded to their longest sentence.
    """
    with reported(), tempfile.TemporaryDirectory() as folder:
        examples = bert.sentences(corpus, sentences)
        directory = loading.locate(encoder) if encoder else _made(Path(folder) / "bert", corpus, layers)
        rows = [_round(_task(directory, examples, epochs, learning_rate, seed)) for seed in range(1, rounds + 1)]
    click.echo(json.dumps(summed(rows), indent=2))


def _made(directory: Path, corpus: Path, layers: int) -> Path:
    bert.small(directory, corpus, layers=layers)
    return directory


def _task(directory: Path, examples: Sequence[Example], epochs: int, learning_rate: float, seed: int) -> Task:
    import torch

    torch.manual_seed(seed)
    method = Method(name="single")
    network = load_encoder_for(directory, method)
    tokenizer = loading.load_tokenizer(directory)
    return Task(
        network=network,
        encoder=Encoder(tokenizer, hypotheses=(), max_tokens=MAX_TOKENS, pad_id=network.config.pad_token_id or 0),
        manifest=Manifest(name="measured", version="1", method=method, max_tokens=MAX_TOKENS),
        examples=[example for number, example in enumerate(examples) if number % HELD_OUT],
        dev=examples[::HELD_OUT],
        config=TrainingConfig(epochs=epochs, learning_rate=learning_rate, patience=0, precision="float32", seed=seed),
    )


def _round(task: Task) -> dict[str, dict[str, Any]]:
    """Seconds by the clock and of the processor, and F1 with polarity after each epoch, of each."""
    found: dict[str, dict[str, Any]] = {}
    for name, run in (("ours", _by_loop), ("trainer", by_trainer)):
        began, worked, curve = time.monotonic(), time.process_time(), list[float]()
        run(copy.deepcopy(task.network), task, curve.append)
        found[name] = {
            "seconds": round(time.monotonic() - began, 2),
            "cpu_seconds": round(time.process_time() - worked, 2),
            "f1": curve,
        }
    return found


def _by_loop(network: Any, task: Task, after_epoch: Any) -> None:
    train(
        network, task.encoder, task.manifest, examples=task.examples, dev=task.dev, config=task.config,
        finished=lambda figures: after_epoch(figures.acsa_f1),
    )  # fmt: skip


def summed(rounds: Sequence[dict[str, dict[str, Any]]]) -> dict[str, Any]:
    """Every round; of each side the median seconds and the mean of its best F1; the median ratios of the seconds.

    Those of the processor say more where other work runs beside, if each has one thread (OMP_NUM_THREADS=1).
    """
    sides = {
        name: {
            "median_seconds": statistics.median(each[name]["seconds"] for each in rounds),
            "mean_best_f1": round(statistics.mean(max(each[name]["f1"]) for each in rounds), 4),
        }
        for name in ("ours", "trainer")
    }
    ratios = {
        f"ratio_of_{unit}": round(statistics.median(each["ours"][unit] / each["trainer"][unit] for each in rounds), 3)
        for unit in ("seconds", "cpu_seconds")
    }
    return {"rounds": list(rounds), **sides, **ratios}
