"""What models by name cost: an alias beside none, and two models on one worker beside one."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import in_turns, ratio_of, rounded
from bench.harness import Process, until
from bench.queue.rates import same_budget, sized
from bench.queue.run import CpuUse, Run
from jobs.backlog import own_version
from jobs.choice import version_id
from jobs.request import JobRequest
from jobs.submission import submit
from model.artifact.loading import locate
from model.artifact.manifest import read_manifest
from model.artifact.sealing import write_manifest
from store import keys
from store.aliases import AliasStore
from store.jobs import RedisStore

#: Turns for each of a run's rounds: what is looked for is smaller than what turns differ by.
TURNS = 3


def routed(run: Run) -> None:
    """`routed_vs_unrouted`: reviews a second that name an alias, to those that name none while nobody has moved one:
    of these no script looks anything up. `routed_cpu_vs_unrouted` is the processor time of worker and Redis for each.
    """
    texts = sized(run, run.scale.seconds)
    with run.stack.worker(**same_budget(run)) as worker:
        own = own_version(RedisStore(run.stack.client).workers())
        assert own is not None
        AliasStore(run.stack.client).move("production", {own: 100}, revision=0)
        asked: dict[str, list[str | None]] = {"named": ["production"], "unnamed": [None]}
        found, cpu = _in_turns(run, worker, texts, asked)
    _keep(run, "routed{}_vs_unrouted", "named", "unnamed", found, cpu)


def two_models(run: Run) -> None:
    """`two_models_vs_one`: the same reviews a second when every other one asks for another model than when all ask for
    one. The other is a copy of the first: as many tokens cost as much in each. `two_models_cpu_vs_one`: as above.
    """
    texts = sized(run, run.scale.seconds)
    own = locate(run.stack.settings().model)
    with TemporaryDirectory() as folder:
        versions = {"one": own, "other": _copy(own, Path(folder) / "copy")}
        with run.stack.worker(**same_budget(run), KRITIQ_MODELS=str(versions["other"])) as worker:
            aliases = AliasStore(run.stack.client)
            for alias, directory in versions.items():
                # What no alias names is unloaded between its turns.
                aliases.move(alias, {_version(directory): 100}, revision=0)
            found, cpu = _in_turns(run, worker, texts, {"two": ["one", "other"], "one": ["one"]})
    _keep(run, "two_models{}_vs_one", "two", "one", found, cpu)


def _keep(
    run: Run, name: str, ours: str, theirs: str, found: dict[str, list[float]], cpu: dict[str, list[float]]
) -> None:
    """Both ratios, with the figures of each turn."""
    for what, unit, turns in (("", "per_s", found), ("_cpu", "cpu_ms", cpu)):
        figures = {f"{each}_{unit}": rounded(turns[each]) for each in (ours, theirs)}
        run.keep(name.format(what), ratio_of(turns, ours, theirs), **figures)


def _in_turns(
    run: Run, worker: Process, texts: Sequence[str], asked: dict[str, list[str | None]] | dict[str, list[str]]
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """By name: reviews a second, and processor milliseconds of worker and Redis for a review, of each turn, in which
    the reviews ask for these models, one after the other."""
    settings, store = run.stack.settings().model_copy(update={"max_backlog": 0}), RedisStore(run.stack.client)
    cpu: dict[str, list[float]] = {name: [] for name in asked}

    def through(name: str) -> float:
        spent, started = CpuUse(worker=worker, redis=run.stack.redis), time.perf_counter()
        models = asked[name]
        for number, text in enumerate(texts):
            submit(store, settings, text, JobRequest(model=models[number % len(models)]))
        until(lambda: worker.check() and not run.stack.client.zcard(keys.LIVE), "all jobs to end", within_s=300)
        seconds = time.perf_counter() - started
        run.stack.check_results()
        cpu[name].append(sum(spent.per_job_ms(len(texts)).values()))
        return len(texts) / seconds

    runs = {name: partial(through, name) for name in asked}
    # What is loaded, allocated and compiled at first is nobody's.
    for name, turn in runs.items():
        turn()
        cpu[name].clear()
    return in_turns(runs, run.scale.rounds * TURNS), cpu


def _copy(directory: Path, to: Path) -> Path:
    """The same model as another version."""
    shutil.copytree(directory, to)
    manifest, _ = read_manifest(to)
    write_manifest(to, replace(manifest, version=f"{manifest.version}-copy"))
    return to


def _version(directory: Path) -> str:
    manifest, _ = read_manifest(directory)
    return version_id(manifest.name, manifest.version)
