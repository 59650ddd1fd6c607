"""The table, as Markdown."""

from collections.abc import Sequence

from bench.peers.figures import Figures, Row, median
from bench.peers.scale import Scale


def table(rows: Sequence[Row], scale: Scale, *, per_s: float) -> str:
    """A line for each row, in their order; ratios to direct prediction of the same rounds in parentheses."""
    head = (
        "",
        f"reviews/s, {scale.clients} clients (of direct)",
        "idle p50 / p99 ms",
        f"{per_s:.0f}/s open loop p50 / p99 ms",
        f"{scale.bulk:,} reviews s (of direct's rate)",
        f"answered of {scale.at_once} after SIGKILL",
    )
    return "\n".join([_line(head), _line(["---"] * len(head)), *(_line(_cells(row)) for row in rows)])


def _cells(row: Row) -> list[str]:
    if row.why_not:
        return [row.title, row.why_not.replace("|", "/"), *["–"] * 4]
    found = median(row.rounds)
    return [
        row.title,
        f"{found.reviews_per_s:.0f} ({row.rate_ratio:.2f})",
        f"{found.idle_p50_ms:.1f} / {found.idle_p99_ms:.1f}",
        _at_rate(found),
        f"{found.bulk_s:.1f} ({row.bulk_ratio:.2f})",
        "–" if found.answered is None else f"{found.answered:.0f}",
    ]


def _at_rate(found: Figures) -> str:
    if found.rate_p50_ms is None or found.rate_p99_ms is None:
        return "–"
    return f"{found.rate_p50_ms:.0f} / {found.rate_p99_ms:.0f}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
