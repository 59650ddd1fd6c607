"""`kritiq bench sight`: every fault, and after how many seconds a panel of Grafana's shows it."""

import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from bench.faults.cli import row
from bench.faults.ledger import Ledger
from bench.faults.load import Load
from bench.faults.scenario import Stage
from bench.prometheus import Prometheus, is_installed, shipped_config, shipped_rules
from bench.sight.panels import Panel, panel
from bench.sight.sight import Lines, Look, Scene, Sight, Watch
from bench.sight.sights import SIGHTS, usual
from jobs.finite import Finite
from ops.ports import free_port

#: Within so many seconds a fault is to be seen; so long it is waited for.
PROMISED_S, MOST_S = 30.0, 90.0
#: How long is looked at what is usual: several scrapes.
BEFORE_S = 25.0
#: More than any run sends.
ENDLESS = 10**9
_COLUMNS = ("fault", "panel", "median s", "worst s", "of", "kept")


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """One line in one run."""

    fault: str
    look: str
    #: Until the panel's queries told it; None: not within `MOST_S`.
    seconds: float | None
    #: By how much later the page may show it, for it asks now and then.
    refresh_s: float

    @property
    def kept(self) -> bool:
        """Whether the page shows it in time, however unlucky the moment."""
        return self.seconds is not None and self.seconds + self.refresh_s <= PROMISED_S


@click.command("sight")
@click.option("--only", multiple=True, help="Only the fault of this name; may be repeated.")
@click.option(
    "--times",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="How often each fault is injected, each time into a fresh start.",
)
@click.option("--rate", type=Finite(min=1), default=30.0, show_default=True, help="Reviews a second that clients send.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each line and run instead of the table.")
def sight_command(only: Sequence[str], times: int, rate: float, as_json: bool) -> None:
    """Inject faults, and ask the dashboards' queries each second until they show it; ends with 1 when one is late.

    Needs Prometheus, which scrapes and evaluates as it does where it is deployed.
    """
    if unknown := set(only) - {sight.name for sight in SIGHTS}:
        raise click.UsageError(f"no such fault: {', '.join(sorted(unknown))}")
    if not is_installed():
        raise click.UsageError("prometheus has to be installed (Debian: prometheus).")
    if not as_json:
        click.echo(row(_COLUMNS))
        click.echo(row(["---"] * len(_COLUMNS)))
    kept = True
    for sight in SIGHTS:
        if only and sight.name not in only:
            continue
        seen = [each for _ in range(times) for each in play(sight, rate)]
        kept = kept and all(each.kept for each in seen)
        if as_json:
            for each in seen:
                click.echo(json.dumps(asdict(each) | {"kept": each.kept}))
        else:
            for look in dict.fromkeys(each.look for each in seen):
                click.echo(row(cells([each for each in seen if each.look == look])))
    sys.exit(0 if kept else 1)


def play(sight: Sight, rate: float) -> list[Seen]:
    """One run of one fault, on processes of its own."""
    with ExitStack() as stack:
        stage = stack.enter_context(Stage(workers=2))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kritiq-sight-")))
        prometheus = stack.enter_context(_prometheus(stage, folder))
        shown = {look: panel(look.dashboard, look.panel) for look in sight.looks}
        scene, ports = Scene(stage=stage, text=usual), stage.cluster.ports
        stack.enter_context(
            Load(Ledger(), lambda: ports, jobs=ENDLESS, rate=rate, text=lambda number: scene.text(number))
        )
        sight.prepare(scene)
        watch = Watch(sight.looks, _lines(prometheus, shown))
        watch.get_used_to(for_s=BEFORE_S)
        sight.fault(scene)
        found = watch.seconds(within_s=MOST_S)
    return [
        Seen(fault=sight.name, look=look.name, seconds=seconds, refresh_s=shown[look].refresh_s)
        for look, seconds in found.items()
    ]


def _prometheus(stage: Stage, folder: Path) -> Prometheus:
    token = folder / "token"
    token.write_text(stage.cluster.metrics_token)
    # Nobody's port: there is no Flower here.
    config = shipped_config(api_port=stage.cluster.ports[0], flower_port=free_port(), token=token)
    return Prometheus(folder, config=config, rules=shipped_rules())


def _lines(prometheus: Prometheus, shown: Mapping[Look, Panel]) -> Callable[[Look, float], Lines]:
    return lambda look, now: shown[look].lines(prometheus, now)


def cells(seen: Sequence[Seen]) -> list[str]:
    """The runs of one line as a line of the table."""
    times = sorted(each.seconds for each in seen if each.seconds is not None)
    late = len(times) < len(seen)
    return [
        seen[0].fault, seen[0].look,
        str(statistics.median_low(times)) if times else "never",
        f"not in {MOST_S:.0f}" if late else str(times[-1]),
        str(len(seen)), "yes" if all(each.kept for each in seen) else "NO",
    ]  # fmt: skip
