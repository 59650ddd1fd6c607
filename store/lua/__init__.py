"""The store's Redis scripts, one file each; `load` puts the shared parts in front."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TypeVar

from webhooks.delivery import TRANSITIONS as DELIVERY_TRANSITIONS

State = TypeVar("State", bound=StrEnum)

#: What every script may use, in this order: each part uses the ones before it.
SHARED = ("clock", "delivery", "job")


@cache
def load(name: str) -> str:
    """The text of script `name` (`job/claim`), with the shared parts of `lib/` in front of it."""
    parts = [*SHARED, "endpoint_health"] if name.startswith("delivery/") else SHARED
    return header() + "".join(read(file) for file in (*(f"lib/{part}" for part in parts), name))


def header() -> str:
    """What scripts know from Python: the tables of states."""
    return table("DELIVERY_TRANSITIONS", DELIVERY_TRANSITIONS)


def table(name: str, transitions: Mapping[State, frozenset[State]]) -> str:
    """`transitions` as a Lua table of tables: `DELIVERY_TRANSITIONS.pending.sending` is true or nil.

    Sorted, so that every process has the same text and Redis keeps each script once.
    """
    rows = (
        f"  {before} = {{ {', '.join(f'{after} = true' for after in sorted(following))} }},\n"
        for before, following in sorted(transitions.items())
    )
    return f"local {name} = {{\n{''.join(rows)}}}\n"


def read(file: str) -> str:
    """The text of `file` (`lib/clock`, `job/claim`)."""
    return (resources.files(__package__) / f"{file}.lua").read_text(encoding="utf-8")
