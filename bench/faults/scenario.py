"""A scenario: a cluster, a load, a fault, and the verdict on what was promised meanwhile."""

import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from bench.faults.cluster import Cluster
from bench.faults.ledger import Ledger
from bench.faults.load import Load, submit_batch
from bench.faults.verdict import Verdict, judge, read_back, settle
from bench.faults.witness import Receiver, Witness
from store import keys
from store.endpoints import EndpointStore
from webhooks.endpoint import Endpoint
from webhooks.options import EndpointOptions
from webhooks.secret import SecretCipher


class Skip(Exception):
    """This machine cannot do it; the message says why."""


@dataclass(kw_only=True)
class Run:
    """What a fault works with."""

    cluster: Cluster
    ledger: Ledger
    load: Load
    random: random.Random
    #: How much longer the long form takes than the short one.
    scale: float
    #: Ports that clients use; a balancer would take one out before its process is restarted.
    rotation: list[int]
    wrong: list[str] = field(default_factory=list)

    def everything_ended(self) -> bool:
        """Whether nothing that was accepted waits or runs."""
        return not self.cluster.direct.zcard(keys.LIVE)

    def until_load_ends(self, fault: Callable[[], None], *, every_s: tuple[float, float]) -> None:
        """Call `fault` again and again, after random pauses, while clients submit."""
        while self.load.going_on:
            time.sleep(self.random.uniform(*every_s))
            fault()


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What is done, and what must hold."""

    name: str
    #: The promise, in words for the table.
    says: str
    fault: Callable[[Run], None]
    #: Arguments of the cluster; a callable makes them when the scenario starts, and may raise Skip.
    cluster: Callable[[], dict[str, Any]] = dict
    #: Reviews in the short form, and how many a second.
    jobs: int = 120
    rate: float = 30.0
    #: Reviews of a batch that is submitted at the start.
    batch: int = 0
    #: Number of a review -> a word that the model reacts to, and the code that its job must fail with.
    marks: dict[int, tuple[str, str]] = field(default_factory=dict)
    #: The same for lines of the batch, counted from 1.
    batch_marks: dict[int, tuple[str, str]] = field(default_factory=dict)
    #: Whether jobs without a mark may fail with `worker_lost`: their worker was killed thrice under them.
    may_lose_workers: bool = False
    covered: bool = True
    #: Whether webhooks may come again.
    again: bool = False
    #: Whether ends may be announced again: the next primary did not have them, and they are brought about there anew.
    announced_again: bool = False
    #: Whether results may give way while it lasts: Redis is nearly full.
    forgets: bool = False
    short: bool = False
    cleanup: Callable[[], None] = lambda: None


class Stage:
    """A cluster, a witness, and a receiver that is told of every job. A context manager; scenarios may share one."""

    def __init__(self, **cluster: Any) -> None:
        self._stack = ExitStack()
        self._options, self._webhooks = cluster, cluster.get("delivery", True)

    def __enter__(self) -> "Stage":
        with self._stack:
            self.cluster = self._stack.enter_context(Cluster(**self._options))
            self.witness = self._stack.enter_context(Witness(self.cluster.client(timeout_s=5.0)))
            self.receiver = self._stack.enter_context(Receiver()) if self._webhooks else None
            if self.receiver is not None:
                events = ("job.succeeded", "job.failed")
                options = EndpointOptions(url=self.receiver.url, events=events)
                endpoint = Endpoint(id="", tenant="default", options=options)
                EndpointStore(self.cluster.direct, SecretCipher(self.cluster.secret_keys)).create(endpoint)
            self._open = self._stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()


def play(
    scenario: Scenario,
    *,
    scale: float,
    seed: int,
    stage: Stage | None = None,
    keep: Callable[[str], None] = lambda logs: None,
) -> Verdict:
    """Run a scenario with `scale` times its reviews, on a stage of its own unless one is given.

    `keep` is given the processes' logs when something did not hold.
    """
    verdict = Verdict(scenario=scenario.name, covered=scenario.covered)
    began = time.monotonic()
    try:
        with ExitStack() as stack:
            own = stage or stack.enter_context(Stage(**scenario.cluster()))
            _play(scenario, verdict, own, scale, seed)
            if not verdict.kept:
                keep(own.cluster.logs)
    except Skip as skip:
        verdict.skipped = str(skip)
    finally:
        scenario.cleanup()
    verdict.seconds = round(time.monotonic() - began, 1)
    return verdict


def _play(scenario: Scenario, verdict: Verdict, stage: Stage, scale: float, seed: int) -> None:
    cluster, ledger = stage.cluster, Ledger()
    rotation = list(cluster.ports)
    before = {name: len(kept.ended) for name, kept in cluster.kept.items()}
    if scenario.batch:
        texts = [_marked(scenario.batch_marks, number) for number in range(1, scenario.batch + 1)]
        submit_batch(ledger, cluster.ports[0], texts, key=scenario.name)
    with Load(
        ledger, lambda: rotation, jobs=round(scenario.jobs * scale), rate=scenario.rate,
        text=lambda number: _marked(scenario.marks, number), prefix=f"{scenario.name}-load",
    ) as load:  # fmt: skip
        run = Run(cluster=cluster, ledger=ledger, load=load, random=random.Random(seed), scale=scale, rotation=rotation)
        time.sleep(0.5)
        scenario.fault(run)
        ended_at = time.monotonic()
        with Load(ledger, lambda: rotation, jobs=20, rate=20, prefix=f"{scenario.name}-after") as after:
            after.finish()
        load.finish()
    settle(ledger, cluster.direct, stage.witness, within_s=90 if scenario.covered else 20)
    if stage.receiver is not None:
        until = time.monotonic() + (60 if scenario.covered else 5)
        while any(job_id not in stage.receiver.of_job for job_id in ledger.entries) and time.monotonic() < until:
            time.sleep(0.1)
    # Whoever still holds an old claim gets the time to do harm with it.
    time.sleep(cluster.lease_s)
    read_back(ledger, cluster.ports[0])
    judge(
        verdict,
        ledger,
        stage.witness,
        stage.receiver,
        ended_at=ended_at,
        again=scenario.again,
        announced_again=scenario.announced_again,
        forgets=scenario.forgets,
    )
    exits = {name: kept.ended[before.get(name, 0) :] for name, kept in cluster.kept.items()}
    verdict.exits = {name: statuses for name, statuses in exits.items() if statuses}
    # A supervisor that restarts on failure would have left it so.
    quiet = [f"{name} ended with 0 unasked" for name, statuses in verdict.exits.items() if 0 in statuses]
    verdict.wrong += [*run.wrong, *quiet, *_unexpected(scenario, ledger)]


def _marked(marks: dict[int, tuple[str, str]], number: int) -> str:
    return f"Gericht {number} war gut. {marks[number][0] if number in marks else ''}".strip()


def _unexpected(scenario: Scenario, ledger: Ledger) -> list[str]:
    """What failed that should not have, and what did not that should have."""
    wrong = []
    for job_id, entry in ledger.entries.items():
        prefix, _, number = job_id.rpartition("-")
        wanted = scenario.marks.get(int(number), (None, None))[1] if prefix.endswith("-load") else None
        found = entry.reason if entry.last else "lost"
        allowed = {wanted} | ({"worker_lost"} if scenario.may_lose_workers else set())
        if found != "lost" and found not in allowed:
            wrong.append(f"{job_id}: {found} instead of {wanted}")
    for lines in ledger.lines.values():
        for line, (_, code) in lines.items():
            wanted = scenario.batch_marks.get(line, (None, None))[1]
            if code != wanted and not (scenario.may_lose_workers and code == "worker_lost"):
                wrong.append(f"line {line}: {code} instead of {wanted}")
    return wrong
