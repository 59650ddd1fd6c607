"""The claims that this process holds."""

import threading
from collections.abc import Sequence

from jobs.job import Claim


class Held:
    """Claims by delivery tag, shared by the consumer's threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._claims: dict[str, Claim] = {}
        #: Whoever claims holds this until the claims are added: two lanes that both see nothing held would otherwise
        #: each take a suspect.
        self.claiming = threading.Lock()

    def add(self, claims: Sequence[Claim]) -> None:
        """These are ours now."""
        with self._lock:
            self._claims.update((claim.tag, claim) for claim in claims)

    def remove(self, claims: Sequence[Claim]) -> None:
        """These are not ours any more."""
        with self._lock:
            for claim in claims:
                self._claims.pop(claim.tag, None)

    def claims(self) -> list[Claim]:
        """All of them."""
        with self._lock:
            return list(self._claims.values())

    @property
    def suspect_single(self) -> bool:
        """Whether one of them is a review that was lost with a worker before."""
        with self._lock:
            return any(claim.suspect and not claim.chunk for claim in self._claims.values())

    def __bool__(self) -> bool:
        return bool(self._claims)
