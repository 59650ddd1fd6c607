"""How much room Redis has left, what it is used for, and what gives way when it has little."""

import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import redis

from jobs.budgets import Budgets, Kept
from store import keys, webhook_keys
from store.ended_deliveries import EndedDeliveries
from store.job_record import job_reference
from store.scripts import RedisBase, translated

#: From which share of `maxmemory` on what Redis can do without gives way. Somebody may still ask for a result.
NEARLY_FULL = {Kept.CACHE: 0.9, Kept.DELIVERY_LOG: 0.9, Kept.RESULTS: 0.95}
#: How many judgements one call forgets, and how many deliveries or jobs.
FORGOTTEN, FORGOTTEN_RECORDS = 1_000, 200
#: The script that forgets each.
SCRIPTS = {
    Kept.CACHE: ("cache/forget", FORGOTTEN),
    Kept.DELIVERY_LOG: ("delivery/forget", FORGOTTEN_RECORDS),
    Kept.RESULTS: ("job/forget", FORGOTTEN_RECORDS),
}
#: Records of each kind that are weighed.
WEIGHED = 32
#: What a member of an index takes, in bytes (`MEMORY USAGE`; Redis 7.0): one whose score is a time.
MEMBER_BYTES = 125
#: What a delivery takes that is told of by a line, in a key that many share.
TOLD_BYTES = 150
#: What a remembered judgement takes with its place among the uses. Nobody but workers may read one to weigh it.
JUDGEMENT_BYTES = 450
#: How often one round looks for a job that may be forgotten. By SLOWLOG (Redis 7.0, jobs of one review) a call takes
#: 2 ms where all that it looks at must stay, and some 16 ms where all of it goes, which ends the round.
MOST_CALLS = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """How far the ended jobs have been looked through for some that may be forgotten."""

    passed_over: int = 0
    #: What the archive was to be told of next when this walk began (an entry of the outbox, "" for nothing); None once
    #: the walk has found any.
    since: str | None = None
    #: Whether anything stays for a webhook that is due, which may be delivered before the archive goes on.
    due: bool = False
    #: What the archive was to be told of next at the last walk that found none and nothing due: until the archive has
    #: gone on, there is no sense in another.
    in_vain: str = ""

    def behind(self, forgotten: int, looked_at: int, untold: str, due: bool) -> "Walk":
        """After one more call."""
        if untold and untold == self.in_vain:
            return self
        since, due = untold if not self.passed_over else self.since, due or self.due
        if forgotten:
            return Walk(passed_over=self.passed_over)
        if looked_at:
            return Walk(passed_over=self.passed_over + looked_at, since=since, due=due)
        return Walk(in_vain=untold if since == untold and not due else "")


