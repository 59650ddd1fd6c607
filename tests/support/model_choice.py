"""Which version of a model judges a job, in memory: what `store/lua/lib/choice.lua` does in Redis."""

import hashlib
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from jobs.alias import Alias
from jobs.choice import DEFAULT, Choice
from jobs.errors import AliasMoved, NotFound, NotOneVersion
from jobs.lane import Lane
from jobs.rollout import Rollout
from store import queues
from tests.support.model_queries import Record

#: Tenant and id of a job.
Item = tuple[str, str]


class ModelAliases:
    """See `store.aliases.AliasStore`."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now = now_ms
        self._aliases: dict[str, Alias] = {}
        #: The highest revision of one that was deleted.
        self._last = 0
        #: What the chunks of a batch have in common, by tenant and batch.
        self._of_batches: dict[tuple[str, str, str], Choice] = {}
        #: Jobs that workers with the candidates of rollouts were lost with, by alias and the rollout's number.
        self.lost = Counter[tuple[str, int]]()

    def all(self) -> dict[str, Alias]:
        return dict(self._aliases)

    def move(
        self, name: str, versions: Mapping[str, int], *, revision: int, shadow: str | None = None, compare: int = 0
    ) -> Alias:
        known = self._aliases.get(name)
        if known is not None and known.revision == revision and known.stands_for(versions, shadow, compare):
            return known
        rollout = known.rollout.overtaken(versions, self._now()) if known and known.rollout else None
        return self._move(
            Alias(
                name=name,
                revision=revision + 1,
                versions=versions,
                shadow=shadow,
                compare=compare,
                at=self._now(),
                rollout=rollout,
            )
        )

    def roll_out(self, name: str, candidate: str, *, revision: int) -> Alias:
        known = self._aliases.get(name)
        going_on = known is not None and known.rollout is not None and not known.rollout.state.terminal
        if known is None or going_on or known.shadow or len(known.versions) > 1 or candidate in known.versions:
            raise NotOneVersion
        [stable] = known.versions
        rollout = Rollout(number=revision + 1, stable=stable, candidate=candidate)
        moved = Alias(name=name, revision=revision + 1, versions=rollout.versions, rollout=rollout)
        moved = self._move(moved)
        self.lost = Counter({of: count for of, count in self.lost.items() if of[0] != name})
        return moved

    def delete(self, name: str, *, revision: int) -> None:
        known = self._aliases.get(name)
        if known is None:
            raise NotFound
        if known.revision != revision:
            raise AliasMoved
        del self._aliases[name]
        self._last = max(self._last, revision)
        self.lost = Counter({of: count for of, count in self.lost.items() if of[0] != name})

    def decide(self, alias: Alias, to: Rollout) -> Alias:
        return self._move(replace(alias, revision=alias.revision + 1, versions=to.versions, rollout=to))

    def _move(self, to: Alias) -> Alias:
        known = self._aliases.get(to.name)
        if (known.revision if known else 0) != to.revision - 1:
            raise AliasMoved
        if known is None:
            to = to.renumbered(self._last + 1)
        self._aliases[to.name] = to
        return to

    def choice(self, record: Record, gone: str = "") -> Choice | None:
        """What judges the job; None: whatever its worker has. No worker serves `gone`."""
        job = record.job
        if record.choice is not None and self._held(record.choice, gone):
            return record.choice
        wants = job.request.model or DEFAULT
        if "/" in wants:
            return Choice(version=wants)
        if wants not in self._aliases:
            wants = DEFAULT
        alias = self._aliases.get(wants)
        if alias is None:
            return None
        if record.batch is None:
            return self._compared(_looked_up(alias, job.request.restaurant or job.id), job.id)
        of_batch = job.tenant, record.batch, wants
        if of_batch not in self._of_batches or not self._held(self._of_batches[of_batch], gone):
            self._of_batches[of_batch] = _looked_up(alias, job.request.restaurant or record.batch)
        return self._compared(self._of_batches[of_batch], job.id)

    def _compared(self, choice: Choice, id: str) -> Choice:
        """A few jobs and chunks of a split are judged by another one of its versions, too."""
        if choice.share is None or choice.shadow or choice.rollout or choice.alias is None:
            return choice
        alias = self._aliases.get(choice.alias)
        if alias is None or _number(100, "compare", alias.name, id) >= alias.compare:
            return choice
        others = [version for version in alias.versions if version != choice.version]
        return replace(choice, shadow=others[_number(len(others), "other", alias.name, id)])

    def _held(self, choice: Choice, gone: str) -> bool:
        """Whether what was chosen once still is: a rollout takes back what its candidate got, an alias what is gone."""
        if choice.alias is None or (not (choice.rollout and choice.shadow) and choice.version != gone):
            return True
        alias = self._aliases.get(choice.alias or "")
        return alias is not None and choice.version in alias.versions

    def lose(self, record: Record) -> None:
        """A worker was lost with the job: a candidate may be what killed it."""
        choice = record.choice
        if choice is not None and choice.rollout and choice.shadow:
            assert choice.alias is not None
            alias = self._aliases.get(choice.alias)
            now = alias.rollout if alias else None
            if now is None or now.number != choice.rollout or now.state.terminal:
                return
            self.lost[choice.alias, choice.rollout] += 1
            record.choice = Choice(version=choice.shadow, alias=choice.alias, rollout=choice.rollout)


def _looked_up(alias: Alias, what: str) -> Choice:
    version, share = _arm(alias, what)
    choice = Choice(version=version, alias=alias.name, share=share, shadow=alias.shadow)
    rollout = alias.rollout
    if rollout is None or rollout.state.terminal:
        return choice
    return replace(
        choice, rollout=rollout.number, shadow=rollout.stable if version == rollout.candidate else choice.shadow
    )


def _arm(alias: Alias, what: str) -> tuple[str, int | None]:
    if len(alias.versions) == 1:
        return next(iter(alias.versions)), None
    point = _number(sum(alias.versions.values()), alias.name, what)
    for version, share in alias.versions.items():
        if point < share:
            return version, share
        point -= share
    raise AssertionError("the shares add up to the whole")


def _number(of: int, *words: str) -> int:
    digest = hashlib.sha1("\n".join(words).encode(), usedforsecurity=False).hexdigest()
    return int(digest[:8], 16) * of >> 32


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

    def give_up(self, version: str) -> list[Item]:
        """Those that wait for a version, which nobody waits for any more."""
        lists = [self._lists.pop(where) for where in list(self._lists) if where[1] == version]
        return [item for waiting in lists for item in waiting]

    def take_back(self, version: str, chosen: Callable[[Item], str | None]) -> int:
        """Those that wait for a version, and that are others' now, wait for what is `chosen`; how many."""
        moved = 0
        for (lane, of), waiting in list(self._lists.items()):
            for item in list(waiting) if of == version else ():
                if (to := chosen(item)) not in (None, version):
                    assert to is not None
                    waiting.remove(item)
                    self._lists[lane, to].append(item)
                    moved += 1
        return moved
