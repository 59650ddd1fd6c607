"""JSON of labelled data: a member that stands twice is an error, and line breaks and tabs need no escape."""

from __future__ import annotations

import json
from typing import Any


def loads(text: str) -> Any:
    """The value of a JSON text. Raises ValueError, also for a member that stands twice, and RecursionError."""
    return json.loads(text, object_pairs_hook=_once, strict=False)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the member {next(name for name in names if names.count(name) > 1)!r} stands there twice")
    return members
