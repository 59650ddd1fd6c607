"""Members of JSON objects by their usual names, however these are written; of objects inside others by a path."""

from collections.abc import Iterable, Mapping
from typing import Any

from kritiq_client.bulk.text_objects import is_empty
from kritiq_client.bulk.usual_names import PLAIN_USUAL, USUAL, plain


def names_as_usual(members: Mapping[str, Any]) -> Mapping[str, Any]:
    """With the usual names as they are usually written, where an object has them in other letters: `Text`, `ID`.

    One that is there in two ways is none.
    """
    if USUAL.issuperset(members):
        return members
    written: dict[str, list[str]] = {}
    for name in members:
        written.setdefault(plain(name), []).append(name)
    found = {
        usual: members[names[0]]
        for usual, read in PLAIN_USUAL.items()
        if usual not in members and (names := written.get(read)) is not None and len(names) == 1
    }
    return {**members, **found}


def has(members: Mapping[str, Any], name: str) -> bool:
    """Whether there is a member of that name, or at that path."""
    if name in members:
        return True
    first, _, rest = name.partition(".")
    return bool(rest) and isinstance(inner := members.get(first), dict) and has(inner, rest)


def member(members: Mapping[str, Any], name: str) -> Any:
    """The member of that name, or at that path (`reviewer.displayName`); None where there is none."""
    if name in members:
        return members[name]
    first, _, rest = name.partition(".")
    inner = members.get(first) if rest else None
    return member(inner, rest) if isinstance(inner, dict) else None


def filled(members: Mapping[str, Any], names: Iterable[str]) -> str | None:
    """The first of some members that has something in it."""
    return next((name for name in names if not is_empty(member(members, name))), None)
