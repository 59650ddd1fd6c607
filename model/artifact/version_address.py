"""The address of a version in a store of models: `s3://bucket/models#name@digest`, `folder#name@digest`, or
`hub:owner/name@commit#name@digest`, of which the last two words may be left away."""

from __future__ import annotations

import re
from dataclasses import dataclass

from model.artifact.hub_address import HUB
from model.version_name import DIGEST, NAME

_ADDRESS = re.compile(rf"(?P<store>.+)#(?P<name>{NAME})@(?P<digest>{DIGEST})", re.ASCII | re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionAddress:
    """A version, which nobody can change: its digest is that of its manifest, and so of all its files."""

    #: The store's own address: see `ModelStore` and `HubStore`.
    store: str
    name: str
    #: SHA-256 in hexadecimal.
    digest: str

    @staticmethod
    def parse(text: str) -> VersionAddress | None:
        """None when the text is no such address."""
        found = _ADDRESS.fullmatch(text)
        return VersionAddress(**found.groupdict()) if found else None

    def lies_in(self, store: str) -> bool:
        """Whether it is of the store with this address; a hub's repository has its commits."""
        return self.store == store or (store.startswith(HUB) and self.store.startswith(f"{store}@"))

    def __str__(self) -> str:
        return f"{self.store}#{self.name}@{self.digest}"
