"""`kritiq bench queue`: what the queue costs, as ratios to what is measured beside it in the same run."""

import json
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from bench.figures import significant
from bench.harness import Stack
from bench.queue import (
    command,
    files,
    guarded,
    intake,
    latency,
    long_reviews,
    observed,
    queued,
    rates,
    routing,
    turns,
    waiting,
)
from bench.queue.run import FULL, QUICK, Run
from jobs.errors import SettingsError
from ops.redis_server import Fsync

#: Name -> measurement, in the order in which they run.
MEASUREMENTS: dict[str, Callable[[Run], None]] = {
    "bulk": rates.bulk,
    "single": rates.single,
    "plain": rates.plain,
    "consumed": rates.consumed,
    "added": latency.added,
    "urgent": latency.urgent,
    "high": latency.high,
    "long": long_reviews.beside,
    "accept": intake.accept,
    "limited": intake.limited,
    "guarded": guarded.guarded,
    "intake": intake.intake,
    "memory": intake.memory,
    "turns": turns.turns,
    "observed": observed.observed,
    "routed": routing.routed,
    "two_models": routing.two_models,
    "files": files.files,
    "queued": queued.queued,
    "command": command.command,
    "waiting": waiting.waiting,
    "waited": waiting.waited,
}

#: What the figures depend on beside our own code.
PACKAGES = ("celery", "kombu", "redis", "hiredis", "flask", "gunicorn", "torch", "transformers", "orjson")


def machine() -> dict[str, Any]:
    """Where and with what this was measured."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = {line.partition(":")[2].strip() for line in lines if line.startswith("model name")}
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "cpu": ", ".join(sorted(models)) or platform.processor(),
            "cores": len(os.sched_getaffinity(0)),
            "load_average": [round(load, 2) for load in os.getloadavg()],
            "system": f"{platform.system()} {platform.release()}",
        },
        "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
    }


@click.command("queue")
@click.option("--quick", is_flag=True, help="Small runs, once each: whether it works, not what it does.")
@click.option("--only", multiple=True, type=click.Choice(list(MEASUREMENTS)), help="Only these; may be repeated.")
@click.option(
    "--cores", type=click.IntRange(1), default=2, show_default=True, help="Cores that everything together may use."
)
@click.option("--fsync", default="no", show_default=True, type=click.Choice(["no", "everysec", "always"]),
              help="How the private Redis keeps its append-only file.")  # fmt: skip
def queue_command(quick: bool, only: tuple[str, ...], cores: int, fsync: str) -> None:
    """Start a private Redis and the real processes, drive them with real clients, print JSON."""
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    if len(allowed) < cores:
        raise SettingsError(f"--cores {cores}: only {len(allowed)} are to be had here.")
    # Inherited by everything that is started, the direct prediction in this process included.
    os.sched_setaffinity(0, allowed)
    report = machine() | {"scale": "quick" if quick else "full", "fsync": fsync}
    before = time.perf_counter()
    keep: dict[str, Fsync] = {"no": "never", "everysec": "everysec", "always": "always"}
    with Stack(fsync=keep[fsync]) as stack:
        run = Run(stack=stack, scale=QUICK if quick else FULL)
        report["redis"] = run.stack.client.info("server")["redis_version"]
        try:
            for name in only or MEASUREMENTS:
                started = time.perf_counter()
                MEASUREMENTS[name](run)
                stack.client.flushall()
                click.echo(f"{name}: {time.perf_counter() - started:.0f} s", err=True)
        finally:
            # One that fails leaves what the others found, some of which took minutes.
            report["seconds"] = round(time.perf_counter() - before)
            report["load_average_after"] = [round(load, 2) for load in os.getloadavg()]
            report["ratios"] = {name: significant(ratio) for name, ratio in run.ratios.items()}
            report["figures"] = run.figures
            json.dump(report, sys.stdout, indent=2, ensure_ascii=False)
            click.echo()
