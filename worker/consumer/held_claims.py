"""The claims that this process holds."""

import threading
from collections.abc import Sequence

from jobs.job import Claim


class HeldClaims:
    """Claims by delivery tag, shared by the consumer's threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._claims: dict[str, Claim] = {}
        #: Whoever claims holds this until the claims are added: two lanes that both see nothing held would otherwise
        #: each take a suspect.
        self.claiming = threading.Lock()
        #: Urgent work waits that only a worker which holds nothing is handed: no more bulk work until it has been.
        self.wanted_empty = False

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

    def exclude(self, *, bulk: bool) -> bool:
        """Whether nothing more may be claimed now.

        A review that was lost with a worker before is alone: were it to kill this one too, others would be blamed with
        it. A chunk that was, is without other bulk work; single reviews do not wait for it.
        """
        with self._lock:
            found = any(claim.suspect and (bulk or not claim.chunk) for claim in self._claims.values())
        return found or (bulk and self.wanted_empty)

    def __bool__(self) -> bool:
        return bool(self._claims)
