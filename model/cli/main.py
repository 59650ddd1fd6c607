"""The model's commands. Everything heavy is imported when a command runs, so that `kritiq --help` is quick."""

from __future__ import annotations

from model.cli.data import convert_command, corpus_command
from model.cli.evaluation import evaluate_command
from model.cli.export import convert_checkpoint_command, export_command
from model.cli.models import models_command
from model.cli.predict import predict_command
from model.cli.reference import reference_command
from model.cli.training import train_command

__all__ = [
    "convert_checkpoint_command",
    "convert_command",
    "corpus_command",
    "evaluate_command",
    "export_command",
    "models_command",
    "predict_command",
    "reference_command",
    "train_command",
]
