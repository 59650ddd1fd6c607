"""`kritiq erase`: all that there is of a guest, a restaurant or an organisation is taken away, with a report."""

import time
from dataclasses import asdict

import click
import orjson

from jobs.errors import KritiqError
from jobs.settings import load_settings
from ops.audit import note
from ops.whose import whose_options
from store.checks import open_redis
from store.erasure import Eraser, ErasureReport
from store.outbox import Outbox
from store.whose import Whose
from telemetry.printable import printable

#: How long the archive may take, in seconds.
ARCHIVE_S = 10.0


class Left(KritiqError):
    """Something is left."""


@click.command("erase")
@whose_options
@click.option("--json", "as_json", is_flag=True, help="The report as a JSON object.")
def erase_command(whose: Whose, as_json: bool) -> None:
    """Delete jobs and batches with texts and results, tell webhooks' receivers, and search for what is left.

    Of a batch that others have lines in too an author's lines go alone; one of other restaurants, too, is left and
    named: delete it whole, or wait for its time. An uploaded file goes whole when a line of it is theirs; what was
    made of it stays. Redis' file is written anew within KRITIQ_ERASE_FILES_S. An archive (`kritiq archive`) deletes
    its own; the command waits some seconds for it. Ends with status 1 when something is left.
    """
    settings = load_settings()
    with open_redis(settings) as client:
        report = Eraser(client).erase(whose)
        done = report.archive is None or _wait(Outbox(client), report.archive)
    # Not whose: the log outlives what was erased.
    note(
        settings,
        whose.tenant,
        "kritiq erase",
        jobs=str(report.jobs),
        batches=str(report.batches),
        lines=str(report.lines),
        files=str(report.files),
        feedback=str(report.feedback),
    )
    told = None if report.archive is None else "erased" if done else "told"
    facts = {**asdict(report), "archive": told}
    click.echo(printable(orjson.dumps(facts).decode() if as_json else _words(report, told)))
    if not (report.complete and done):
        raise Left


def _wait(outbox: Outbox, place: str) -> bool:
    """Whether the archive has done what stands at a place in its outbox, within `ARCHIVE_S`."""
    until = time.monotonic() + ARCHIVE_S
    while outbox.has(place):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


#: What is said of the archive.
_ARCHIVE = {
    "erased": "The archive has erased its own.",
    "told": "The archive is told to erase its own and has not done so yet: see that `kritiq archive` runs.",
}


def _words(report: ErasureReport, archive: str | None) -> str:
    lines = [
        f"Erased {report.jobs} jobs, {report.batches} batches, {report.lines} lines of other batches, {report.files}"
        f" uploaded files and feedback on {report.feedback} jobs that are past their time or others'."
    ]
    lines += [f"Left, because other restaurants have lines in it: {name}" for name in report.shared_batches]
    lines += [_ARCHIVE[archive]] if archive else []
    lines += [f"Found in: {name}" for name in report.found]
    lines.append(f"Searched {report.searched} keys of Redis: {'nothing' if not report.found else 'something'} is left.")
    return "\n".join(lines)
