"""Numbers of things as messages say them."""

from __future__ import annotations


def counted(count: int, thing: str) -> str:
    """`1 label`, `2 labels`."""
    return f"{count} {thing}{'' if count == 1 else 's'}"
