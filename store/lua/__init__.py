"""The store's Redis scripts, one file each; `load` puts the shared parts in front."""

from functools import cache
from importlib import resources

#: What every script may use, in this order: each part uses the ones before it.
SHARED = ("clock", "delivery", "job")


@cache
def load(name: str) -> str:
    """The text of script `name` (`job/claim`), with the shared parts of `lib/` in front of it."""
    folder = resources.files(__package__)
    parts = [*SHARED, "delivery_schedule"] if name.startswith("delivery/") else SHARED
    files = [*(f"lib/{part}" for part in parts), name]
    return "".join((folder / f"{file}.lua").read_text(encoding="utf-8") for file in files)
