"""`kritiq jobs rejected`: what was in a queue and could not be answered, to look at, to put back and to forget."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import click
import orjson

from jobs.errors import NotFound
from jobs.job import DEFAULT_TENANT
from jobs.settings import Settings, load_settings
from jobs.timestamp import rfc3339
from ops.audit import note
from ops.options import most_option, refuse_before_subcommand
from store.checks import open_redis
from store.rejects import Reject, RejectStore
from telemetry.printable import printable

#: How much of a message is shown, in bytes, and instead of one that is encrypted with a key that is not here.
SHOWN, UNREADABLE = 60, "(encrypted: its key is not here)"


@click.group("rejected", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
@most_option
@click.pass_context
def rejected_command(ctx: click.Context, as_json: bool, most: int) -> None:
    """List what was in a queue and is not a Celery message that can be answered: the last 1,000."""
    refuse_before_subcommand(ctx, "as_json", "most")
    settings = load_settings()
    ctx.obj = settings
    if ctx.invoked_subcommand is not None:
        return
    with open_redis(settings) as client:
        rejects = RejectStore(client).all()[:most]
    if rejects:
        note(settings, DEFAULT_TENANT, "kritiq jobs rejected", rejects=_numbers([reject.number for reject in rejects]))
    elif not as_json:
        click.echo("Nothing was rejected.")
    for reject in rejects:
        click.echo(printable(orjson.dumps(_facts(reject)).decode() if as_json else _line(reject)))


@rejected_command.command("requeue")
@click.argument("number", type=click.IntRange(min=0), required=False)
@click.option("--all", "everything", is_flag=True, help="All of them.")
@click.pass_obj
def requeue_command(settings: Settings, number: int | None, everything: bool) -> None:
    """Put a message back at the end of its queue, for workers to look at again."""
    store = RejectStore(open_redis(settings))
    kept = {reject.number: reject for reject in store.all()}
    wanted = _wanted(kept, number, everything)
    back = store.put_back(wanted)
    for each in back:
        click.echo(f"{each} -> {escaped(kept[each].queue.encode())}")
    if back:
        note(settings, DEFAULT_TENANT, "kritiq jobs rejected requeue", rejects=_numbers(back))
    for each in sorted(set(wanted) - set(back)):
        click.echo(
            f"{each}: it cannot be read, it is not known which queue it was in, or it is there no more.", err=True
        )


@rejected_command.command("drop")
@click.argument("number", type=click.IntRange(min=0), required=False)
@click.option("--all", "everything", is_flag=True, help="All of them.")
@click.pass_obj
def drop_command(settings: Settings, number: int | None, everything: bool) -> None:
    """Forget a message, with all that is in it."""
    store = RejectStore(open_redis(settings))
    kept = {reject.number: reject for reject in store.all()}
    dropped = store.drop(_wanted(kept, number, everything))
    for each in dropped:
        click.echo(f"{each} is forgotten.")
    if dropped:
        note(settings, DEFAULT_TENANT, "kritiq jobs rejected drop", rejects=_numbers(dropped))


def _wanted(kept: Mapping[int, Reject], number: int | None, everything: bool) -> list[int]:
    """The numbers that were asked for. Raises NotFound."""
    if (number is None) is not everything:
        raise click.UsageError("Name an entry by its number, or pass --all.")
    if number is not None and number not in kept:
        raise NotFound(f"Nothing that was rejected has the number {number}.")
    return sorted(kept) if number is None else [number]


def _numbers(rejects: Sequence[int]) -> str:
    """The numbers of some rejects, for the audit log of the operator's own organisation: nobody else's they are."""
    return ",".join(map(str, rejects[:100]))


def escaped(data: bytes) -> str:
    """Bytes as printable ASCII: what a terminal would obey, or cannot show, as in a Python literal."""
    return data.decode("latin-1").encode("unicode_escape").decode("ascii")


def _start(reject: Reject) -> str:
    if reject.message is None:
        return UNREADABLE
    return escaped(reject.message[:SHOWN]) + ("…" if len(reject.message) > SHOWN else "")


def _size(reject: Reject) -> int | None:
    return None if reject.message is None else len(reject.message)


def _facts(reject: Reject) -> dict[str, object]:
    return {
        "number": reject.number,
        "at": rfc3339(reject.at_ms),
        "queue": reject.queue,
        "reason": reject.reason,
        "size": _size(reject),
        "start": _start(reject),
    }


def _line(reject: Reject) -> str:
    at = datetime.fromtimestamp(reject.at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    queue = escaped(reject.queue.encode()) or "?"
    size = "?" if reject.message is None else len(reject.message)
    return f"{reject.number}  {at}  {queue}  {size} bytes  {reject.reason}  {_start(reject)}"
