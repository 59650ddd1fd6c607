"""JSON of labelled data: a member that stands twice is an error, and line breaks and tabs need no escape."""

from __future__ import annotations

import json
from typing import Any


class DoubledMember(ValueError):
    """A member that stands twice: one of the two would be lost."""


def loads(text: str) -> Any:
    """The value of a JSON text. Raises ValueError, DoubledMember for a member that stands twice, and RecursionError."""
    return json.loads(text, object_pairs_hook=once, strict=False)


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The members of an object, for a decoder. Raises DoubledMember."""
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        raise DoubledMember(f"the member {next(name for name in names if names.count(name) > 1)!r} stands there twice")
    return members
