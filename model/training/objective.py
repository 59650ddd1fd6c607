"""What training minimises: cross-entropy over the rows of a method, with class weights and smoothed labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from model.errors import DataError
from model.inputs.auxiliary import Method
from model.inputs.encoding import Ids
from model.runtime.judgement import SentenceJudgement

#: The number of a layer in the name of a parameter.
LAYER = re.compile(r"\blayers?\.(\d+)\.")


def targets(truth: Ids, method: Method) -> Ids:
    """Labels (sentences, aspects) as targets of the method's rows, sentence by sentence.

    `single`: (sentences, aspects); M methods: (rows, 1), the polarity; B methods: (rows, 1), 1 where the pair is true.
    """
    if method.name == "single":
        return truth
    if not method.binary:
        return truth.reshape(-1, 1)
    true: Ids = (truth[..., None] == np.arange(len(method.scheme.polarities))).astype(np.int64)
    return true.reshape(-1, 1)


def class_weights(rows: Ids, classes: int, power: float) -> Tensor:
    """Weights (classes,) that fall with a class's frequency to the given power, their mean over the rows 1.

    Power 0 weighs all rows alike, 1 all classes alike.
    """
    counts = np.bincount(rows.ravel(), minlength=classes).clip(1).astype(np.float64)
    weights = counts**-power
    return torch.from_numpy(weights * (counts.sum() / (weights * counts).sum())).float()


def loss(logits: Tensor, rows: Tensor, weights: Tensor, smoothing: float) -> Tensor:
    """Mean over rows of the summed cross-entropies of a row; logits (..., rows, outputs), targets (rows, heads), or
    probabilities (rows, heads, classes), which are as smooth as they are to be.

    Leading dimensions are members of an ensemble, which learn side by side: their losses add up.
    """
    heads = rows.shape[1]
    shaped = logits.reshape(*logits.shape[:-1], heads, -1)
    if rows.is_floating_point():
        return -(functional.log_softmax(shaped.float(), -1) * rows * weights).sum() / rows.shape[0]
    wanted = rows.expand(shaped.shape[:-1])
    total = functional.cross_entropy(
        shaped.flatten(0, -2).float(), wanted.flatten(), weight=weights, label_smoothing=smoothing, reduction="sum"
    )
    return total / rows.shape[0]


def surprise(judged: Sequence[SentenceJudgement], truth: Ids) -> float:
    """Mean negative log-likelihood of the true polarities (sentences, aspects), by the scores of the judgements.

    To four digits: what differs by less is a tie.
    """
    scores = np.array([judgement.scores for judgement in judged], dtype=np.float64).reshape(*truth.shape, -1)
    likely = np.take_along_axis(scores, truth[..., None], -1)
    return round(float(-np.log(likely.clip(1e-9)).mean()), 4)


def groups(
    network: Any, *, freeze: tuple[str, ...], slow: tuple[str, ...], slow_factor: float, layer_decay: float
) -> list[dict[str, Any]]:
    """Parameter groups for an optimizer, each with the `factor` of its learning rate.

    Parameters whose names begin as in `freeze` stop learning, those that begin as in `slow` learn slower: of numbered
    layers the last one by `slow_factor`, each one below by `layer_decay` slower than the one above. Raises DataError
    when none is left that learns.
    """
    by_factor: dict[float, list[Any]] = {}
    numbered = {name: int(found[1]) for name, _ in network.named_parameters() if (found := LAYER.search(name))}
    last = max((number for name, number in numbered.items() if slow and name.startswith(slow)), default=0)
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(not (freeze and name.startswith(freeze)))
        if parameter.requires_grad:
            factor = 1.0
            if slow and name.startswith(slow):
                factor = slow_factor * layer_decay ** (last - numbered.get(name, last))
            by_factor.setdefault(factor, []).append(parameter)
    if not by_factor:
        raise DataError(f"--freeze leaves nothing that learns: every parameter begins with {' or '.join(freeze)!s}")
    return [{"params": parameters, "factor": factor} for factor, parameters in sorted(by_factor.items())]


def check_names(network: Any, option: str, beginnings: Sequence[str]) -> None:
    """Raises DataError when no parameter's name begins as one of `beginnings`: `option` would do nothing."""
    names = [name for name, _ in network.named_parameters()]
    for beginning in beginnings:
        if not beginning or not any(name.startswith(beginning) for name in names):
            heads = ", ".join(dict.fromkeys(name.partition(".")[0] + "." for name in names))
            raise DataError(f"{option}: no parameter's name begins with {beginning!r}; they begin with {heads}")
