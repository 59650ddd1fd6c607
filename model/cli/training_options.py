"""Every setting of `TrainingConfig` as an option of `kritiq train`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

import click
from click.core import ParameterSource

from model.cli.finite import Finite
from model.training.bounds import BOUNDS, Bounds
from model.training.config import NEEDS, PRECISIONS, TrainingConfig

#: Setting -> what its option says. A number's type and bounds are `BOUNDS`'.
_TOLD: Mapping[str, str] = {
    "epochs": "Epochs at most.",
    "batch_sentences": "Sentences of a step, each of which counts alike.",
    "batch_tokens": "Padded tokens of one forward pass.",
    "learning_rate": "Its highest.",
    "weight_decay": "Of AdamW.",
    "warmup": "Share of the steps in which the learning rate rises; then it falls to zero.",
    "label_smoothing": "How much of a label's weight goes to the others.",
    "class_weight": "0 weighs all rows alike, 1 all polarities alike.",
    "averaging": "Largest decay of the mean of the weights that is kept; 0: the weights themselves.",
    "patience": "Epochs without a better dev score before it stops; 0: never.",
    "clip": "Longest gradient.",
    "seed": "Random seed.",
    "freeze": "Parameters whose names begin so do not learn; may be repeated.",
    "slow": "Parameters whose names begin so learn slower; may be repeated.",
    "slow_factor": "By how much those of --slow learn slower, as a factor.",
    "layer_decay": "How much slower still each of their layers learns than the one above it.",
    "precision": "What products are computed in; auto: bfloat16 on a GPU that has it.",
    "gradient_checkpointing": "Compute layers once more on the way back: less memory, more time.",
    "word_dropout": "Share of a sentence's words that are left out, each epoch others.",
    "joined": "Share of the sentences to which another one is joined, each epoch others.",
    "typed": "Share of the sentences that are typed otherwise, each epoch others: umlauts as two letters, slips.",
    "lora_rank": "Rank of the matrices that the encoder learns beside its linear layers (LoRA); 0: none.",
    "lora_alpha": "By how much what they add is scaled, times their rank.",
}
#: Types of those that are no numbers.
_TYPES: Mapping[str, click.ParamType[Any]] = {
    "freeze": click.STRING,
    "slow": click.STRING,
    "precision": click.Choice(PRECISIONS),
    "gradient_checkpointing": click.BOOL,
}

SETTINGS = tuple(each.name for each in fields(TrainingConfig))


def training_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with an option for each setting. Without it a setting is the recipe's, or the default."""
    defaults = TrainingConfig()
    for name in reversed(SETTINGS):
        default, told = getattr(defaults, name), _TOLD[name]
        many = isinstance(default, tuple)
        option = click.option(
            _option(name),
            type=_TYPES[name] if name in _TYPES else _number(BOUNDS[name], whole=isinstance(default, int)),
            multiple=many,
            is_flag=isinstance(default, bool),
            help=told if many else f"{told} Default: {default}.",
        )
        command = option(command)
    return command


def _number(bounds: Bounds, *, whole: bool) -> click.ParamType[Any]:
    """The type of an option within these bounds."""
    high = None if bounds.high == math.inf else bounds.high
    if whole:
        return click.IntRange(int(bounds.low), None if high is None else int(high))
    return Finite(bounds.low, high, min_open=bounds.low_open, max_open=bounds.high_open)


def with_given(config: TrainingConfig, ctx: click.Context) -> TrainingConfig:
    """The configuration with what was given, on the command line or in a file, in place of its own.

    Raises UsageError for what does nothing without another setting.
    """
    given = {name: ctx.params[name] for name in SETTINGS if is_given(ctx, name)}
    made = replace(config, **given)
    for name, needed in NEEDS.items():
        if name in given and not getattr(made, needed):
            raise click.UsageError(f"{_option(name)} does nothing without {_option(needed)}.", ctx)
    return made


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def is_given(ctx: click.Context, name: str) -> bool:
    """Whether somebody said so, on the command line or in a file."""
    return ctx.get_parameter_source(name) in (ParameterSource.COMMANDLINE, ParameterSource.DEFAULT_MAP)