class RedisMemory(RedisBase):
    """The part of a `JobStore` that looks after Redis' memory."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client)
        self._walk = Walk()
        self._ended = EndedDeliveries(client)

    @translated
    def check_writable(self) -> None:
        """Raises Unavailable when Redis cannot be reached, or takes nothing new: no memory, no disk, no primary, or too
        few replicas."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.zadd(keys.NOTHING, {"": 0})
        pipe.zrem(keys.NOTHING, "")
        self._answered(pipe)

    @translated
    def weigh(self) -> dict[Kept, int]:
        """About how many bytes there are of each kind, by a few of it and how many there are; noted for `/metrics`."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.zcard(keys.CACHE_USES)
        pipe.zcard(keys.EXPIRING)
        pipe.zrandmember(keys.EXPIRING, WEIGHED)
        pipe.zrange(keys.TENANT_FLOWS, 0, -1)
        judgements, ended, some, tenants = pipe.execute()
        found = {
            Kept.CACHE: judgements * JUDGEMENT_BYTES,
            Kept.DELIVERY_LOG: self._weigh_deliveries([tenant.decode() for tenant in tenants]),
            Kept.RESULTS: round(ended * self._weigh_jobs([task.decode() for task in some])),
        }
        # A full Redis takes no note, and it is then that this is needed most.
        with suppress(redis.OutOfMemoryError):
            self._redis.hset(keys.KEPT, mapping={kind.value: size for kind, size in found.items()})
        return found

    def _weigh_jobs(self, tasks: list[str]) -> float:
        """What one of these ended jobs takes: its record, its result, and its place in three indexes."""
        records = []
        for task in tasks:
            records += [keys.JOB(*job_reference(task, "default")), keys.RESULT(task)]
        return sum(self._sizes(records)) / max(1, len(tasks)) + 3 * MEMBER_BYTES

    def _weigh_deliveries(self, tenants: list[str]) -> int:
        """What all deliveries take: records, logs, and their places in four indexes, one of which is theirs alone; and
        lines, with the place of each in its endpoint's list, which has both.
        """
        count, some = self._some_of([(tenant, webhook_keys.DELIVERIES(tenant)) for tenant in tenants])
        sizes = self._sizes([key(*each) for each in some for key in (webhook_keys.DELIVERY, webhook_keys.ATTEMPTS)])
        records = count * (sum(sizes) / max(1, len(some)) + 5 * MEMBER_BYTES)
        pipe = self._redis.pipeline(transaction=False)
        for tenant in tenants:
            pipe.zrange(webhook_keys.TOLD_TO(tenant), 0, -1)
        told_to = [
            (tenant, each.decode()) for tenant, all_ in zip(tenants, pipe.execute(), strict=True) for each in all_
        ]
        count, some = self._some_of(
            [(tenant, webhook_keys.ENDPOINT_DELIVERIES(tenant, each)) for tenant, each in told_to]
        )
        lines = count * self._sizes([webhook_keys.DELIVERY(*each) for each in some]).count(0) / max(1, len(some))
        return int(records + lines * (TOLD_BYTES + MEMBER_BYTES))

    def _some_of(self, indexes: list[tuple[str, str]]) -> tuple[int, list[tuple[str, str]]]:
        """How many deliveries are in these, each the index of an organisation; and some, with whose they are."""
        pipe = self._redis.pipeline(transaction=False)
        for _, index in indexes:
            pipe.zcard(index)
        counts = pipe.execute()
        if not sum(counts):
            return 0, []
        chosen = random.choices(indexes, counts, k=WEIGHED)
        for _, index in chosen:
            pipe.zrandmember(index)
        found = zip(chosen, pipe.execute(), strict=True)
        return sum(counts), [(tenant, msg.decode()) for (tenant, _), msg in found if msg]

    def _sizes(self, names: list[str]) -> list[int]:
        pipe = self._redis.pipeline(transaction=False)
        for name in names:
            pipe.memory_usage(name)
        return [size or 0 for size in pipe.execute()]

    @translated
    def relieve(self, budgets: Budgets | None = None) -> Mapping[Kept, int]:
        """Forget some of each kind that takes more than its budget, and, while Redis is nearly full, some of the first
        kind of which there is any. How many of which; empty when there is nothing to do.

        Nothing that has not ended is forgotten. Where no `maxmemory` is set, Redis is never full. Without `budgets` no
        kind is weighed.
        """
        gone: dict[Kept, int] = {}
        sizes = self.weigh() if budgets is not None else {}
        for kind, size in sizes.items():
            if budgets and size > budgets.get(kind, size) and (count := self._forget(kind)):
                gone[kind] = count
        memory: dict[str, Any] = self._redis.info("memory")
        most = int(memory.get("maxmemory", 0))
        if gone or not most:
            return gone
        for kind in Kept:
            if memory["used_memory"] >= NEARLY_FULL[kind] * most and (count := self._forget(kind)):
                return {kind: count}
        return gone

    def _forget(self, kind: Kept) -> int:
        """Some of this kind, from its oldest end; how many there were."""
        script, most = SCRIPTS[kind]
        if kind is Kept.DELIVERY_LOG:
            self._ended.find()
        if kind is not Kept.RESULTS:
            return int(self._run(script, args=[most]))
        # Those in front may have to stay. Each call looks at some, so that others are answered in between, and the next
        # round goes on where this one ends.
        for _ in range(MOST_CALLS):
            walk = self._walk
            forgotten, looked_at, untold, due = self._run(script, args=[most, walk.passed_over, walk.in_vain])
            self._walk = walk.behind(int(forgotten), int(looked_at), untold.decode(), bool(due))
            if forgotten or not looked_at:
                return int(forgotten)
        return 0
