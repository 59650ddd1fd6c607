"""What an index holds by the time of its creation: pages of records, newest first, and ids from the oldest on."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import redis

T = TypeVar("T")

#: A listing looks at no more records than this for one page.
MOST_LOOKED_AT = 1000
_LARGEST_SLICE = 100
#: Ids that are read at once where all of an index are gone through.
_STEP = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice(Generic[T]):
    """Some entries, and time and id after which the next ones begin; None at the end."""

    found: Sequence[T]
    next: tuple[int, str] | None = None


def newest(
    client: redis.Redis,
    indexes: Sequence[str],
    read: Callable[[list[str]], Sequence[T | None]],
    *,
    size: int,
    before: tuple[int, str] | None = None,
    since_ms: int | None = None,
    until_ms: int | None = None,
) -> Slice[T]:
    """Up to `size` entries older than `before`, by the times in all of the indexes together.

    `read` gives each id's entry, or None for one that is not wanted.
    """
    highest = min(until_ms if until_ms is not None else math.inf, before[0] if before else math.inf)
    lowest = since_ms if since_ms is not None else "-inf"
    found: list[T] = []
    last: tuple[int, str] | None = None
    # Half as many again as are asked for: some may not fit, and each is a record to read.
    step = min(_LARGEST_SLICE, size + size // 2 + 1)
    for offset in range(0, MOST_LOOKED_AT, step):
        places = _slice(client, indexes, "+inf" if math.isinf(highest) else int(highest), lowest, offset, step)
        for place, entry in zip(places, read([name for _, name in places]), strict=True):
            if before is not None and place >= before:
                continue
            last = place
            if entry is not None:
                found.append(entry)
                if len(found) == size:
                    return Slice(found=found, next=last)
        if len(places) < step:
            return Slice(found=found)
    return Slice(found=found, next=last)


def _slice(
    client: redis.Redis, indexes: Sequence[str], highest: int | str, lowest: int | str, offset: int, step: int
) -> list[tuple[int, str]]:
    """Times and ids from `offset` on, newest first, up to `step` of them."""
    # Of several indexes the newest may all be in one.
    first, most = (offset, step) if len(indexes) == 1 else (0, offset + step)
    found = list[tuple[int, str]]()
    for index in indexes:
        rows: Any = client.zrevrangebyscore(index, highest, lowest, first, most, withscores=True)
        found += [(int(score), member.decode()) for member, score in rows]
    return found if len(indexes) == 1 else sorted(set(found), reverse=True)[offset : offset + step]


def oldest(client: redis.Redis, index: str, *, step: int = _STEP) -> Iterator[str]:
    """All ids in an index, `step` at a time, while some of them are taken out of it and others come."""
    since: int | str = "-inf"
    # Those of the last moment, which the next slice begins with again, unless they were taken out.
    named = set[str]()
    while True:
        rows: Any = client.zrangebyscore(index, since, "+inf", 0, step + len(named), withscores=True)
        found = [(int(score), member.decode()) for member, score in rows if member.decode() not in named]
        if not found:
            return
        yield from (name for _, name in found)
        last = found[-1][0]
        named = {name for at, name in found if at == last} | (named if last == since else set())
        since = last
