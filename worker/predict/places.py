"""What a worker knows of each version that it serves, and which give way when memory is short."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field

from jobs.reason import Figure, because, in_english
from model.errors import ModelError
from worker.predict.prepare import Preparer


class DoesNotFit(Exception):
    """A model alone is larger than the memory that there is for all."""


class Refused(Exception):
    """A model stays where it is although somebody asked for something else: `reason` is one of `IN_MEMORY`."""

    def __init__(self, code: str, **figures: Figure) -> None:
        self.reason = because(code, **figures)
        super().__init__(in_english(self.reason))


def may_pass(error: Exception) -> bool:
    """Whether what kept a model from being loaded may be over in a while: a hub or a disk that was away, or full."""
    return isinstance(error, OSError) or (isinstance(error, ModelError) and not error.permanent)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A version that can be loaded. `load` may raise whatever a model raises."""

    load: Callable[[], Preparer]
    #: Brings its files here, if they are not: that may take long, and nothing else waits for it.
    fetch: Callable[[], object] = lambda: None
    #: Whether they are here.
    here: Callable[[], bool] = lambda: True
    digest: str = ""
    #: About what its networks take in memory, by digest: their weights' files. Models share those with one digest.
    parts: Mapping[str, int] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """Of all its networks together."""
        return sum(self.parts.values())


@dataclass(kw_only=True, slots=True)
class Place:
    """What is known of one version."""

    source: Source | None
    loaded: Preparer | None = None
    used_at: float = 0.0
    since: int = 0
    jobs: int = 0
    error: str | None = None
    #: When it is to be asked for once more in spite of the error, by the shelf's clock.
    again_at: float | None = None
    #: It is on its way into memory: nothing is claimed for it until it is there.
    expected: bool = False
    #: Threads that are about to load it.
    loaders: int = 0
    #: Somebody asked for it to be loaded: it stays without work, too.
    kept: bool = False

    @property
    def bytes(self) -> int:
        return self.source.bytes if self.source else 0


def taken(places: Mapping[str, Place], source: Source) -> int:
    """Bytes of all networks that are in memory once `source` is, each counted once."""
    parts = dict(source.parts)
    for place in places.values():
        if place.loaded is not None and place.source is not None:
            parts |= place.source.parts
    return sum(parts.values())


def giving_way(
    places: Mapping[str, Place], source: Source, most_bytes: int, stay: Set[str] = frozenset()
) -> tuple[list[str], list[str] | None]:
    """Which versions have to leave memory before `source` fits beside the others, but none of those that `stay`: those
    first that nobody asked for, then those used longest ago. And which stay, if even so there is no room."""
    left = {name: each for name, each in places.items() if each.loaded is not None}
    may, out = [name for name, each in left.items() if each.source is not None and name not in stay], list[str]()
    for name in sorted(may, key=lambda name: (places[name].kept, places[name].used_at)):
        if taken(left, source) <= most_bytes:
            break
        del left[name]
        out.append(name)
    return out, None if taken(left, source) <= most_bytes else list(left)
