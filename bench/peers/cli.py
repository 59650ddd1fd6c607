"""`kritiq bench peers`: Kritiq beside other ways to serve the same model, each by its own means, as one table."""

import json
import shutil
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from bench.figures import significant
from bench.peers.descendants import keep_orphans
from bench.peers.environment import REQUIREMENTS, Environment, NotHere
from bench.peers.figures import Figures, Row
from bench.peers.measure import Task, directly, measured, task_of
from bench.peers.peer import DIRECT, PEERS, Peer
from bench.peers.plan import in_rounds, wanted
from bench.peers.running import Loaded, Running
from bench.peers.scale import FULL, QUICK, SHARE_AT_RATE
from bench.peers.table import table
from bench.queue.cli import machine
from bench.queue.direct import load_direct, rate
from bench.texts import reviews
from jobs.finite import Finite
from jobs.settings import load_settings
from model.predictor import Predictor

_tell = partial(click.echo, err=True)


@click.command("peers")
@click.option("--only", multiple=True, type=click.Choice([peer.name for peer in PEERS if peer.name != DIRECT]),
              help="Only this peer beside direct prediction; may be repeated.")  # fmt: skip
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1), help="Of all peers, in turns.")
@click.option("--quick", is_flag=True, help="Small runs: whether it works, not what it does.")
@click.option("--reviews", "bulk", type=click.IntRange(1), help="Of the bulk run.  [default: 10000; --quick: 600]")
@click.option("--rate", "per_s", type=Finite(0, min_open=True),
              help="Reviews a second of the open loop.  [default: a quarter of direct prediction's]")  # fmt: skip
@click.option("--model", default="models/kritiq-mini", show_default=True, type=click.Path(path_type=Path, exists=True),
              help="Directory of the model that all of them load.")  # fmt: skip
@click.option("--folder", default=Path.home() / ".cache" / "kritiq" / "peers", type=click.Path(path_type=Path),
              help="Where the peers' environments are kept, 1 GB each.  [default: ~/.cache/kritiq/peers]")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="All figures of all rounds instead of the table.")
def peers_command(
    only: tuple[str, ...], rounds: int, quick: bool, bulk: int | None, per_s: float | None, model: Path, folder: Path,
    as_json: bool,
) -> None:  # fmt: skip
    """Install each peer in an environment of its own, give all of them the same load, kill a worker, print a table.

    A peer that cannot be installed or started is a row that says why.
    """
    began, scale = time.perf_counter(), QUICK if quick else FULL
    if bulk is not None:
        scale = replace(scale, bulk=bulk)
    keep_orphans()
    peers, about = wanted(only), machine()
    pythons, why_not = _prepared(peers, folder.resolve())
    settings = load_settings().model_copy(update={"model": str(model.resolve()), "device": "cpu", "dtype": "float32"})
    predictor = load_direct(settings)
    per_s = per_s or SHARE_AT_RATE * rate(predictor, reviews(300, seed=9))
    task = task_of(scale, per_s, predictor)
    loaded = Loaded(model=settings.model, budget=predictor.token_budget)
    measure = partial(_measure, task, predictor, pythons, loaded)
    rows = list(in_rounds(peers, rounds, measure, why_not, _tell))
    about |= {"rounds": rounds, "open_loop_per_s": significant(per_s), "seconds": round(time.perf_counter() - began)}
    if as_json:
        click.echo(json.dumps(about | {"peers": [_to_json(row) for row in rows]}, indent=2, ensure_ascii=False))
    else:
        click.echo(table(rows, scale, per_s=per_s))
        click.echo(f"\n{about['date']}, {about['machine']['cpu']}, {about['machine']['cores']} cores, load average"
                   f" {about['machine']['load_average'][0]} at the start, {rounds} rounds.")  # fmt: skip


def _prepared(peers: list[Peer], folder: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """The Python of each peer, and of the others why they have none."""
    pythons, why_not = {}, {}
    for peer in peers:
        environment = Environment(folder=folder, requirements=REQUIREMENTS / f"{peer.name}.txt")
        try:
            if peer.program and shutil.which(peer.program[0]) is None:
                raise NotHere(f"needs `{peer.program[0]}`, which is not installed; {peer.program[1]}")
            if peer.own_environment:
                if not environment.is_made:
                    _tell(f"{peer.name}: an environment is made in {environment.path}")
                environment.make()
            pythons[peer.name] = environment.python if peer.own_environment else Path(sys.executable)
        except NotHere as error:
            why_not[peer.name] = str(error)
            _tell(f"{peer.name}: {error}")
    return pythons, why_not


def _measure(task: Task, predictor: Predictor, pythons: dict[str, Path], loaded: Loaded, peer: Peer) -> Figures:
    if peer.name == DIRECT:
        return directly(task, predictor)
    with Running(peer, pythons[peer.name], loaded) as running:
        return measured(task, peer, running)


def _to_json(row: Row) -> dict[str, Any]:
    members: dict[str, Any] = {"title": row.title, "rounds": [each.to_json() for each in row.rounds]}
    if row.why_not:
        return members | {"why_not": row.why_not}
    return members | {
        "reviews_per_s_to_direct": significant(row.rate_ratio), "bulk_to_direct": significant(row.bulk_ratio)
    }  # fmt: skip
