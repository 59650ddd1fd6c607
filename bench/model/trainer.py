"""The same training by `transformers.Trainer`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from bench.model.training_task import Task
from model.data.dataset import labels
from model.evaluation.report import evaluate
from model.predictor import Predictor
from model.runtime.backends import TorchBackend
from model.training.objective import loss

Row = Mapping[str, Any]


def by_trainer(network: Any, task: Task, after_epoch: Callable[[float], None]) -> None:
    """Train the network in place; `after_epoch` is told F1 with polarity on the dev sentences."""
    from transformers import Trainer, TrainerCallback, TrainingArguments

    class Measured(TrainerCallback):
        def on_epoch_end(self, *_: Any, **__: Any) -> None:
            backend = TorchBackend(network, device="cpu", dtype="float32")
            predictor = Predictor.of_network(task.manifest, task.encoder, backend)
            after_epoch(evaluate(predictor, task.dev)["acsa"]["f1"])
            network.train()

    config = task.config
    uniform = torch.ones(len(task.manifest.method.scheme.polarities))
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder, num_train_epochs=config.epochs, per_device_train_batch_size=config.batch_sentences,
            learning_rate=config.learning_rate, weight_decay=config.weight_decay, warmup_steps=config.warmup,
            max_grad_norm=config.clip, seed=config.seed, save_strategy="no", report_to=[], disable_tqdm=True,
            use_cpu=True, logging_strategy="no", remove_unused_columns=False,
        )  # fmt: skip
        trainer = Trainer(
            model=network, args=arguments, train_dataset=_rows(task), data_collator=_together(task),
            callbacks=[Measured()],
            compute_loss_func=lambda answer, truth, **_: loss(answer.logits, truth, uniform, config.label_smoothing),
        )  # fmt: skip
        trainer.train()


def _rows(task: Task) -> list[Row]:
    """A sentence each: its place among the encoded ones, and its labels."""
    truth = labels(task.examples, task.manifest.method.scheme)
    return [{"place": place, "labels": torch.from_numpy(truth[place])} for place in range(len(task.examples))]


def _together(task: Task) -> Callable[[Sequence[Row]], dict[str, torch.Tensor]]:
    """What puts sentences into a batch, padded to the longest of them."""
    encoded = task.encoder([example.text for example in task.examples])
    lengths = task.encoder.row_lengths(encoded)

    def batch(rows: Sequence[Row]) -> dict[str, torch.Tensor]:
        places = [int(row["place"]) for row in rows]
        ids, mask, _ = task.encoder.rows(encoded, places, max(lengths[place] for place in places))
        return {
            "input_ids": torch.from_numpy(ids),
            "attention_mask": torch.from_numpy(mask),
            "labels": torch.stack([row["labels"] for row in rows]),
        }

    return batch
