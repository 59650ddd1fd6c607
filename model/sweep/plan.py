"""What a sweep tries: a YAML of data and ranges, in the style of `kritiq train --config`."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from model.arguments import language_of
from model.errors import DataError, InvalidArgument
from model.inputs.auxiliary import METHODS
from model.training.bounds import BOUNDS
from model.training.config import NEEDS, TrainingConfig

#: What a range may be of beside every number of `TrainingConfig`.
CHOICES = ("encoder", "method")
NUMBERS = tuple(BOUNDS)
_MEMBERS = {"train", "dev", "trials", "languages", "search"}
_RANGE = {"low", "high", "log", "step"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """From `low` to `high`, both among them; whole numbers where both are."""

    low: float
    high: float
    #: Whether orders of magnitude are alike likely.
    log: bool = False
    step: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepPlan:
    """A sweep, as its file says it."""

    train: tuple[str, ...]
    #: Every trial is measured on it, and its epoch chosen by it.
    dev: tuple[str, ...]
    #: Name of `encoder`, `method` or a setting of the training -> its values, or its range.
    search: Mapping[str, tuple[Any, ...] | Range]
    #: How many are tried in all.
    trials: int = 20
    languages: tuple[str, ...] = ("de",)

    @property
    def digest(self) -> str:
        """The same for the same sweep, of however many trials."""
        return hashlib.sha256(repr(replace(self, trials=0)).encode()).hexdigest()


def read_plan(path: Path) -> SweepPlan:
    """Raises DataError naming the file and what is wrong in it."""
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    # ValueError: no UTF-8, or the 32nd of a month.
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    try:
        return _plan(told)
    except ValueError as error:
        raise DataError(f"{path}: {error}") from error


def _plan(told: Any) -> SweepPlan:
    if not isinstance(told, dict) or not {"train", "dev", "search"} <= told.keys():
        raise ValueError("should have train, dev and search")
    if unknown := sorted(map(str, told.keys() - _MEMBERS)):
        raise ValueError(f"there is no {', '.join(unknown)}; there are {', '.join(sorted(_MEMBERS))}")
    search = told["search"]
    if not isinstance(search, dict) or "encoder" not in search:
        raise ValueError("search should have an encoder, and ranges")
    trials = told.get("trials", 20)
    if not isinstance(trials, int) or isinstance(trials, bool) or trials < 1:
        raise ValueError(f"trials: {trials!r} is no number of trainings")
    ranges = {(name := str(key).replace("-", "_")): _range(name, value) for key, value in search.items()}
    for name, needed in NEEDS.items():
        if name in ranges and needed not in ranges:
            raise ValueError(f"search: {name} does nothing without {needed}, which is not searched")
    return SweepPlan(
        train=_texts(told["train"]),
        dev=_texts(told["dev"]),
        trials=trials,
        languages=_languages(_texts(told.get("languages", ["de"]))),
        search=ranges,
    )


def _languages(codes: Iterable[str]) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(str(language_of(code)) for code in codes))
    except InvalidArgument as error:
        raise ValueError(f"languages: {error}") from error


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def _range(name: str, value: Any) -> tuple[Any, ...] | Range:
    if name not in (*CHOICES, *NUMBERS):
        raise ValueError(f"search: there is no {name}; there are {', '.join((*CHOICES, *NUMBERS))}")
    if isinstance(value, dict):
        if name in CHOICES or not {"low", "high"} <= value.keys() <= _RANGE:
            raise ValueError(f"search: {name}: a range has low and high, and may have log or step")
        low, high, step = (_number(name, value.get(part)) for part in ("low", "high", "step"))
        if low is None or high is None or low > high:
            raise ValueError(f"search: {name}: low is above high")
        log = value.get("log", False)
        if not isinstance(log, bool) or (log and (low <= 0 or step is not None)):
            raise ValueError(f"search: {name}: log is true or false, and true only of what is above 0, without a step")
        if step is not None and step <= 0:
            raise ValueError(f"search: {name}: a step is above 0")
        _check_bounds(name, (low, high))
        return Range(low=low, high=high, log=log, step=step)
    values = tuple(value) if isinstance(value, list) else (value,)
    if not values or any(each is None or isinstance(each, list | dict) for each in values):
        raise ValueError(f"search: {name}: there should be a value, or a list of some")
    if name == "method" and (wrong := [each for each in values if each not in METHODS]):
        raise ValueError(f"search: method: there is no {wrong[0]}; there are {', '.join(METHODS)}")
    if name in CHOICES:
        return tuple(map(str, values))
    numbers = tuple(_number(name, each) for each in values)
    _check_bounds(name, numbers)
    return numbers


def _check_bounds(name: str, numbers: Iterable[float]) -> None:
    if wrong := [each for each in numbers if not BOUNDS[name].hold(each)]:
        raise ValueError(f"search: {name}: {wrong[0]:g} should be {BOUNDS[name]}")


def _number(name: str, value: Any) -> Any:
    """A number as YAML has it, or as people write it: `1e-5` is a text to YAML."""
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"search: {name}: {value!r} is no number") from None
    if isinstance(value, bool) or not math.isfinite(number):
        raise ValueError(f"search: {name}: {value!r} is no number to count with")
    whole = isinstance(getattr(TrainingConfig(), name), int)
    if whole and number != int(number):
        raise ValueError(f"search: {name}: {value!r} is no whole number")
    return int(number) if whole else number
