"""The store's Redis scripts, one file each; `load` puts the shared parts in front."""

from functools import cache
from importlib import resources

#: What every script may use, in this order: each part uses the ones before it.
SHARED = ("basics", "webhooks", "common")


@cache
def load(name: str) -> str:
    """The text of script `name`, with the shared parts in front of it."""
    folder = resources.files(__package__)
    parts = [*SHARED, "delivery"] if name.startswith("delivery_") else SHARED
    return "".join((folder / f"{part}.lua").read_text(encoding="utf-8") for part in [*parts, name])
