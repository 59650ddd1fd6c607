"""Beyond micro-F1: macro-F1, accuracy per polarity, confusion matrices, and slices of the sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from model.data.dataset import Example
from model.inputs.encoding import Ids
from model.scheme import Scheme
from model.text.language import detect_language

Flags = npt.NDArray[np.bool_]

NEGATION = re.compile(
    r"\b(nicht|nix|nichts|nie|niemals|niemand|kein\w*|ohne|weder|not|no|never|nothing|nobody|none|neither|without|"
    r"cannot|\w+n['’]t)\b",
    re.IGNORECASE,
)


def details(truth: Ids, predicted: Ids, examples: Sequence[Example], scheme: Scheme) -> dict[str, Any]:
    """What `kritiq evaluate` adds to the report; labels are (sentences, aspects) indices of polarities.

    macro_f1: means of F1 over the aspects that occur, without (`acd`) and with polarity (`acsa`), and over polarities.
    polarities: per polarity how many labels there are, which share of them was found with it, and F1; how many were
    found with whatever polarity, and which share of these with the right one.
    confusion: rows are the true, columns the predicted polarity, in the order of the scheme; in all and per aspect.
    """
    spoken, meant, right = predicted != scheme.none, truth != scheme.none, predicted == truth
    hits = {"acd": spoken & meant, "acsa": spoken & meant & right}
    occurring = (spoken | meant).any(0)
    return {
        "macro_f1": {
            **{name: _mean([_f1(hit[:, i], spoken[:, i], meant[:, i]) for i in np.flatnonzero(occurring)])
               for name, hit in hits.items()},
            "polarities": _mean(
                [_f1(right & (truth == i), predicted == i, truth == i) for i in _occurring(truth, predicted, scheme)]
            ),
        },
        "polarities": {
            polarity: {
                "accuracy": _share(right[truth == index]),
                "f1": round(_f1(right & (truth == index), predicted == index, truth == index), 4),
                "support": int((truth == index).sum()),
                **_of_found(hits["acd"] & (truth == index), right),
            }
            for index, polarity in enumerate(scheme.polarities)
        },
        "confusion": {
            "polarities": list(scheme.polarities),
            "all": confusion(truth, predicted, len(scheme.polarities)),
            "aspects": {
                aspect: confusion(truth[:, index], predicted[:, index], len(scheme.polarities))
                for index, aspect in enumerate(scheme.aspects)
            },
        },
        "slices": slices(truth, predicted, examples, scheme),
    }  # fmt: skip


def confusion(truth: Ids, predicted: Ids, count: int) -> list[list[int]]:
    """How often a true polarity (row) was predicted as another (column)."""
    cells: list[list[int]] = np.bincount(truth.ravel() * count + predicted.ravel(), minlength=count * count).reshape(
        count, count
    ).tolist()  # fmt: skip
    return cells


def slices(truth: Ids, predicted: Ids, examples: Sequence[Example], scheme: Scheme) -> dict[str, dict[str, Any]]:
    """Kind of slice -> its value -> sentences, micro-F1 without and with polarity, and of the opinions that were found
    how many there are and which share of them has the right polarity.
    """
    found: dict[str, dict[str, Any]] = {}
    for kind, value_of in SLICES.items():
        values = np.array([value_of(example) for example in examples], dtype=object)
        found[kind] = {
            value: _slice(truth[values == value], predicted[values == value], scheme) for value in sorted(set(values))
        }
    return found


def _slice(truth: Ids, predicted: Ids, scheme: Scheme) -> dict[str, Any]:
    spoken, meant, right = predicted != scheme.none, truth != scheme.none, predicted == truth
    found = spoken & meant
    return {
        "sentences": len(truth),
        "acd_f1": round(_f1(found, spoken, meant), 4),
        "acsa_f1": round(_f1(found & right, spoken, meant), 4),
        **_of_found(found, right),
    }


def _of_found(found: Flags, right: Flags) -> dict[str, Any]:
    return {"found": int(found.sum()), "polarity_accuracy": _share(right[found])}


def _length(example: Example) -> str:
    words = len(example.text.split())
    steps = ((5, "01-05 words"), (10, "06-10 words"), (20, "11-20 words"))
    return next((name for most, name in steps if words <= most), "21 words or more")


SLICES: Mapping[str, Callable[[Example], str]] = MappingProxyType(
    {
        "length": _length,
        "language": lambda example: detect_language(example.text),
        "negation": lambda example: "with" if NEGATION.search(example.text) else "without",
        "aspects": lambda example: f"{min(len(example.aspects), 3)}" + (" or more" if len(example.aspects) > 2 else ""),
    }
)


def _occurring(truth: Ids, predicted: Ids, scheme: Scheme) -> list[int]:
    found = set(np.unique(truth)) | set(np.unique(predicted))
    return [index for index in range(len(scheme.polarities)) if index in found and index != scheme.none]


def _f1(hit: Flags, spoken: Flags, meant: Flags) -> float:
    labels = int(spoken.sum()) + int(meant.sum())
    return 2 * int(hit.sum()) / labels if labels else 0.0


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if values else 0.0


def _share(right: Flags) -> float:
    return round(float(right.mean()), 4) if right.size else 0.0
