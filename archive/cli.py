"""`kritiq archive`: the process that keeps results for longer than Redis does, and what is done with what it kept."""

import os
import signal
import socket
import threading
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import BinaryIO

import click
from sqlalchemy import Engine

from access.api_key import TENANT
from archive.archiver import Archiver
from archive.compressed import unpacked
from archive.encrypting import encrypt
from archive.export import FORMATS, exported
from archive.files import Files
from archive.folder import Folder
from archive.garbage import looking_rarely
from archive.importing import Imported, Origin, put_lines
from archive.noted import note
from archive.reading import Reader, Wanted, demand
from archive.review import Kept
from archive.schema import check, open_archive, prepare, reading
from archive.sink import Sink
from jobs.errors import SettingsError
from jobs.job import DEFAULT_TENANT
from jobs.settings import Settings, load_settings
from jobs.table import has_parquet
from store.checks import await_redis, open_redis
from store.connection import connect
from store.ended import EndedJobs
from store.feedback import FeedbackStore
from store.metrics import MetricsStore
from store.model_cards import CardStore
from store.outbox import Outbox
from store.reporter import Reporter
from store.sealing import open_sealing
from store.tenants import TenantStore
from telemetry.counted import counted
from telemetry.logs import LEVELS, set_up_logging
from telemetry.meter import Meter


@click.group("archive", invoke_without_command=True)
@click.option("--log-level", type=click.Choice(LEVELS, case_sensitive=False), help="Instead of KRITIQ_LOG_LEVEL.")
@click.pass_context
def archive_command(ctx: click.Context, log_level: str | None) -> None:
    """Keep results in SQLite or PostgreSQL, until stopped.

    From its first start on, Redis notes which jobs end, even while no archive runs. Safe to run more than once.
    """
    if ctx.invoked_subcommand is None:
        settings = load_settings()
        set_up_logging("archive", level=log_level or settings.log_level, form=settings.log_format)
        _run(settings)


@archive_command.command("off")
def off_command() -> None:
    """End the archive: Redis no longer notes what ends. What the archive has stays."""
    settings = load_settings()
    with open_redis(settings) as client:
        Outbox(client).switch_off()
    note(settings, DEFAULT_TENANT, "kritiq archive off")
    click.echo("Redis notes nothing for an archive any more.")


def _a_day(ctx: click.Context, parameter: click.Parameter, value: datetime) -> date:
    return value.date()


@archive_command.command("export")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), callback=_a_day, required=True, help="First day.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), callback=_a_day, required=True, help="Last day.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="The organisation.")
@click.option("--restaurant", help="Only this restaurant's reviews.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A file, instead of the standard output.")
def export_command(first: date, last: date, form: str, tenant: str, restaurant: str | None, out: Path | None) -> None:
    """Write the reviews of the days from --from to --to as a table, as JSON lines, or as a script of SQL.

    A table has a row for each aspect of each sentence. Parquet needs pyarrow, and --out.
    """
    if last < first:
        raise click.UsageError("--to should not be before --from.")
    if form == "parquet" and out is None:
        raise click.UsageError("Say --out FILE for Parquet.")
    if form == "parquet" and not has_parquet():
        raise click.UsageError("For Parquet pyarrow has to be installed.")
    settings = load_settings()
    engine, sealing = open_archive(settings), open_sealing(settings)
    wanted = Wanted(tenant=tenant, first=first, last=last, restaurant=restaurant)
    os.umask(0o077)
    with reading(engine):
        check(engine)
        demand(engine, tenant)
        note(settings, tenant, "kritiq archive export", days=f"{first} to {last}", restaurant=restaurant or "*")
        with click.open_file(str(out or "-"), "wb") as file:
            for piece in exported(Reader(engine, sealing).reviews(wanted), form):
                file.write(piece)


