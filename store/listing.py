"""What indexes hold by the time of its creation: pages of records, newest first, and ids from the oldest on."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import redis

T = TypeVar("T")

#: Time and id of an entry.
Place = tuple[int, str]
#: A listing looks at no more records than this for one page, unless looking costs less than reading one.
MOST_LOOKED_AT = 1000
#: Entries that are looked at in one go: at first, and at most.
_FIRST_SLICE, _LARGEST_SLICE = 100, 1000
#: Ids that are read at once where all of an index are gone through.
_STEP = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice(Generic[T]):
    """Some entries, and time and id after which the next ones begin; None at the end."""

    found: Sequence[T]
    next: Place | None = None


def newest(
    client: redis.Redis,
    indexes: Sequence[str],
    read: Callable[[list[str]], Sequence[T | None]],
    *,
    size: int,
    before: Place | None = None,
    since_ms: int | None = None,
    until_ms: int | None = None,
    most: int = MOST_LOOKED_AT,
    beside: Iterable[Place] = (),
) -> Slice[T]:
    """Up to `size` entries older than `before`, by their times in all of the indexes, and in what stands `beside` them.

    `read` gives each id's entry, or None for one that is not wanted. `most` are looked at.
    """
    found: list[T] = []
    last, looked = before, 0
    # Half as many again as are asked for: some may not fit, and each is a record to read.
    step = min(_FIRST_SLICE, size + size // 2 + 1)
    while looked < most:
        step = min(step, most - looked)
        places = behind(client, indexes, last, step, since_ms=since_ms, until_ms=until_ms, beside=beside)
        for place, entry in zip(places, read([name for _, name in places]), strict=True):
            last, looked = place, looked + 1
            if entry is not None:
                found.append(entry)
                if len(found) == size:
                    return Slice(found=found, next=last)
        if len(places) < step:
            return Slice(found=found)
        # Where little fits, much is looked at.
        step = min(_LARGEST_SLICE, 2 * step)
    return Slice(found=found, next=last)


def behind(
    client: redis.Redis,
    indexes: Sequence[str],
    before: Place | None,
    most: int,
    *,
    since_ms: int | None = None,
    until_ms: int | None = None,
    beside: Iterable[Place] = (),
) -> list[Place]:
    """The next `most` entries behind `before`, of these indexes and of those `beside` them: by time, then by id, both
    falling.
    """
    highest = [at for at in (until_ms, before[0] if before else None) if at is not None]
    top, lowest = min(highest, default="+inf"), "-inf" if since_ms is None else since_ms
    out = {row for row in beside if before is None or row < before}
    left, skip = dict.fromkeys(indexes, most), 0
    while left:
        pipe = client.pipeline(transaction=False)
        for index in left:
            pipe.zrevrangebyscore(index, top, lowest, start=skip, num=most, withscores=True)
        for index, raw in zip(list(left), pipe.execute(), strict=True):
            rows = [(int(score), name.decode()) for name, score in raw]
            older = [row for row in rows if before is None or row < before]
            out.update(older)
            left[index] -= len(older)
            # Of many that are of the time of `before`, some stand in front of it.
            if len(rows) < most or left[index] <= 0:
                del left[index]
        skip += most
    return sorted(out, reverse=True)[:most]


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
