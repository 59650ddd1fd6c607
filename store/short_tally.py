"""What a job added to its restaurant's summary, in few bytes (`tallied`): `food+2,service-`, as `lib/job_end.lua` reads
it."""

import re

import orjson

from store.short_result import SIGNS

#: What can be told from the signs between which it stands.
_ASPECT = re.compile(r"[^,+=~{|\-]+")


def shortened(tally: bytes, restaurant: bytes, day: bytes) -> bytes | None:
    """The tally that a record remembers, of this restaurant and day; None: it is to stay as it is."""
    days = orjson.loads(tally)
    counts = days.get(restaurant.decode(), {}).get(day.decode()) if len(days) == 1 else None
    if not counts or len(days[restaurant.decode()]) != 1:
        return None
    parts = []
    for name, sentences in counts.items():
        aspect, _, polarity = name.rpartition("|")
        if polarity not in SIGNS or not _ASPECT.fullmatch(aspect):
            return None
        parts.append(f"{aspect}{SIGNS[polarity]}{'' if sentences == 1 else sentences}")
    return ",".join(parts).encode()
