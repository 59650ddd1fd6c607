"""Faults of processes: killed, frozen, poisoned, hung, restarted."""

import signal
import time
from functools import partial

from bench.faults.cluster import READY_S
from bench.faults.predictor import EATS, HANGS, KILLS, RAISES
from bench.faults.scenario import Run, Scenario
from bench.harness import until


def _kill_a_worker(run: Run) -> None:
    if ready := run.cluster.ready():
        run.cluster.kill(run.random.choice(ready))


def worker_kills(run: Run) -> None:
    run.until_load_ends(lambda: _kill_a_worker(run), every_s=(1.0, 2.0))


def worker_frozen(run: Run) -> None:
    frozen = run.cluster.kept["worker0"]
    frozen.send(signal.SIGSTOP)
    time.sleep(run.cluster.lease_s * 2 + 1)
    frozen.send(signal.SIGCONT)


def poison(run: Run) -> None:
    run.load.finish()
    # The fault lasts for as long as they are tried.
    until(run.everything_ended, "all of them to end", within_s=120, every_s=0.1)


def hang(run: Run) -> None:
    run.load.finish()
    until(lambda: 70 in _statuses(run), "a worker that ends itself", within_s=60, every_s=0.1)


def _statuses(run: Run) -> list[int]:
    return [status for name, kept in run.cluster.kept.items() if name.startswith("worker") for status in kept.ended]


def reconcilers(run: Run) -> None:
    def both() -> None:
        run.cluster.kill(run.random.choice(["reconciler0", "reconciler1"]))
        if run.random.random() < 0.3:
            _kill_a_worker(run)

    run.until_load_ends(both, every_s=(0.4, 1.0))


def delivery_kills(run: Run) -> None:
    run.until_load_ends(lambda: run.cluster.kill("delivery"), every_s=(1.5, 2.5))


def rolling_restart(run: Run) -> None:
    for role in ("api", "worker", "delivery", "reconciler"):
        replace(run, role)
    run.load.finish()
    if run.ledger.broken:
        run.wrong.append(f"requests failed: {dict(run.ledger.broken)}")


def replace(run: Run, role: str) -> None:
    """Restart the processes of a role one after the other, each as soon as the one before is up."""
    cluster = run.cluster
    for name in [name for name in cluster.kept if name.rstrip("0123456789") == role]:
        if role == "api":
            port = cluster.ports[int(name.removeprefix(role))]
            run.rotation.remove(port)
            time.sleep(0.3)
        _well(run, name, cluster.restart(name))
        if role == "api":
            until(partial(cluster.listens, port), "the API", within_s=READY_S, every_s=0.1)
            run.rotation.append(port)
        elif role == "worker":
            until(partial(_said_ready_again, run, name), "the worker", within_s=READY_S, every_s=0.1)


def _said_ready_again(run: Run, name: str) -> bool:
    return run.cluster.kept[name].log.count("@here ready.") > 1


def _well(run: Run, name: str, status: int | None) -> None:
    if status != 0:
        run.wrong.append(f"{name} ended with {status}")


SCENARIOS = [
    Scenario(
        name="worker-kills", says="SIGKILL of a random worker every second or two", fault=worker_kills,
        cluster=lambda: {"workers": 3}, batch=120, may_lose_workers=True, short=True, jobs=150,
    ),
    Scenario(
        name="worker-frozen", says="SIGSTOP of a worker for longer than its lease", fault=worker_frozen, short=True,
        batch=60, jobs=60,
    ),
    Scenario(
        name="poison", says="reviews that kill their worker: alone, and one among the lines of a batch", fault=poison,
        marks={20: (KILLS, "worker_lost")}, batch=40, batch_marks={17: (KILLS, "worker_lost")}, short=True, jobs=60,
        cluster=lambda: {"workers": 2},
    ),
    Scenario(
        name="model-fails", says="reviews on which the model raises or runs out of memory", fault=poison,
        marks={10: (RAISES, "prediction_failed"), 20: (EATS, "out_of_memory")},
        batch=40, batch_marks={7: (RAISES, "prediction_failed"), 31: (EATS, "out_of_memory")}, jobs=60,
    ),
    Scenario(
        name="model-hangs", says="a review on which the model never returns", fault=hang,
        marks={15: (HANGS, "worker_lost")}, jobs=60, cluster=lambda: {"stuck_s": 3.0},
    ),
    Scenario(
        name="reconcilers", says="two reconcilers, killed at random, and workers too", fault=reconcilers,
        cluster=lambda: {"workers": 3, "reconcilers": 2}, may_lose_workers=True,
    ),
    Scenario(
        name="delivery-kills", says="SIGKILL of the delivery worker every two seconds", fault=delivery_kills,
        again=True,
    ),
    Scenario(
        name="rolling-restart", says="API, workers, delivery and reconciler restarted one after the other",
        fault=rolling_restart, cluster=lambda: {"apis": 2}, jobs=600,
    ),
]  # fmt: skip
