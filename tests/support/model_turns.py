"""A queue in memory, in which organisations take turns by sentences: what `store/lua/lib/turns.lua` does in Redis."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from jobs.celery_task import CeleryMessage
from jobs.job import DEFAULT_TENANT

#: Tenant and id of a job, or what some other Celery client sent.
Item = tuple[str, str] | CeleryMessage


@dataclass(kw_only=True, slots=True)
class ModelQueue:
    """What waits in one queue."""

    #: The default organisation's, other Celery clients' own, and what came while nobody waited at all.
    shared: deque[Item] = field(default_factory=deque)
    #: Those of the others.
    apart: dict[str, deque[Item]] = field(default_factory=dict)
    #: When it is whose turn, in thousandths of sentences.
    turns: dict[str, int] = field(default_factory=dict)
    at: int = 0
    #: Somebody's first message lies at the queue's head; in memory it stays where it is.
    called: str | None = None
    #: Whose message was taken last.
    tenant: str | None = None

    def __iter__(self) -> Iterator[Item]:
        """What waits, roughly in order."""
        yield from self.shared
        for waiting in self.apart.values():
            yield from waiting

    def put(self, tenant: str, item: Item, *, in_front: bool = False) -> None:
        """Let it wait behind, or in front of, its organisation's others."""
        if not in_front and (tenant == DEFAULT_TENANT or not (self.shared or self.turns)):
            self.shared.append(item)
            return
        self.begin_turns()
        if in_front and self.called:
            self.call_back()
        if tenant == DEFAULT_TENANT:
            self.shared.appendleft(item)
            return
        waiting = self.apart.setdefault(tenant, deque())
        others = len(waiting) - (self.called == tenant)
        waiting.appendleft(item) if in_front else waiting.append(item)
        if in_front or not others:
            self.join(tenant)
            if not self.shared and not self.called:
                self.call_up()

    def begin_turns(self) -> None:
        """Turns begin with the message that came while nobody waited at all, if nobody has taken it yet."""
        if not self.turns and self.shared and isinstance(first := self.shared[0], tuple) and first[0] != DEFAULT_TENANT:
            self.join(first[0])
            self.called = first[0]
            self.apart.setdefault(first[0], deque()).append(self.shared.popleft())

    def join(self, tenant: str) -> None:
        """Whoever comes anew has its turn now."""
        self.at += 1
        self.turns.setdefault(tenant, self.at)

    def begin(self) -> None:
        """Somebody takes messages."""
        if self.turns:
            if self.called:
                self.call_back()
            if self.shared:
                self.join(DEFAULT_TENANT)

    def end(self) -> None:
        """For now that is all."""
        self.tenant = None
        if not self.shared:
            self.call_up()

    def take(self) -> Item | None:
        """The message whose turn is next."""
        if not self.turns:
            self.tenant = None
            return self.shared.popleft() if self.shared else None
        while self.turns:
            tenant = self.next()
            self.at = max(self.at, self.turns[tenant])
            if waiting := self.of(tenant):
                self.tenant = tenant
                return waiting.popleft()
            del self.turns[tenant]
        return None

    def take_back(self, item: Item) -> None:
        """What was taken last was not to be had."""
        self.of(self.tenant or DEFAULT_TENANT).appendleft(item)

    def charge(self, weight: float) -> None:
        """Whose message was taken last has had so many sentences done."""
        if self.tenant is not None:
            self.turns[self.tenant] += round(weight * 1000)

    def pass_turn(self, tenant: str, weight: int) -> None:
        """A stock worker has taken a message by itself."""
        if not self.turns:
            return
        if tenant in self.turns:
            self.turns[tenant] += weight * 1000
        if self.called not in (None, tenant):
            return
        self.called = None
        if self.shared:
            self.join(DEFAULT_TENANT)
        self.call_up()

    def next(self) -> str:
        """Whose turn it is."""
        return min(self.turns, key=lambda tenant: (self.turns[tenant], tenant))

    def of(self, tenant: str) -> deque[Item]:
        """Where an organisation's messages wait."""
        return self.shared if tenant == DEFAULT_TENANT else self.apart.setdefault(tenant, deque())

    def call_back(self) -> None:
        """Nobody's message lies at the queue's head any more."""
        if self.called:
            tenant, self.called = self.called, None
            self.join(tenant)

    def call_up(self) -> None:
        """The message whose turn is next lies at the queue's head."""
        while self.turns:
            tenant = self.next()
            if self.of(tenant):
                self.called = None if tenant == DEFAULT_TENANT else tenant
                return
            self.at = max(self.at, self.turns.pop(tenant))
        self.at = 0
