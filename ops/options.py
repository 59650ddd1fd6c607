"""What options take. Those that would do nothing where they are given are wrong usage, not passed over."""

from collections.abc import Callable
from typing import Any

import click
from click.core import ParameterSource


def refuse(ctx: click.Context, *names: str, why: str) -> None:
    """Raises UsageError when the command line gives one of these parameters of its command; `why` follows its name."""
    for parameter in ctx.command.params:
        if parameter.name in names and ctx.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{parameter.opts[0]} {why}", ctx)


def refuse_before_subcommand(ctx: click.Context, *names: str) -> None:
    """The same for options of a group that lists by itself, before one of its sub-commands."""
    if ctx.invoked_subcommand is not None:
        refuse(ctx, *names, why=f"is for the list: `{ctx.invoked_subcommand}` has no use for it.")


def most_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with the option `--most`: of what there is, no more is listed."""
    # Redis counts in 64 bits.
    most = click.IntRange(1, 1_000_000_000)
    told = "How many are listed, newest first."
    return click.option("--most", type=most, default=100, show_default=True, help=told)(command)
