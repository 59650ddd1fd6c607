"""`kritiq jobs dead`: what killed its workers, to look at and to try again."""

from datetime import UTC, datetime

import click
import orjson

from jobs.errors import KritiqError, NotFound, TextErased
from jobs.job import DEFAULT_TENANT, TEXT_ERASED, Job
from jobs.settings import Settings, load_settings
from ops.audit import note
from ops.options import most_option, refuse_before_subcommand
from ops.rejected import rejected_command
from store.batches import BatchStore
from store.checks import open_redis
from store.jobs import RedisStore
from store.requeue import requeue
from telemetry.printable import printable


@click.group("jobs")
def jobs_command() -> None:
    """List jobs that killed their workers, and messages that no worker can read."""


jobs_command.add_command(rejected_command)


@jobs_command.group("dead", invoke_without_command=True)
@click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="Whose jobs.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line, with the text.")
@most_option
@click.pass_context
def dead_command(ctx: click.Context, tenant: str, as_json: bool, most: int) -> None:
    """List jobs that failed because their workers died."""
    refuse_before_subcommand(ctx, "as_json", "most")
    settings = load_settings()
    ctx.obj = (settings, tenant)
    if ctx.invoked_subcommand is not None:
        return
    with open_redis(settings, tenants=[tenant]) as client:
        store = RedisStore(client)
        jobs = store.dead(tenant, most=most)
        if jobs:
            note(settings, tenant, "kritiq jobs dead", jobs=str(len(jobs)))
        elif not as_json:
            click.echo("No dead jobs.")
        for job in jobs:
            click.echo(printable(orjson.dumps(_facts(store, job)).decode() if as_json else _line(store, job)))


@dead_command.command("requeue")
@click.argument("job_id", required=False)
@click.option("--all", "everything", is_flag=True, help="All of them.")
@click.pass_obj
def requeue_command(found: tuple[Settings, str], job_id: str | None, everything: bool) -> None:
    """Try a dead job again as a new one, whose `retry_of` is the old one."""
    if (job_id is None) is not everything:
        raise click.UsageError("Name a job, or pass --all.")
    settings, tenant = found
    client = open_redis(settings, tenants=[tenant])
    store, batches = RedisStore(client), BatchStore(client)
    wanted = [job for job in store.dead(tenant, most=100_000) if everything or job.id == job_id]
    if not wanted and not everything:
        raise NotFound(f"No dead job has the id {job_id}.")
    for job in wanted:
        try:
            again = requeue(store, batches, settings, job)
        except KritiqError as error:
            click.echo(printable(f"{job.id}: {error}"), err=True)
        else:
            click.echo(f"{job.id} -> {again}")
            note(settings, tenant, "kritiq jobs dead requeue", job_id=job.id)


def _text(store: RedisStore, job: Job) -> str:
    try:
        return store.text(job.tenant, job.id)
    except TextErased:
        return TEXT_ERASED.message
    except NotFound:
        return ""


def _facts(store: RedisStore, job: Job) -> dict[str, object]:
    return {
        "id": job.id,
        "tenant": job.tenant,
        "attempt": job.attempt,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "error": job.error.to_dict() if job.error else None,
        "text": _text(store, job),
    }


def _line(store: RedisStore, job: Job) -> str:
    ended = datetime.fromtimestamp((job.finished_at or 0) / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    text = " ".join(_text(store, job).split())
    return f"{job.id}  {ended}  attempt {job.attempt}  {text[:60]}{'…' if len(text) > 60 else ''}"
