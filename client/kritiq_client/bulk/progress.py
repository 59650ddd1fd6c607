"""How far a run is, for whoever looks at it."""

from pathlib import Path
from typing import Any

from kritiq_client.bulk.state import State


def bar(total: int, state: State, *, quiet: bool) -> Any:
    """A bar with the rows done, their rate and the time left, where somebody looks at a terminal."""
    from tqdm import tqdm  # type: ignore[import-untyped,unused-ignore]

    # `disable=None`: no bar where nobody looks at a terminal.
    return tqdm(total=total, initial=state.lines, unit=" reviews", disable=True if quiet else None)


def summed(state: State, out: Path) -> str:
    """All that was written, in one line."""
    parts = ", ".join(f"{count} {status}" for status, count in sorted(state.counts.items(), key=lambda item: -item[1]))
    return f"{reviews(state)}: {parts or 'nothing to do'} → {out}"


def stopped(state: State | None) -> str:
    """What is said of a run that somebody stopped, maybe before it began."""
    return f"Stopped after {reviews(state)}; the same command goes on from there."


def reviews(state: State | None) -> str:
    """How many were written."""
    count = state.lines if state is not None else 0
    return f"{count} {'review' if count == 1 else 'reviews'}"


def some_failed(state: State) -> bool:
    """Whether there is a review that should have a result and has none."""
    return state.counts["succeeded"] + state.counts["skipped"] < state.lines
