"""What may be named by its id, or be given as it was answered."""

from typing import Protocol
from urllib.parse import quote


class Named(Protocol):
    """A job, a batch, an endpoint and so on."""

    @property
    def id(self) -> str:
        """Its id."""
        ...


def id_of(thing: str | Named) -> str:
    """The id of what is given by its id, or as it was answered."""
    return thing if isinstance(thing, str) else thing.id


def in_path(thing: str | Named) -> str:
    """Its id as a part of an address."""
    return quote(id_of(thing), safe="")
