"""Which version of a model judges a job, in memory: what `store/lua/lib/choice.lua` does in Redis."""

import hashlib
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence

from jobs.alias import Alias
from jobs.choice import DEFAULT, Choice
from jobs.errors import AliasMoved
from jobs.lane import Lane
from store import queues
from tests.support.model_queries import Record

#: Tenant and id of a job.
Item = tuple[str, str]


class ModelAliases:
    """See `store.aliases.AliasStore`."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now = now_ms
        self._aliases: dict[str, Alias] = {}
        #: What the chunks of a batch have in common, by tenant and batch.
        self._of_batches: dict[tuple[str, str], Choice] = {}

    def all(self) -> dict[str, Alias]:
        return dict(self._aliases)

    def move(self, name: str, versions: Mapping[str, int], *, revision: int, shadow: str | None = None) -> Alias:
        known = self._aliases.get(name)
        if (known.revision if known else 0) != revision:
            raise AliasMoved
        moved = Alias(name=name, revision=revision + 1, versions=versions, shadow=shadow, at=self._now())
        self._aliases[name] = moved
        return moved

    def choice(self, record: Record) -> Choice | None:
        """What judges the job; None: whatever its worker has."""
        job = record.job
        if record.choice is not None:
            return record.choice
        wants = job.request.model or DEFAULT
        if "/" in wants:
            return Choice(version=wants)
        alias = self._aliases.get(wants)
        if alias is None:
            return None
        if record.batch is None:
            return _looked_up(alias, job.request.restaurant or job.id)
        what = job.request.restaurant or record.batch
        return self._of_batches.setdefault((job.tenant, record.batch), _looked_up(alias, what))


def _looked_up(alias: Alias, what: str) -> Choice:
    if len(alias.versions) == 1:
        return Choice(version=next(iter(alias.versions)), alias=alias.name, shadow=alias.shadow)
    digest = hashlib.sha1(f"{alias.name}\n{what}".encode(), usedforsecurity=False).hexdigest()
    point = int(digest[:8], 16) * sum(alias.versions.values()) >> 32
    for version, share in alias.versions.items():
        if point < share:
            return Choice(version=version, alias=alias.name, share=share, shadow=alias.shadow)
        point -= share
    raise AssertionError("the shares add up to the whole")


class PassedOn:
    """Jobs that wait for a worker with their version of a model, by lane and version."""

    def __init__(self) -> None:
        self._lists: defaultdict[tuple[Lane, str], deque[Item]] = defaultdict(deque)

    def __iter__(self) -> Iterator[Item]:
        for waiting in self._lists.values():
            yield from waiting

    def put(self, queue: str, version: str, item: Item) -> None:
        """A worker that has taken it from `queue` does not serve the version."""
        self._lists[queues.LANE_OF[queue], version].append(item)

    def put_back(self, where: tuple[Lane, str], item: Item) -> None:
        """In front of the others."""
        self._lists[where].appendleft(item)

    def of(self, lane: Lane | None, serves: Sequence[str]) -> Iterator[tuple[tuple[Lane, str], deque[Item]]]:
        """Where a worker looks that serves these versions, in order."""
        for each in Lane if lane is None else (lane,):
            for version in serves:
                yield (each, version), self._lists[each, version]
