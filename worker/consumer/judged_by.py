"""Which model judged what, in the words of logs, metrics and spans."""

from collections.abc import Mapping, Sequence

from jobs.job import Outcome


def judged_by(outcome: Outcome, own: Mapping[str, str]) -> tuple[str, str]:
    """Name and version; of the worker's `own` where an outcome names none."""
    model = outcome.model or own
    return model["name"], model["version"]


def all_judged_by(outcomes: Sequence[Outcome], own: Mapping[str, str]) -> tuple[str, str]:
    """Those of all of them, each once and in one order: names, and versions in the same places, with spaces between."""
    several = sorted({judged_by(outcome, own) for outcome in outcomes}) or [(own["name"], own["version"])]
    return " ".join(name for name, _ in several), " ".join(version for _, version in several)
