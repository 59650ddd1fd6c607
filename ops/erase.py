"""`kritiq erase`: all that there is of a guest, a restaurant or an organisation is taken away, with a report."""

import time
from dataclasses import asdict, replace

import click
import orjson

from jobs.erasure import Erased, Proof
from jobs.errors import KritiqError
from jobs.settings import load_settings
from ops.audit import note
from ops.whose import whose_options
from store.checks import open_redis
from store.erasure import Eraser
from store.outbox import Outbox
from store.whose import Whose
from telemetry.counted import counted
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

    An author's lines go alone where a batch also has lines of others. A batch that a restaurant shares with others is
    left, and named: delete it whole, or wait for its time. An uploaded file goes whole when a line of it is theirs;
    what was made of it stays. Redis' file is written anew within KRITIQ_ERASE_FILES_S. An archive (`kritiq archive`)
    deletes its own; the command waits some seconds for it. Ends with status 1 when something is left.
    """
    settings = load_settings()
    with open_redis(settings, tenants=[whose.tenant]) as client:
        erased, proof = Eraser(client).erase(whose)
        done = proof.archive is None or _wait(outbox := Outbox(client), proof.archive)
        if proof.archive is not None and done:
            proof = replace(proof, archived=outbox.erased(proof.archive))
    # Not whose: the log outlives what was erased.
    note(settings, whose.tenant, "kritiq erase", **{name: str(count) for name, count in asdict(erased).items()})
    told = None if proof.archive is None else "erased" if done else "told"
    report = {**asdict(erased), **asdict(proof), "archive": told}
    click.echo(printable(orjson.dumps(report).decode() if as_json else _words(erased, proof, told)))
    if not (proof.complete and done):
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
    "erased": "The archive has erased its own, too: {archived} reviews that Redis did not have, or lines of batches.",
    "told": "The archive is told to erase its own and has not done so yet: see that `kritiq archive` runs.",
}


def _words(erased: Erased, proof: Proof, archive: str | None) -> str:
    lines = [
        f"Erased from Redis: {counted(erased.jobs, 'job')}, {counted(erased.batches, 'batch', 'batches')},"
        f" {counted(erased.lines, 'line')} of other batches, {counted(erased.files, 'uploaded file')}, feedback on"
        f" {counted(erased.feedback, 'job')} past their time or of others, and"
        f" {counted(erased.messages, 'message')} of Celery clients that no worker had taken."
    ]
    lines += [f"Left, because other restaurants have lines in it: {name}" for name in proof.shared_batches]
    lines += [_ARCHIVE[archive].format(archived=proof.archived or 0)] if archive else []
    lines += [f"Found in: {name}" for name in proof.found]
    lines.append(f"Searched {proof.searched} keys of Redis: {'nothing' if not proof.found else 'something'} is left.")
    return "\n".join(lines)
