"""How limits on priorities are spelled in Redis: `high,normal`, or nothing where there is no limit."""

from collections.abc import Iterable

from jobs.request import Priority


def encode_priorities(priorities: Iterable[Priority]) -> str:
    """The only priorities that may be used."""
    return ",".join(priorities)


def decode_priorities(text: str | None) -> tuple[Priority, ...] | None:
    """The opposite of `encode_priorities`; None: no limit. Those of a newer version open nothing."""
    known = set(Priority)
    return None if text is None else tuple(Priority(name) for name in text.split(",") if name in known)
