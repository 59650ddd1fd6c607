"""Faults of what the processes stand on: Redis, the network, disk and memory."""

import contextlib
import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import redis

from bench.faults.scenario import Run, Scenario, Skip
from bench.harness import until

#: The append-only file may be this far behind with `everysec`, in seconds.
BEHIND_S = 1.0


def redis_kills(run: Run) -> None:
    for _ in range(max(1, round(run.scale))):
        run.cluster.kill_redis(down_s=1.0)
        time.sleep(3.0)


def power_cut(run: Run) -> None:
    """Redis' machine dies: what the disk had not been told for a second is gone."""
    sizes: list[tuple[float, dict[Path, int]]] = []
    stop = threading.Event()

    def measure() -> None:
        while not stop.wait(0.05):
            files = [p for p in run.cluster.redis_folder.rglob("*aof*") if p.is_file() and "manifest" not in p.name]
            with contextlib.suppress(FileNotFoundError):
                sizes.append((time.monotonic(), {path: path.stat().st_size for path in files}))

    thread = threading.Thread(target=measure, daemon=True)
    thread.start()
    time.sleep(2.0)

    def cut() -> None:
        stop.set()
        thread.join()
        died = sizes[-1][0]
        _, then = next((at, size) for at, size in sizes if at >= died - BEHIND_S)
        for path, size in then.items():
            os.truncate(path, size)

    run.cluster.kill_redis(down_s=0.2, before_start=cut)


def line_drops(run: Run) -> None:
    assert run.cluster.proxy is not None
    run.cluster.proxy.dropping.set()
    time.sleep(8.0)
    run.cluster.proxy.dropping.clear()


def line_breaks(run: Run) -> None:
    assert run.cluster.proxy is not None
    for _ in range(max(1, round(run.scale))):
        run.cluster.proxy.delay_s = 0.2
        time.sleep(3.0)
        run.cluster.proxy.delay_s = 0.0
        run.cluster.proxy.reset()
        time.sleep(2.0)
        run.cluster.proxy.half_close()
        time.sleep(2.0)


def memory_full(run: Run) -> None:
    client, before = run.cluster.direct, run.ledger.refused

    def refused() -> bool:
        # Finished results give way, and buffers come and go: what is used now is all that there is.
        info: Any = client.info("memory")
        client.config_set("maxmemory", info["used_memory"])
        return run.ledger.refused > before

    until(refused, "a refusal", within_s=60, every_s=0.05)
    time.sleep(4.0)
    client.config_set("maxmemory", 0)


def disk_full(run: Run) -> None:
    ballast = run.cluster.redis_folder / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb") as file:
        while True:
            file.write(b"\0" * 65_536)
            file.flush()
    before = run.ledger.refused
    until(lambda: run.ledger.refused > before, "a refusal", within_s=60, every_s=0.05)
    time.sleep(4.0)
    ballast.unlink()
    until(lambda: _writable(run), "Redis to take writes again", within_s=60, every_s=0.05)


def _writable(run: Run) -> bool:
    try:
        return bool(run.cluster.direct.set("kritiq:bench-probe", "1", ex=60))
    except redis.RedisError:
        return False


def small_disk(fsync: str) -> dict[str, Any]:
    """A disk of 16 MB for Redis. Raises Skip where none can be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="kritiq-disk-"))
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        folder.rmdir()
        raise Skip("no small disk can be mounted: " + done.stderr.decode().strip())
    _mounted.append(folder)
    return {"redis_folder": folder, "fsync": fsync}


_mounted: list[Path] = []


def unmount() -> None:
    """Take the small disks away."""
    while _mounted:
        folder = _mounted.pop()
        subprocess.run(["umount", "-l", str(folder)], capture_output=True)
        with contextlib.suppress(OSError):
            folder.rmdir()


SCENARIOS = [
    Scenario(
        name="redis-kills", says="SIGKILL and restart of Redis, appendfsync always", fault=redis_kills, short=True,
        batch=60, jobs=100, again=True,
    ),
    Scenario(
        name="redis-kills-everysec", says="the same with appendfsync everysec: the process dies, the machine lives",
        fault=redis_kills, jobs=200, cluster=lambda: {"fsync": "everysec"}, again=True,
    ),
    Scenario(
        name="power-cut-everysec", says="Redis' machine dies with everysec: up to a second may be lost",
        fault=power_cut, jobs=150, cluster=lambda: {"fsync": "everysec"}, covered=False, again=True,
    ),
    Scenario(
        name="line-drops", says="8 s in which nothing passes between Redis and everybody, and no socket is told",
        fault=line_drops, jobs=300, cluster=lambda: {"proxied": True}, again=True,
    ),
    Scenario(
        name="line-breaks", says="200 ms more on the line, connections cut, and half-closed ones",
        fault=line_breaks, jobs=250, cluster=lambda: {"proxied": True}, again=True,
    ),
    Scenario(
        name="memory-full", says="Redis out of memory, where what has ended gives way",
        fault=memory_full, jobs=100, short=True, again=True, forgets=True,
    ),
    Scenario(
        name="disk-full", says="no room on Redis' disk, appendfsync always", fault=disk_full, jobs=200,
        cluster=lambda: small_disk("always"), cleanup=unmount, again=True,
    ),
    Scenario(
        name="disk-full-everysec", says="no room on Redis' disk, appendfsync everysec", fault=disk_full, jobs=200,
        cluster=lambda: small_disk("everysec"), cleanup=unmount, again=True,
    ),
]  # fmt: skip
