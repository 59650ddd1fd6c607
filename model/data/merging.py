"""Several opinions on one aspect of a sentence become one label."""

from __future__ import annotations


def one_polarity(polarities: set[str]) -> str:
    """The polarity of an aspect of which several are said: two polar ones conflict, neutral yields to a polar one."""
    polar = polarities - {"neutral"}
    if not polar:
        return "neutral"
    return next(iter(polar)) if len(polar) == 1 else "conflict"
