"""What was reached beside what the paper says, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean, stdev

from model.reproduction.published import METRICS, PUBLISHED

#: Metric -> its column.
COLUMNS = {
    "aspect_precision": "P",
    "aspect_recall": "R",
    "aspect_f1": "F1",
    "accuracy_4way": "4-way",
    "accuracy_3way": "3-way",
    "accuracy_binary": "binary",
    "aspect_strict_accuracy": "aspect acc.",
    "aspect_macro_f1": "aspect F1",
    "aspect_macro_auc": "aspect AUC",
    "sentiment_accuracy": "sentiment acc.",
    "sentiment_macro_auc": "sentiment AUC",
}


def table(results: Mapping[str, Mapping[str, Sequence[Mapping[str, float]]]]) -> str:
    """Task by task: percent, mean and sample deviation over the seeds, and the paper's number in brackets."""
    lines: list[str] = []
    for task, methods in results.items():
        metrics = METRICS[task]
        seeds = max(map(len, methods.values()), default=0)
        lines += [f"{task}, {seeds} {'seed' if seeds == 1 else 'seeds'}; in brackets the paper's", ""]
        lines.append(f"| method | {' | '.join(COLUMNS[metric] for metric in metrics)} |")
        lines.append("|---" * (len(metrics) + 1) + "|")
        for method, runs in methods.items():
            cells = [
                f"{_spread([run[metric] for run in runs])} ({published})"
                for metric, published in zip(metrics, PUBLISHED[task, method], strict=True)
            ]
            lines.append(f"| {method} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _spread(values: Sequence[float]) -> str:
    """Of one seed there is no deviation."""
    average = f"{100 * mean(values):.2f}"
    return f"{average} ± {100 * stdev(values):.2f}" if len(values) > 1 else average
