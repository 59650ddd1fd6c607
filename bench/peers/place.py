"""What an adapter is told: where to listen, what to load, where to leave what. Read by all environments: no library."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One start of a peer. It goes to the peer's processes as environment variables."""

    #: Where the peer answers, on loopback.
    port: int
    #: A private Redis, for peers that queue; empty for the others.
    redis: str
    #: The model's directory, and the tokens of a batch: the same for everybody.
    model: str
    budget: int
    #: The peer's own files, deleted when it was stopped. Every process that has loaded the model leaves its id there.
    scratch: Path

    @classmethod
    def told(cls) -> Self:
        """As this process was told. Raises KeyError when it was started by hand without."""
        return cls(
            port=int(os.environ["PEER_PORT"]),
            redis=os.environ["PEER_REDIS"],
            model=os.environ["PEER_MODEL"],
            budget=int(os.environ["PEER_BUDGET"]),
            scratch=Path(os.environ["PEER_SCRATCH"]),
        )

    def environment(self) -> dict[str, str]:
        """The variables that `told` reads."""
        return {
            "PEER_PORT": str(self.port),
            "PEER_REDIS": self.redis,
            "PEER_MODEL": self.model,
            "PEER_BUDGET": str(self.budget),
            "PEER_SCRATCH": str(self.scratch),
        }

    def note(self) -> None:
        """Say that this process has the model: it is one that the kill test kills."""
        (self.scratch / f"{os.getpid()}.model").touch()

    def noted(self) -> list[int]:
        """The processes that have said so, the first one first."""
        notes = sorted(self.scratch.glob("*.model"), key=lambda note: note.stat().st_mtime_ns)
        return [int(note.stem) for note in notes]
