"""The numbers of the paper (BERT-base, tables 3 to 5), in percent, under the names of `model.evaluation.sun2019`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Task -> names of its metrics, in the order of the numbers below.
METRICS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "semeval2014": (
            "aspect_precision",
            "aspect_recall",
            "aspect_f1",
            "accuracy_4way",
            "accuracy_3way",
            "accuracy_binary",
        ),
        "sentihood": (
            "aspect_strict_accuracy",
            "aspect_macro_f1",
            "aspect_macro_auc",
            "sentiment_accuracy",
            "sentiment_macro_auc",
        ),
    }
)

#: (task, method) -> its numbers.
PUBLISHED: Mapping[tuple[str, str], tuple[float, ...]] = MappingProxyType(
    {
        ("semeval2014", "single"): (92.78, 89.07, 90.89, 83.7, 86.9, 93.3),
        ("semeval2014", "QA-M"): (92.87, 90.24, 91.54, 85.2, 89.3, 95.4),
        ("semeval2014", "NLI-M"): (93.15, 90.24, 91.67, 85.1, 88.7, 94.4),
        ("semeval2014", "QA-B"): (93.04, 89.95, 91.47, 85.9, 89.9, 95.6),
        ("semeval2014", "NLI-B"): (93.57, 90.83, 92.18, 84.6, 88.7, 95.1),
        ("sentihood", "single"): (73.7, 81.0, 96.4, 85.5, 84.2),
        ("sentihood", "QA-M"): (79.4, 86.4, 97.0, 93.6, 96.4),
        ("sentihood", "NLI-M"): (78.3, 87.0, 97.5, 92.1, 96.5),
        ("sentihood", "QA-B"): (79.2, 87.9, 97.1, 93.3, 97.0),
        ("sentihood", "NLI-B"): (79.8, 87.5, 96.6, 92.8, 96.9),
    }
)
