"""How many requests of a process may wait at once, and how many of an organisation."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.http.problems import TooManyOfYoursWaiting, TooManyWaiting


class Places:
    """`most` for all, and as many as `own` says for an organisation (0: as many as there are)."""

    def __init__(self, most: int, own: Callable[[str], int]) -> None:
        self._most, self._own = most, own
        self._lock = threading.Lock()
        self._of: Counter[str] = Counter()
        self._taken = 0

    @contextmanager
    def take(self, tenant: str) -> Iterator[None]:
        """One of them, for a while. Raises TooManyWaiting, and TooManyOfYoursWaiting."""
        own = self._own(tenant)
        with self._lock:
            if own and self._of[tenant] >= own:
                raise TooManyOfYoursWaiting(
                    f"{own} requests of your organisation wait or listen already: ask without waiting.", retry_after_s=5
                )
            if self._taken >= self._most:
                raise TooManyWaiting
            self._of[tenant] += 1
            self._taken += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken -= 1
                self._of[tenant] -= 1
                if not self._of[tenant]:
                    del self._of[tenant]