@archive_command.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="The organisation.")
@click.option("--model", "model", metavar="NAME/VERSION", help="Which model judged lines that do not say it.")
@click.option("--source", help="What these reviews are called together. Default: the file's name.")
def import_command(file: BinaryIO, tenant: str, model: str | None, source: str | None) -> None:
    """Put results into the archive that were judged elsewhere: lines of a batch's results, of `kritiq predict`, or of
    `kritiq archive export --format jsonl`, compressed or not.

    No webhook tells of them and nothing counts them as new. Imported again they are there once, those without a
    custom_id or a restaurant if --source is the same; reviews without a text are left out. What the archive has
    already, of a batch that ended here, would be counted twice.
    """
    if not TENANT.fullmatch(tenant):
        raise click.UsageError("--tenant is no name of an organisation.")
    name, _, version = (model or "").partition("/")
    settings = load_settings()
    os.umask(0o077)
    engine = open_archive(settings)
    if source is None:
        source = Path(file.name).name
    origin = Origin(tenant=tenant, model=name or None, version=version or None, source=source)
    kept, done = Kept(texts=settings.archive_texts, days=settings.archive_days), Imported()
    with unpacked(file, file.name) as lines, connect(settings) as client, reading(engine):
        prepare(engine)
        own = TenantStore(client).archive_days
        for done in put_lines(Sink(engine, client.sealing), lines, origin, kept, datetime.now(UTC), own):
            click.echo(f"\r{done.lines}", nl=False, err=True)
    note(settings, tenant, "kritiq archive import", reviews=str(done.lines))
    without = f", {done.skipped} without a text are not" if done.skipped else ""
    again = f" {done.replaced} of them took the place of what it had of the same reviews." if done.replaced else ""
    click.echo(
        f"\r{counted(done.lines, 'line')} {'is' if done.lines == 1 else 'are'} in the archive{without}.{again}",
        err=True,
    )


@archive_command.command("encrypt")
@click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="The organisation.")
def encrypt_command(tenant: str) -> None:
    """Encrypt what was archived of an organisation before KRITIQ_ENCRYPT_TEXTS was turned on.

    It may be stopped, and asked for again; `kritiq archive` goes on meanwhile.
    """
    settings = load_settings()
    if not settings.encrypt_texts:
        raise SettingsError("KRITIQ_ENCRYPT_TEXTS is off: nothing is encrypted.")
    engine, sealing, done = open_archive(settings), open_sealing(settings), 0
    with reading(engine):
        check(engine)
        demand(engine, tenant)
        for changed in encrypt(engine, sealing, tenant):
            done += changed
            click.echo(f"\r{done}", nl=False, err=True)
    note(settings, tenant, "kritiq archive encrypt", reviews=str(done))
    click.echo(f"\rEncrypted, and in plain before: {done}.", err=True)


def _files(settings: Settings, engine: Engine, meter: Meter, outbox: Outbox) -> Files | None:
    address = settings.archive_files.get_secret_value()
    outbox.files(on=bool(address))
    if not address:
        return None
    return Files(engine, Folder(address), settings.archive_files_format, meter=meter, filed=outbox.filed)


def _run(settings: Settings) -> None:
    # Reviews are in the file that it may make: nobody else's to read.
    os.umask(0o077)
    engine = open_archive(settings)
    await_redis(settings)
    client = connect(settings, timeout_s=5.0)
    outbox = Outbox(client)
    # Before the database is there: what ends from now on is to be in it.
    outbox.switch_on(settings.archive_outbox)
    meter = Meter(on=settings.metrics)
    reporter = Reporter(
        MetricsStore(client), meter, process="archive", name=f"archive-{os.getpid()}@{socket.gethostname()}"
    )
    files = _files(settings, engine, meter, outbox)
    filing = threading.Thread(target=files.run, name="files") if files is not None else None

    def begin() -> None:
        prepare(engine)
        if filing is not None:
            filing.start()

    sink = Sink(engine, client.sealing, erased=outbox.note_erased)
    archiver = Archiver(
        outbox, EndedJobs(client), sink, meter=meter, alive_file=settings.alive_file,
        kept=Kept(texts=settings.archive_texts, days=settings.archive_days), begin=begin,
        own=TenantStore(client).archive_days, cards=CardStore(client).all, sealing=client.sealing,
        feedback=FeedbackStore(client).read,
        again=partial(outbox.switch_on, settings.archive_outbox, again=True),
    )  # fmt: skip

    def stop(number: int, frame: FrameType | None) -> None:
        archiver.stop()
        if files is not None:
            files.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    reporter.start()
    try:
        with looking_rarely():
            archiver.run()
    finally:
        # Also when the archiver has ended by itself: another version of Kritiq has brought the tables up to date.
        if files is not None:
            files.stop()
        if filing is not None and filing.is_alive():
            filing.join()
        reporter.stop()
        engine.dispose()
