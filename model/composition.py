"""A model that is made of others: which they are, and how their answers become one.

`ensemble`: all members judge every sentence. `cascade`: the first judges every sentence, the others only those of which
it is unsure. Members stay model directories of their own, named by digest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from model.errors import MissingFile
from model.version_name import VERSION_NAME

ENSEMBLE, CASCADE = "ensemble", "cascade"
KINDS = (ENSEMBLE, CASCADE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One of the models that a composition is made of."""

    name: str
    #: Where it lies, from the composition's directory, with slashes.
    path: str
    #: SHA-256 of its manifest, and so of all its files.
    digest: str
    #: By how much its log-probabilities count, by aspect.
    weights: tuple[float, ...]

    def directory(self, of: Path) -> Path:
        """Where it is for the composition in `of`: beside it as caches keep versions, or at its path.

        A version in a cache has its members there: its path is of the machine where it was made, and is not looked at.
        Raises MissingFile when it is nowhere.
        """
        place = of.absolute()
        cached, there = place.parent / f"{self.name}@{self.digest}", of / self.path
        for each in (cached,) if VERSION_NAME.fullmatch(place.name) else (cached, there):
            if each.is_dir():
                return each
        raise MissingFile(f"{of} is made of {self.name}, which is missing: there is no {each}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Composition:
    """How members judge together."""

    kind: str
    members: tuple[Member, ...]
    #: A cascade's first member is unsure of a sentence when more labels than this are expected to be wrong: the sum
    #: over the aspects of what its confidence is short of 1.
    unsure: float = 0.0
    #: Logits are divided by it before they become confidences: of what all judged, and of what only the first did.
    temperature: float = 1.0
    first_temperature: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no kind of model {self.kind!r}; there are {', '.join(KINDS)}")
        if len(self.members) < 2:
            raise ValueError("a composition has two members or more")
        numbers = (
            self.unsure,
            self.temperature,
            self.first_temperature,
            *(w for each in self.members for w in each.weights),
        )
        if not all(map(math.isfinite, numbers)):
            raise ValueError("weights, threshold and temperatures are numbers to count with")
        if min(self.temperature, self.first_temperature) <= 0:
            raise ValueError("a temperature is greater than 0")
        for member in self.members:
            if PurePosixPath(member.path).is_absolute() or not member.path:
                raise ValueError(f"{member.path!r} is no path from the composition's directory")
            # They are parts of paths, in caches and stores.
            if not VERSION_NAME.fullmatch(f"{member.name}@{member.digest}"):
                raise ValueError(f"{member.name!r} with the digest {member.digest!r} is no member")

    def to_dict(self) -> dict[str, Any]:
        """For kritiq.json."""
        return {
            "kind": self.kind,
            "members": [
                {"name": each.name, "path": each.path, "digest": each.digest, "weights": list(each.weights)}
                for each in self.members
            ],
            **({"unsure": self.unsure, "first_temperature": self.first_temperature} if self.kind == CASCADE else {}),
            "temperature": self.temperature,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], aspects: int) -> Composition:
        """Raises KeyError, TypeError or ValueError when the data is none for a scheme of so many aspects."""
        members = tuple(
            Member(
                name=str(each["name"]),
                path=str(each["path"]),
                digest=str(each["digest"]),
                weights=tuple(map(float, each["weights"])),
            )
            for each in data["members"]
        )
        if any(len(each.weights) != aspects for each in members):
            raise ValueError(f"a member needs a weight for each of the {aspects} aspects")
        return cls(
            kind=str(data["kind"]),
            members=members,
            unsure=float(data.get("unsure", 0.0)),
            temperature=float(data["temperature"]),
            first_temperature=float(data.get("first_temperature", 1.0)),
        )
