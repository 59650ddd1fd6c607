"""The pictures of a sweep, as SVG: score against pace with the Pareto front, learning curves, importance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

WIDTH, HEIGHT, MARGIN = 640, 360, 56
#: What a machine may have, for programs that know no `sans-serif`.
FONTS = "Arial, Helvetica, Liberation Sans, DejaVu Sans, Noto Sans, Roboto, sans-serif"
INK, PAPER, FRONT, OTHERS = "#1c1c1c", "#ffffff", "#b3261e", "#6b7a90"


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What came of a trial that has ended."""

    number: int
    parameters: Mapping[str, Any]
    #: On the dev data; of one that was pruned, after its last epoch.
    acsa_f1: float
    #: None of one that was pruned: it was never measured.
    ms_a_sentence: float | None
    curve: Sequence[float]
    pruned: bool


def pareto(trials: Sequence[Trial]) -> list[Trial]:
    """Those that no other one beats in score and in pace, fastest first."""
    front: list[Trial] = []
    for each in sorted((t for t in trials if t.ms_a_sentence is not None), key=lambda t: (t.ms_a_sentence, -t.acsa_f1)):
        if not front or each.acsa_f1 > front[-1].acsa_f1:
            front.append(each)
    return front


def pareto_picture(trials: Sequence[Trial]) -> str:
    """Each trial that was measured as a dot, and a line through the front."""
    measured = [each for each in trials if each.ms_a_sentence is not None]
    points = [(float(each.ms_a_sentence or 0), each.acsa_f1) for each in measured]
    plane = _Plane(points)
    front = pareto(measured)
    on_it = {each.number for each in front}
    dots = [
        f'<circle cx="{x}" cy="{y}" r="4" fill="{FRONT if each.number in on_it else OTHERS}">'
        f"<title>trial {each.number}: {each.acsa_f1:.4f}, {each.ms_a_sentence} ms</title></circle>"
        for each, (x, y) in zip(measured, map(plane.at, points), strict=True)
    ]
    line = plane.line([(float(each.ms_a_sentence or 0), each.acsa_f1) for each in front], FRONT)
    return plane.picture("milliseconds a sentence", "F1 with polarity on the dev data", [line, *dots])


def curves_picture(trials: Sequence[Trial]) -> str:
    """F1 after each epoch of each trial; pruned ones are broken lines."""
    points = [(float(epoch), score) for each in trials for epoch, score in enumerate(each.curve, 1)]
    plane = _Plane(points)
    best = max(trials, key=lambda each: each.acsa_f1, default=None)
    lines = [
        plane.line(
            [(float(epoch), score) for epoch, score in enumerate(each.curve, 1)],
            FRONT if each is best else OTHERS,
            broken=each.pruned,
        )
        for each in trials
    ]
    return plane.picture("epoch", "F1 with polarity on the dev data", lines)


def importance_picture(importance: Mapping[str, float]) -> str:
    """A bar for each setting: the share of what differs between scores that goes with it."""
    height = MARGIN + 28 * max(1, len(importance))
    bars = [
        f'<text x="{MARGIN + 110}" y="{24 + 28 * row}" text-anchor="end">{escape(name)}</text>'
        f'<rect x="{MARGIN + 118}" y="{12 + 28 * row}" width="{round(380 * share, 1)}" height="16" fill="{FRONT}"/>'
        f'<text x="{MARGIN + 124 + round(380 * share, 1)}" y="{24 + 28 * row}">{share:.2f}</text>'
        for row, (name, share) in enumerate(importance.items())
    ]
    return _svg(height, bars)


class _Plane:
    """Where points of two numbers lie in a picture."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        xs, ys = [x for x, _ in points] or [0.0], [y for _, y in points] or [0.0]
        self._x, self._y = _span(xs), _span(ys)

    def at(self, point: tuple[float, float]) -> tuple[float, float]:
        (left, right), (low, high) = self._x, self._y
        x = MARGIN + (point[0] - left) / (right - left) * (WIDTH - 2 * MARGIN)
        y = HEIGHT - MARGIN - (point[1] - low) / (high - low) * (HEIGHT - 2 * MARGIN)
        return round(x, 1), round(y, 1)

    def line(self, points: Sequence[tuple[float, float]], colour: str, *, broken: bool = False) -> str:
        path = " ".join(f"{x},{y}" for x, y in map(self.at, points))
        dashes = ' stroke-dasharray="4 3"' if broken else ""
        return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"{dashes}/>'

    def picture(self, across: str, up: str, inside: Sequence[str]) -> str:
        bottom, right = HEIGHT - MARGIN, WIDTH - MARGIN
        axes = [
            f'<path d="M{MARGIN} {MARGIN}V{bottom}H{right}" fill="none" stroke="{INK}"/>',
            f'<text x="{MARGIN}" y="{bottom + 18}">{self._x[0]:.4g}</text>',
            f'<text x="{right}" y="{bottom + 18}" text-anchor="end">{self._x[1]:.4g}</text>',
            f'<text x="{MARGIN - 6}" y="{bottom}" text-anchor="end">{self._y[0]:.3f}</text>',
            f'<text x="{MARGIN - 6}" y="{MARGIN + 4}" text-anchor="end">{self._y[1]:.3f}</text>',
            f'<text x="{WIDTH / 2}" y="{HEIGHT - 14}" text-anchor="middle">{escape(across)}</text>',
            f'<text x="{MARGIN}" y="{MARGIN - 16}">{escape(up)}</text>',
        ]
        return _svg(HEIGHT, [*axes, *inside])


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _svg(height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="{FONTS}" font-size="12" fill="{INK}"><rect width="100%" height="100%" fill="{PAPER}"/>'
        f"{''.join(parts)}</svg>\n"
    )
