"""A report's pictures, as SVG: they are as sharp on paper as on a screen."""

from collections.abc import Mapping, Sequence
from html import escape

from archive.report.shares import POLARITIES, judgements, share

#: Those of the console, on paper.
COLOURS = {"positive": "#3f9a72", "neutral": "#c9c3b8", "conflict": "#dda32f", "negative": "#c8493c"}
_INK, _LINE = "#2b211c", "#e4d7c5"
_WIDTH, _HEIGHT = 300, 16
_TREND_WIDTH, _TREND_HEIGHT, _TOP, _BOTTOM = 680, 156, 20, 24


def bar(polarities: Mapping[str, int], mark: float | None, label: str) -> str:
    """What was said of an aspect, as one bar; `mark`: the share that is positive elsewhere."""
    parts, at = [], 0.0
    for polarity in POLARITIES:
        wide = _WIDTH * polarities.get(polarity, 0) / max(1, judgements(polarities))
        if wide:
            parts.append(
                f'<rect x="{at:.1f}" y="3" width="{wide:.1f}" height="{_HEIGHT - 6}" fill="{COLOURS[polarity]}"/>'
            )
        at += wide
    if mark is not None:
        x = f"{_WIDTH * mark:.1f}"
        parts.append(f'<line x1="{x}" x2="{x}" y1="0" y2="{_HEIGHT}" stroke="{_INK}" stroke-width="2"/>')
    return _svg(_WIDTH, _HEIGHT, "".join(parts), label, 'preserveAspectRatio="none" class="bar"')


def trend(months: Sequence[tuple[str, Mapping[str, int]]], spelled: Sequence[str], label: str) -> str:
    """The share that is positive, month by month; `spelled` has each as words. A month without any is a gap."""
    floor = _TREND_HEIGHT - _BOTTOM
    step = _TREND_WIDTH / max(1, len(months))
    parts = [
        f'<line x1="0" x2="{_TREND_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="{_LINE}"/>'
        for y in (_TOP, (_TOP + floor) / 2, floor)
    ]
    run: list[str] = []
    runs = [run]
    for number, ((name, polarities), words) in enumerate(zip(months, spelled, strict=True)):
        x, value = step * (number + 0.5), share(polarities)
        parts.append(f'<text x="{x:.1f}" y="{_TREND_HEIGHT - 6}" class="tick">{escape(name)}</text>')
        if value is None:
            run = []
            runs.append(run)
            continue
        y = floor - (floor - _TOP) * value
        run.append(f"{x:.1f},{y:.1f}")
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{COLOURS["positive"]}"/>')
        parts.append(f'<text x="{x:.1f}" y="{y - 7:.1f}" class="value">{escape(words)}</text>')
    lines = [
        f'<polyline points="{" ".join(points)}" fill="none" stroke="{COLOURS["positive"]}" stroke-width="2"/>'
        for points in runs
        if len(points) > 1
    ]
    return _svg(_TREND_WIDTH, _TREND_HEIGHT, "".join([*lines, *parts]), label, 'class="trend"')


def _svg(width: int, height: int, inside: str, label: str, more: str) -> str:
    head = f'viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {head} {more}>{inside}</svg>'
