"""A dashboard of Grafana's: what it has, and as which JSON."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SOURCE = {"type": "prometheus", "uid": "prometheus"}
#: Grafana's grid is 24 wide.
WIDTH = 24
#: A page asks anew so often, as often as Prometheus scrapes, and shows an hour: a point for each time, on any screen.
EVERY_S, SHOWN_S = 5, 3600
#: Of our own histograms of durations buckets name traces; of Flower's none do.
_TRACED = re.compile(r"\bkritiq_\w+_seconds_bucket\{")


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """A graph, or with `stat` one number; `queries` by what their line is called."""

    title: str
    queries: Mapping[str, str]
    unit: str = "short"
    text: str = ""
    stat: bool = False
    wide: int = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Dashboard:
    """A page of panels; `variables` are chosen at its top, from the labels that there are."""

    uid: str
    title: str
    panels: Sequence[Panel]
    #: Name -> a metric that has the label of that name.
    variables: Mapping[str, str] | None = None


def rendered(dashboard: Dashboard) -> str:
    """Grafana's JSON."""
    panels: list[dict[str, Any]] = []
    x = y = height = 0
    for number, panel in enumerate(dashboard.panels, 1):
        tall = 4 if panel.stat else 8
        if x + panel.wide > WIDTH:
            x, y, height = 0, y + height, 0
        height = max(height, tall)
        panels.append({
            "id": number, "type": "stat" if panel.stat else "timeseries",
            "title": panel.title, "description": panel.text,
            "gridPos": {"x": x, "y": y, "w": panel.wide, "h": tall}, "datasource": SOURCE,
            "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
            "interval": f"{EVERY_S}s", "maxDataPoints": SHOWN_S // EVERY_S,
            "targets": [
                {
                    "refId": chr(ord("A") + index), "expr": expression, "legendFormat": legend,
                    # One number is that of now; the last point of a line is up to `EVERY_S` old.
                    "instant": panel.stat, "range": not panel.stat,
                    "exemplar": not panel.stat and _TRACED.search(expression) is not None,
                }
                for index, (legend, expression) in enumerate(panel.queries.items())
            ],
        })  # fmt: skip
        x += panel.wide
    variables = [
        {"name": name, "type": "query", "datasource": SOURCE, "query": f"label_values({metric}, {name})", "refresh": 2}
        for name, metric in (dashboard.variables or {}).items()
    ]
    page = {
        "uid": dashboard.uid, "title": dashboard.title, "tags": ["kritiq"], "timezone": "browser", "schemaVersion": 39,
        "refresh": f"{EVERY_S}s", "time": {"from": f"now-{SHOWN_S // 60}m", "to": "now"},
        "templating": {"list": variables}, "panels": panels,
    }  # fmt: skip
    return json.dumps(page, indent=1) + "\n"
