"""How a command takes the plan of a rollout: `--step`, a bound each, and `--without`."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from types import MappingProxyType
from typing import Any

import click

from jobs.finite import Finite
from jobs.rollout import BOUNDS, STEPS, Bounds
from jobs.rollout_plan import MOST_REVIEWS, RolloutPlan

#: What each bound is, by its name.
_BOUNDS: Mapping[str, str] = MappingProxyType(
    {
        "min_reviews": "Reviews that it has to judge in each step",
        "min_agreement": "Share of sentences of which it has to say what the version before says",
        "max_failures": "Share of its reviews that it may fail on, or that may be lost with workers",
        "max_slowdown": "How many times as long it may take for a sentence, at the 95th percentile",
        "max_drift": "Population stability index of what it says of an aspect, against the version before",
    }
)
#: How a bound that may be left out is called by `--without`.
_WITHOUT = {name.partition("_")[2]: name for name in _BOUNDS if name != "min_reviews"}
_USUAL = asdict(BOUNDS)


def plan_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with an option for everything that a plan says; `plan_of` reads what they give."""
    without = "A bound that is not looked at; several."
    command = click.option("--without", type=click.Choice([*_WITHOUT]), multiple=True, help=without)(command)
    for name, told in reversed([*_BOUNDS.items()]):
        kind = click.IntRange(1, MOST_REVIEWS) if name == "min_reviews" else Finite(min=0)
        flag, usual = f"--{name.replace('_', '-')}", f"{told}; default: {_USUAL[name]}."
        command = click.option(flag, type=kind, help=usual)(command)
    steps = (
        "Per cent of the jobs that it gets; several, from small to large. Behind the last it gets all. "
        f"Default: {', '.join(map(str, STEPS))}."
    )
    return click.option("--step", "steps", type=click.IntRange(1, 99), multiple=True, help=steps)(command)


def plan_of(given: Mapping[str, Any]) -> RolloutPlan:
    """The plan that the options of a command say; what is not said is as usual. Raises UsageError."""
    left_out = [_WITHOUT[name] for name in given["without"]]
    bounds: dict[str, Any] = {each.name: given[each.name] for each in fields(Bounds) if given[each.name] is not None}
    if both := [name for name in left_out if name in bounds]:
        raise click.UsageError(f"--{both[0].replace('_', '-')} is a bound that --without leaves out.")
    try:
        return RolloutPlan(steps=given["steps"] or STEPS, bounds=replace(BOUNDS, **bounds | dict.fromkeys(left_out)))
    except ValueError as error:
        raise click.UsageError(f"The rollout: {error}.") from None


def said_of_plan(given: Mapping[str, Any]) -> list[str]:
    """Which of these options were given."""
    names = ["steps", "without", *_BOUNDS]
    flags = {"steps": "--step"}
    return [flags.get(name, f"--{name.replace('_', '-')}") for name in names if given[name] not in (None, ())]
