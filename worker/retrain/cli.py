"""`kritiq retrain`: a model learns what people corrected."""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import redis

from jobs.retraining import RetrainingRequest, moment, next_version
from jobs.rollout_options import plan_of, plan_options, said_of_plan
from jobs.settings import Settings, load_settings
from model.cli.errors import reported
from model.cli.finite import Finite
from model.training.bounds import BOUNDS
from store.checks import open_redis
from store.feedback import FeedbackStore
from store.retrainings import RetrainingStore
from telemetry.printable import printable
from worker.retrain.finished import Finished, in_words

PATH = click.Path(path_type=Path)
SHARE, COUNT = Finite(0, 1), click.IntRange(min=1)
#: Exit status of a model that may not be served.
REFUSED = 3
#: Options that stand in a request beside what it is about, with what they are without them.
NUMBERS = {
    "epochs": (COUNT, "Of the training; default: the base's own, 3."),
    "learning-rate": (Finite(min=0, min_open=True), "Its highest; default: the base's own."),
    "seed": (click.IntRange(0, int(BOUNDS["seed"].high)), "Of the training and of what is replayed; default: 1."),
    "replay": (COUNT, "Sentences of the corpus that are learned again; default: 2000."),
    "repeat": (COUNT, "How often an epoch shows a corrected sentence, at most; default: 4."),
    "margin": (SHARE, "How far F1 on the dev data may fall, of aspects and with polarity; default: 0.005."),
    "aspect-margin": (SHARE, "How far F1 with polarity of one aspect may fall; default: 0.05."),
    "corrected": (SHARE, "Least share of the corrections that it has to judge as people said; default: 0.8."),
}


def _at_ms(ctx: click.Context, param: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return moment(round(datetime.strptime(text, "%Y%m%d-%H%M%S").replace(tzinfo=UTC).timestamp() * 1000))
    except ValueError:
        raise click.BadParameter("should be the end of the version, such as 20261129-071203") from None


def next_second(now_ms: Callable[[], int], sleep: Callable[[float], None]) -> int:
    """The next whole second, in milliseconds, once it is there.

    A version is named by its second, and learns what was said until then: so also what was said right before the call.
    """
    begins_ms = now_ms() // 1000 * 1000 + 1000
    while (early_ms := begins_ms - now_ms()) > 0:
        sleep(early_ms / 1000)
    return begins_ms


def number_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with an option for each number of a request."""
    for name, (kind, told) in reversed(NUMBERS.items()):
        command = click.option(f"--{name}", type=kind, help=told)(command)
    return command


@click.command("retrain")
@click.option("--model", required=True, help="What learns: an alias, a version, a directory or a version's address.")
@click.option(
    "--tenant", "tenants", multiple=True, required=True, help="Whose feedback is learned from; may be repeated."
)
@click.option("--alias", default="candidate", show_default=True, help="What stands for the new version afterwards.")
@click.option("--rollout", is_flag=True, help="It goes there in steps and by itself, see `kritiq models rollout`.")
@plan_options
@click.option("--corpus", type=PATH, multiple=True, help="Labelled data to replay; default: the repository's.")
@click.option("--dev", type=PATH, multiple=True, help="Labelled data to measure on; default: a tenth of the corpus.")
@click.option("--output", type=PATH, help="Folder of the new model's folder; default: retrained, in KRITIQ_DATA_DIR.")
@number_options
@click.option(
    "--resume",
    "at_ms",
    metavar="TIME",
    callback=_at_ms,
    help="Continue a broken run: the time in its version, such as 20261129-071627.",
)
@click.option("--background", is_flag=True, help="Have the trainer do it; prints the task's id.")
def retrain_command(
    model: str,
    tenants: tuple[str, ...],
    alias: str,
    rollout: bool,
    corpus: tuple[Path, ...],
    dev: tuple[Path, ...],
    output: Path | None,
    at_ms: int | None,
    background: bool,
    **more: Any,
) -> None:
    """Train a model on what people corrected, and put it into service if it is no worse.

    With KRITIQ_MODEL_STORE it is pushed there, and --alias is pointed at it. Its folder is kept in any case. The exit
    status is 3 when it was refused.
    """
    settings = load_settings()
    names = [name.replace("-", "_") for name in NUMBERS]
    options = {name: more[name] for name in names if more[name] is not None}
    if not rollout and (given := said_of_plan(more)):
        raise click.UsageError(f"{given[0]} is for --rollout: without it the alias stands for the new version at once.")
    plan = plan_of(more) if rollout else None
    try:
        asked = RetrainingRequest(model=model, tenants=tenants, alias=alias, rollout=plan, options=options)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if background and (corpus or dev or output):
        raise click.UsageError("--corpus, --dev and --output are the trainer's own: `kritiq trainer run --help`.")
    client = open_redis(settings, tenants=tenants)
    if background:
        click.echo(RetrainingStore(client).ask(asked, at_ms=at_ms).id)
        client.close()
        return
    if at_ms is not None:
        _refuse_unbegun(client, asked, at_ms, output or settings.data_dir / "retrained")
    else:
        # By the clock that said when people said something: this machine's may be behind it.
        at_ms = next_second(FeedbackStore(client).now_ms, time.sleep)
    _run(settings, client, asked, at_ms, output, tuple(map(str, corpus)), tuple(map(str, dev)))


def _refuse_unbegun(client: redis.Redis, asked: RetrainingRequest, at_ms: int, folder: Path) -> None:
    """Raises ClickException when nothing is known of such a run, here or in the store: a mistyped time would begin one
    that learns only what people had said by then.
    """
    _, _, stamp = next_version("", at_ms).rpartition(".")
    if RetrainingStore(client).began(asked, at_ms=at_ms) is None and not any(folder.glob(f"*{stamp}*")):
        why = (
            f"no such retraining of {asked.model} began at {stamp}, nor is it in {folder}: without --resume one begins"
        )
        raise click.ClickException(printable(why))


def _run(
    settings: Settings,
    client: redis.Redis,
    asked: RetrainingRequest,
    at_ms: int,
    output: Path | None,
    corpus: tuple[str, ...],
    dev: tuple[str, ...],
) -> None:
    # Only now: it is large.
    from worker.retrain.flow import Flow

    flow = Flow(settings, client, announce=_announce)
    folder = output or settings.data_dir / "retrained"
    with reported():
        finished = flow.run(asked, folder, at_ms=at_ms, corpus=corpus, dev=dev)
    click.echo(json.dumps(finished.to_dict(), ensure_ascii=False))
    for line in outcome_lines(finished, asked.alias):
        _announce(line)
    if finished.refusals:
        sys.exit(REFUSED)


def outcome_lines(finished: Finished, alias: str) -> list[str]:
    """What came of it, for people."""
    if finished.refusals:
        there = f", and is in {finished.directory}" if finished.directory.is_dir() else ""
        return [f"{finished.version} is refused{there}:", *map(in_words, finished.refusals)]
    if finished.address is None:
        return [f"{finished.version} is in {finished.directory}; without KRITIQ_MODEL_STORE it is offered to nobody"]
    if finished.unmoved is not None:
        return [f"{finished.version} is {finished.address}; {alias} was not moved: {in_words(finished.unmoved)}"]
    return [f"{finished.version} is {finished.address}, and {alias} was moved: kritiq models alias {alias}"]


def _announce(line: str) -> None:
    click.echo(printable(line), err=True)
