"""The panels of the shipped dashboards, and what each shows at a moment: as Grafana asks for it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.prometheus import Prometheus

FOLDER = Path(__file__).parents[2] / "deploy" / "grafana" / "dashboards"
#: What people choose at the top of a page.
CHOSEN = {"queue": "normal"}
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_LABEL = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """One query of a panel; `legend` is what its lines are called, with labels as `{{label}}`."""

    legend: str
    expression: str
    exemplars: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """A panel of a page."""

    dashboard: str
    title: str
    queries: Sequence[Query]
    #: Seconds between two points of its lines: the last one stands at a whole multiple. None: one number, of now.
    step_s: float | None
    #: How often its page asks anew, in seconds.
    refresh_s: float

    def lines(self, prometheus: Prometheus, now: float) -> dict[str, float]:
        """What each line ends with at `now`, in Unix seconds; a line without a point is not there."""
        at = now if self.step_s is None else now // self.step_s * self.step_s
        return {
            _named(query.legend, sample.labels): sample.value
            for query in self.queries
            for sample in prometheus.samples(query.expression, at=at)
        }


def panels(chosen: Mapping[str, str] = CHOSEN) -> list[Panel]:
    """All of them."""
    pages = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))]
    return [_panel(page, panel, chosen) for page in pages for panel in page["panels"]]


def panel(dashboard: str, title: str) -> Panel:
    """The one of that title. Raises LookupError."""
    for each in panels():
        if (each.dashboard, each.title) == (dashboard, title):
            return each
    raise LookupError(f"{dashboard} has no panel {title}")


def _panel(page: Mapping[str, Any], panel: Mapping[str, Any], chosen: Mapping[str, str]) -> Panel:
    queries = [
        Query(
            legend=target["legendFormat"], expression=_with(chosen, target["expr"]),
            exemplars=target.get("exemplar", False),
        )
        for target in panel["targets"]
    ]  # fmt: skip
    instant = all(target.get("instant", False) for target in panel["targets"])
    width_s = _seconds(page["time"]["from"].removeprefix("now-"))
    return Panel(
        dashboard=page["uid"], title=panel["title"], queries=queries, refresh_s=_seconds(page["refresh"]),
        # Grafana draws no more points than `maxDataPoints`, and none closer than `interval`.
        step_s=None if instant else max(_seconds(panel["interval"]), width_s / panel["maxDataPoints"]),
    )  # fmt: skip


def _with(chosen: Mapping[str, str], expression: str) -> str:
    for name, value in chosen.items():
        expression = expression.replace(f"${name}", value)
    return expression


def _seconds(text: str) -> float:
    return float(text[:-1]) * _SECONDS[text[-1]]


def _named(legend: str, labels: Mapping[str, str]) -> str:
    return _LABEL.sub(lambda found: labels.get(found[1], ""), legend)
