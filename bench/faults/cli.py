"""`kritiq bench faults`: every fault, one after the other, and whether what was accepted ended, once."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import click

from bench.faults import clocks, disruptions, failovers, processes, upgrades
from bench.faults.scenario import Scenario, Stage, play
from bench.faults.verdict import Verdict
from jobs.finite import Finite
from ops.options import refuse

SCENARIOS: Sequence[Scenario] = [
    *processes.SCENARIOS, *disruptions.SCENARIOS, *failovers.SCENARIOS, *clocks.SCENARIOS,
]  # fmt: skip
_COLUMNS = (
    "scenario", "accepted", "succeeded", "failed", "lost", "ended twice", "delivered twice", "back s", "settled s",
    "503s", "other", "kept",
)  # fmt: skip


@click.command("faults")
@click.option("--short", is_flag=True, help="The short form: the faults that matter most, in about a minute.")
@click.option(
    "--scale",
    type=Finite(min=0, min_open=True),
    default=7.0,
    show_default=True,
    help="How many times the reviews of the short form.",
)
@click.option("--only", multiple=True, help="Only the scenario of this name; may be repeated.")
@click.option(
    "--minutes", type=Finite(min=0), default=0.0, help="Go through all of them again until so much time has passed."
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the random moments.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each scenario instead of the table.")
@click.option(
    "--former",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
    help="A checkout of an earlier commit, for the scenarios that replace its processes by this one's.",
)
@click.option("--logs", type=click.Path(path_type=Path), help="Folder for the processes' logs when something fails.")
def faults_command(
    short: bool,
    scale: float,
    only: Sequence[str],
    minutes: float,
    seed: int,
    as_json: bool,
    former: Path | None,
    logs: Path | None,
) -> None:
    """Inject faults into real processes under load; ends with 1 when a promise was not kept."""
    if short:
        refuse(click.get_current_context(), "scale", why="is for the long form: --short has the reviews that it has.")
    every = [*SCENARIOS, *upgrades.scenarios(former)]
    if unknown := set(only) - {scenario.name for scenario in every}:
        raise click.UsageError(f"no such scenario: {', '.join(sorted(unknown))}")
    wanted = [s for s in every if (s.name in only if only else s.short or not short)]
    verdicts: list[Verdict] = []
    until = time.monotonic() + minutes * 60
    turn = 0
    if not as_json:
        click.echo(row(_COLUMNS))
        click.echo(row(["---"] * len(_COLUMNS)))
    with ExitStack() as stack:
        # The short form saves time: one stage for all, and a lease of 2 s instead of the 10 s of the settings.
        stage = stack.enter_context(Stage(workers=2, lease_s=2.0)) if short else None
        while not turn or time.monotonic() < until:
            for scenario in wanted:
                verdict = play(
                    scenario, scale=1.0 if short else scale, seed=seed + turn, stage=stage,
                    keep=_heartbeat(logs, scenario.name),
                )  # fmt: skip
                verdicts.append(verdict)
                click.echo(json.dumps(verdict.to_json()) if as_json else row(cells(verdict)))
                for what in verdict.wrong[:10]:
                    click.echo(f"  {verdict.scenario}: {what}", err=True)
            turn += 1
    sys.exit(0 if all(verdict.kept for verdict in verdicts) else 1)


def _heartbeat(folder: Path | None, name: str) -> Callable[[str], None]:
    def keep(logs: str) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.log").write_text(logs)

    return keep


def row(values: Sequence[str]) -> str:
    """A line of a Markdown table."""
    return "| " + " | ".join(values) + " |"


def cells(verdict: Verdict) -> list[str]:
    """A verdict as a line of the table."""
    if verdict.skipped:
        return [verdict.scenario, f"skipped: {verdict.skipped}", *[""] * (len(_COLUMNS) - 2)]
    failed = ", ".join(f"{count} {reason}" for reason, count in sorted(verdict.failed.items())) or "0"
    other = ", ".join(f"{count} {kind}" for kind, count in sorted(verdict.broken.items())) or "0"
    lost = f"{verdict.lost}, {verdict.forgotten} forgotten" if verdict.forgotten else str(verdict.lost)
    kept = "yes" if verdict.kept else "NO"
    return [
        verdict.scenario, str(verdict.accepted), str(verdict.succeeded), failed, lost,
        str(verdict.ended_twice), str(verdict.delivered_twice), str(verdict.back_s), str(verdict.settled_s),
        str(verdict.refused), other, kept if verdict.covered else "not promised",
    ]  # fmt: skip
