"""The geometry of the trend: points in, an SVG path and circles out. The page only places them."""

from dataclasses import dataclass
from datetime import date

from examples.dashboard.report import Point
from examples.dashboard.selection import Selection
from examples.dashboard.texts import Words

#: The newest days, or the newest reviews, that are drawn, and over how many reviews the latter are averaged.
DAYS = 30
REVIEWS = 50
WINDOW = 10

#: Left and right of the first and last point, in percent of the width, so that no circle is cut.
MARGIN = 2.0


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One point of the trend."""

    x: float  # percent of the width
    y: float  # percent of the height, from above
    radius: float
    label: str
    value: str
    count: str


@dataclass(frozen=True, kw_only=True)
class Trend:
    """The whole drawing, in a square of 100 by 100 that the page stretches."""

    line: str
    area: str
    marks: tuple[Mark, ...]


def smoothed(points: list[Point]) -> list[Point]:
    """A moving sum over WINDOW reviews: a single review is all or nothing and would draw a saw."""
    return [
        Point(
            at=point.at,
            positive=sum(each.positive for each in points[max(0, number - WINDOW + 1) : number + 1]),
            total=sum(each.total for each in points[max(0, number - WINDOW + 1) : number + 1]),
        )
        for number, point in enumerate(points)
    ][-REVIEWS:]


def draw(points: list[Point], chosen: Selection, words: Words) -> Trend:
    """Place the points: by date when the trend is per day, evenly when it is per review."""
    if chosen.trend == "day":
        places = [float(date.fromisoformat(point.at).toordinal()) for point in points]
    else:
        places = [float(number) for number in range(len(points))]
    marks = tuple(
        Mark(
            x=_x(place, places),
            y=round(100 - 100 * point.positive / point.total, 2),
            radius=round(2.5 + min(2.5, 0.3 * (point.total - 1) ** 0.5), 2),
            label=words.day(point.at),
            value=words.percent(point.positive, point.total),
            count=words.counted("judgements", point.total),
        )
        for place, point in zip(places, points, strict=True)
    )
    line = "".join(f"{'L' if number else 'M'}{mark.x} {mark.y}" for number, mark in enumerate(marks))
    area = f"{line}L{marks[-1].x} 100L{marks[0].x} 100Z" if len(marks) > 1 else ""
    return Trend(line=line if len(marks) > 1 else "", area=area, marks=marks)


def _x(place: float, places: list[float]) -> float:
    first, last = places[0], places[-1]
    part = (place - first) / (last - first) if last > first else 0.5
    return round(MARGIN + (100 - 2 * MARGIN) * part, 2)
