"""A key of Redis: its name, type, owner and lifetime."""

import hashlib
import re
from enum import StrEnum
from typing import Self


class Kind(StrEnum):
    """Redis' types, and channels."""

    HASH = "hash"
    ZSET = "sorted set"
    LIST = "list"
    STRING = "string"
    STREAM = "stream"
    CHANNEL = "channel"


class Key(str):
    """A key's name. One with `{parts}` is called with them: `JOB(tenant, job_id)`."""

    #: The parts between the braces, in order.
    parts: tuple[str, ...]
    kind: Kind
    #: Which processes write it.
    owner: str
    #: What it holds, and when it goes.
    holds: str

    def __new__(cls, pattern: str, kind: Kind, owner: str, holds: str) -> Self:
        key = super().__new__(cls, pattern)
        key.parts = tuple(re.findall(r"\{(\w+)\}", pattern))
        key.kind, key.owner, key.holds = kind, owner, holds
        return key

    def __call__(self, *parts: str) -> str:
        """The key for these parts."""
        return self.format(**dict(zip(self.parts, parts, strict=True)))

    def lua(self) -> str:
        """A Lua expression: the name, or a function that makes it of its parts."""
        pieces = re.split(r"\{(\w+)\}", self)
        spelled = " .. ".join(piece if number % 2 else f"'{piece}'" for number, piece in enumerate(pieces) if piece)
        return f"function({', '.join(self.parts)}) return {spelled} end" if self.parts else spelled


def author_digest(external_author: str) -> str:
    """What stands for an author in keys, which name no people. 128 bits of SHA-256."""
    return hashlib.sha256(external_author.encode("utf-8", "surrogatepass")).hexdigest()[:32]
