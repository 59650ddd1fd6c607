"""A clock in the test's hands."""


class Clock:
    """Milliseconds since the epoch that pass only when the test says so."""

    def __init__(self, now_ms: int = 1_794_648_600_000) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms

    def advance(self, ms: int) -> None:
        self.now_ms += ms
