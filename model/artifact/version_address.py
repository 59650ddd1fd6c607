"""The address of a version in a store of models: `s3://bucket/models#name@digest`, or `folder#name@digest`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from model.version_name import DIGEST, NAME

_ADDRESS = re.compile(rf"(?P<store>.+)#(?P<name>{NAME})@(?P<digest>{DIGEST})", re.ASCII | re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionAddress:
    """A version, which nobody can change: its digest is that of its manifest, and so of all its files."""

    #: The store's own address: see `ModelStore`.
    store: str
    name: str
    #: SHA-256 in hexadecimal.
    digest: str

    @staticmethod
    def parse(text: str) -> VersionAddress | None:
        """None when the text is no such address."""
        found = _ADDRESS.fullmatch(text)
        return VersionAddress(**found.groupdict()) if found else None

    def __str__(self) -> str:
        return f"{self.store}#{self.name}@{self.digest}"
