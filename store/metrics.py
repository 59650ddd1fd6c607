"""What all processes count, what each says of itself, and what Redis knows: for Prometheus."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from jobs.budgets import Bounded, Kept
from jobs.members import known_members
from jobs.request import Priority
from store import keys, queues
from store.scripts import RedisBase, translated
from telemetry.meter import Exemplar

#: How long what a process said of itself is kept after its time, in milliseconds: an hour.
AFTERWARDS_MS = 3_600_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessReport:
    """What a process says of itself, every few seconds."""

    #: What it is: api, worker, reconciler, delivery.
    process: str
    #: No other process that lives has this name.
    name: str
    #: Processor time since it began, in seconds, and resident memory in bytes.
    cpu_s: float
    rss_bytes: int
    #: How long its last call of this kind took, in seconds; 0 for the first.
    store_s: float = 0.0
    #: Memory that it holds on its device, in bytes; None on a CPU.
    device_bytes: int | None = None
    #: The newest form of single records that it reads (`store.schema.KNOWS`); a process of an older release tells none.
    knows: int = 0
    #: Traces in which it measured something lately: see `telemetry.meter.Meter.take_exemplars`.
    exemplars: Mapping[str, Exemplar] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ages:
    """How long, in seconds, what is next has waited: by queue, where anything does, and of the scheduled jobs how long
    the first is overdue."""

    queues: Mapping[str, float]
    scheduled: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class RedisUse:
    """What Redis says of itself."""

    used_bytes: int
    #: 0: no limit.
    most_bytes: int
    clients: int
    #: Command -> calls, and seconds that they took together.
    commands: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    #: Kind of what is kept (`jobs.budgets`) -> bytes, as the reconciler weighed it last.
    kept: Mapping[str, int] = field(default_factory=dict)


def _report(members: Mapping[str, Any]) -> ProcessReport:
    """Without what only a newer version knows."""
    exemplars = {field: (trace, value, at) for field, (trace, value, at, *_) in members.get("exemplars", {}).items()}
    return ProcessReport(**known_members(ProcessReport, {**members, "exemplars": exemplars}))


class MetricsStore(RedisBase):
    """The numbers of all processes in Redis: counters that outlive whoever counted."""

    @translated
    def push(self, report: ProcessReport, counts: Mapping[str, int], *, number: str, alive_ms: int) -> None:
        """Add what a process counted since its last call. Made again under the same `number`, it is counted once."""
        # What it does not say is left out: an older process reads it, too.
        encoded = orjson.dumps({name: value for name, value in asdict(report).items() if value not in (None, {})})
        fields = [each for pair in counts.items() for each in pair]
        self._run("process/push", args=[report.name, alive_ms, AFTERWARDS_MS, number, encoded, *fields])

    @translated
    def totals(self) -> dict[str, int]:
        """All that was counted, by field (`telemetry.meter`)."""
        rows: Any = self._redis.hgetall(keys.METRICS)
        return {name.decode(): int(count) for name, count in rows.items()}

    @translated
    def processes(self) -> list[ProcessReport]:
        """What the processes that live say of themselves, by name."""
        # One that signs off within this very millisecond lives no more.
        return self._reports(self._now_ms())

    @translated
    def all_know(self, form: int) -> bool:
        """Whether every process that has told of itself lately reads this form of records. Raises Unavailable.

        Also those that no longer do: Redis may have been away, or one of them cut off from it.
        """
        return all(report.knows >= form for report in self._reports(self._now_ms() - AFTERWARDS_MS))

    def _reports(self, alive_after_ms: int) -> list[ProcessReport]:
        """What the processes say of themselves, by name, whose time is over after that."""
        rows: Any = self._redis.hgetall(keys.PROCESS_INFO)
        alive: Any = self._redis.zrangebyscore(keys.PROCESSES, f"({alive_after_ms}", "+inf")
        texts = {name: text.partition(b"\n")[2] for name, text in rows.items()}
        return [_report(orjson.loads(texts[name])) for name in sorted(alive) if name in texts]

    @translated
    def note_heads(self) -> None:
        """Note what is next in each queue, and since when: see `ages`."""
        self._run("job/heads", args=queues.ALL_QUEUES)

    @translated
    def ages(self) -> Ages:
        """How long what is next in each queue has waited; of Celery clients' own messages, as it was noted.

        Bulk work that waits for a model is in the queue of bulk work here.
        """
        *waited, models, bulk, scheduled = self._run("job/oldest", args=queues.ALL_QUEUES)
        ages = dict(zip(queues.ALL_QUEUES, waited, strict=True)) | {queues.MODEL_QUEUE: models}
        # Bulk work is as old as it is, whatever it waits for: nobody is called because of it.
        ages[queues.QUEUES[Priority.BULK]] = max(bulk, ages[queues.QUEUES[Priority.BULK]])
        seconds = {queue: age / 1000 for queue, age in ages.items() if age >= 0}
        return Ages(queues=seconds, scheduled=max(0, scheduled) / 1000)

    @translated
    def redis_use(self) -> RedisUse:
        """What Redis uses, and what its commands have taken so far."""
        pipe = self._redis.pipeline(transaction=False)
        for section in ("memory", "clients", "commandstats"):
            pipe.info(section)
        pipe.hgetall(keys.KEPT)
        memory, clients, commands, kept = pipe.execute()
        return RedisUse(
            used_bytes=memory["used_memory"],
            most_bytes=memory["maxmemory"],
            kept={kind.value: int(kept[name]) for kind in (*Kept, *Bounded) if (name := kind.value.encode()) in kept},
            clients=clients["connected_clients"],
            commands={
                name.removeprefix("cmdstat_"): (figures["calls"], figures["usec"] / 1e6)
                for name, figures in commands.items()
            },
        )
