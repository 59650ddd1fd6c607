"""Every setting of `TrainingConfig` as an option of `kritiq train`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

import click
from click.core import ParameterSource

from model.cli.finite import Finite
from model.training.config import PRECISIONS, TrainingConfig

_COUNT, _SHARE = click.IntRange(min=1), Finite(0, 1)
_BELOW_ONE = Finite(0, 1, max_open=True)
_ABOVE_ZERO, _FROM_ZERO = Finite(min=0, min_open=True), Finite(min=0)

#: Setting -> its type, and what its option says.
_OPTIONS: Mapping[str, tuple[click.ParamType[Any], str]] = {
    "epochs": (_COUNT, "Epochs at most."),
    "batch_sentences": (_COUNT, "Sentences of a step, each of which counts alike."),
    "batch_tokens": (_COUNT, "Padded tokens of one forward pass."),
    "learning_rate": (_ABOVE_ZERO, "Its highest."),
    "weight_decay": (_FROM_ZERO, "Of AdamW."),
    "warmup": (_SHARE, "Share of the steps in which the learning rate rises; then it falls to zero."),
    "label_smoothing": (_BELOW_ONE, "How much of a label's weight goes to the others."),
    "class_weight": (_SHARE, "0 weighs all rows alike, 1 all polarities alike."),
    "averaging": (_BELOW_ONE, "Largest decay of the mean of the weights that is kept; 0: the weights themselves."),
    "patience": (click.IntRange(min=0), "Epochs without a better dev score before it stops; 0: never."),
    "clip": (_ABOVE_ZERO, "Longest gradient."),
    "seed": (click.IntRange(min=0), "Random seed."),
    "freeze": (click.STRING, "Parameters whose names begin so do not learn; may be repeated."),
    "slow": (click.STRING, "Parameters whose names begin so learn slower; may be repeated."),
    "slow_factor": (_FROM_ZERO, "By how much those of --slow learn slower, as a factor."),
    "layer_decay": (_FROM_ZERO, "How much slower still each of their layers learns than the one above it."),
    "precision": (
        click.Choice(PRECISIONS),
        "What products are computed in; auto: bfloat16 on a GPU that has it.",
    ),
    "gradient_checkpointing": (click.BOOL, "Compute layers once more on the way back: less memory, more time."),
    "word_dropout": (_SHARE, "Share of a sentence's words that are left out, each epoch others."),
    "joined": (_SHARE, "Share of the sentences to which another one is joined, each epoch others."),
}

SETTINGS = tuple(each.name for each in fields(TrainingConfig))


def training_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with an option for each setting. Without it a setting is the recipe's, or the default."""
    defaults = TrainingConfig()
    for name in reversed(SETTINGS):
        kind, told = _OPTIONS[name]
        default = getattr(defaults, name)
        many = isinstance(default, tuple)
        option = click.option(
            f"--{name.replace('_', '-')}",
            type=kind,
            multiple=many,
            is_flag=isinstance(default, bool),
            help=told if many else f"{told} Default: {default}.",
        )
        command = option(command)
    return command


def with_given(config: TrainingConfig, ctx: click.Context) -> TrainingConfig:
    """The configuration with what was given, on the command line or in a file, in place of its own."""
    given = {name: ctx.params[name] for name in SETTINGS if is_given(ctx, name)}
    return replace(config, **given)


def is_given(ctx: click.Context, name: str) -> bool:
    """Whether somebody said so, on the command line or in a file."""
    return ctx.get_parameter_source(name) in (ParameterSource.COMMANDLINE, ParameterSource.DEFAULT_MAP)
