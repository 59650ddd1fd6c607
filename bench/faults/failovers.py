"""Faults of a Redis that has replicas and Sentinels: whatever was answered is there on the next primary."""

import time
from collections.abc import Callable
from typing import Any

from bench.faults.scenario import Run, Scenario, Skip
from bench.faults.sentinels import RedisGroup
from ops.redis_binary import find_redis_server

#: All of them: any may be the next primary when an operator switches.
REPLICAS = 2


def _again(fault: Callable[[RedisGroup], None]) -> Callable[[Run], None]:
    def run(run: Run) -> None:
        group = run.cluster.group
        assert group is not None
        for _ in range(max(1, round(run.scale / 3))):
            fault(group)
            group.await_replicas()
            time.sleep(1.0)

    return run


kill = _again(lambda group: group.kill(down_s=2.0))
freeze = _again(lambda group: group.freeze(more_s=3.0))
switch = _again(lambda group: group.switch())


def part(run: Run) -> None:
    """Once: the next primary has no line that can be cut."""
    group = run.cluster.group
    assert group is not None
    group.part(more_s=3.0)
    group.await_replicas()


def _divisible(replicas: int) -> Callable[[], dict[str, Any]]:
    def options() -> dict[str, Any]:
        if (binary := find_redis_server()).major < 7:
            raise Skip(f"Redis 7 can say from where it comes, {binary.version} cannot")
        return {**_cluster(replicas)(), "divisible": True}

    return options


def _cluster(replicas: int) -> Callable[[], dict[str, Any]]:
    return lambda: {"sentinels": True, "replicas": replicas, "fsync": "everysec", "lease_s": 2.0}


SCENARIOS = [
    Scenario(
        name=f"primary-{name}{'' if replicas else '-unreplicated'}", says=says, fault=fault, jobs=jobs,
        cluster=cluster(replicas), covered=bool(replicas), again=True, announced_again=True,
    )
    for replicas in (REPLICAS, 0)
    for name, says, fault, jobs, cluster in (
        ("killed", "SIGKILL of the primary, Sentinels fail over", kill, 300, _cluster),
        ("frozen", "SIGSTOP of the primary until another is there, then SIGCONT", freeze, 300, _cluster),
        ("switched", "SENTINEL FAILOVER under load", switch, 300, _cluster),
        ("parted", "the primary and the others cannot reach each other, clients reach both", part, 600, _divisible),
    )
]  # fmt: skip
