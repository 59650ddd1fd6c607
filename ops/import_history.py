"""`kritiq import`: years of reviews that nobody has judged yet, into the archive."""

import sys
from pathlib import Path

import click

from jobs.job import DEFAULT_TENANT
from ops.options import refuse

#: What `kritiq predict` and `kritiq batch` end with when some reviews have no result: the others are imported.
_SOME_FAILED = 3
#: What a column may be; `kritiq batch` has an option for each.
_ROLES = ("text", "id", "restaurant", "date", "language", "author", "metadata")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="The organisation.")
@click.option("--model", default="models/kritiq-mini", show_default=True, help="As for `kritiq predict`.")
@click.option("--column", "columns", multiple=True, metavar="ROLE=NAME", help="As for `kritiq predict`.")
@click.option("--encoding", help="As for `kritiq predict`.")
@click.option("--format", "form", help="As for `kritiq predict`.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="What was found. Default: FILE with .judged.jsonl."
)
@click.option("--source", help="What these reviews are called together. Default: the file's name.")
@click.option(
    "--as-new", is_flag=True, help="By the service, as a batch: webhooks tell of it, summaries and limits count it."
)
@click.option("--fresh", is_flag=True, help="Start over, as where FILE was mended: forget an earlier run.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
@click.pass_context
def import_command(
    ctx: click.Context,
    file: Path,
    tenant: str,
    model: str,
    columns: tuple[str, ...],
    encoding: str | None,
    form: str | None,
    out: Path | None,
    source: str | None,
    as_new: bool,
    fresh: bool,
    quiet: bool,
) -> None:
    """Judge the reviews of FILE (CSV, JSON, Excel, Parquet, text) on this machine, and put them into the archive.

    Each counts on the day on which it was written. No webhook tells of them, and no limit and no summary of Redis
    counts them. A run that was stopped goes on with the same command; done again it changes nothing. Exit status: 3
    when some reviews have no result.
    """
    out = out or file.with_name(f"{file.name}.judged.jsonl")
    passed_on = [f"--{name}" for name, given in (("fresh", fresh), ("quiet", quiet)) if given]
    passed_on += [f"--encoding={encoding}"] if encoding is not None else []
    passed_on += [f"--format={form}"] if form is not None else []
    if as_new:
        refuse(
            ctx, "tenant", "model", "source", why="does nothing with --as-new: that is the service's, and the key's."
        )
        named = [part for role, name in map(_role, columns) for part in (f"--{role}-column", name)]
        sys.exit(_run(ctx, "batch", [str(file), "--out", str(out), *named, *passed_on]))
    named = [part for pair in columns for part in ("--column", pair)]
    status = _run(ctx, "predict", ["--input", str(file), "--output", str(out), "--model", model, *named, *passed_on])
    if status not in (0, _SOME_FAILED):
        sys.exit(status)
    by = ["--model", _name_of(model), "--tenant", tenant, "--source", source or file.name]
    _run(ctx, "archive", ["import", str(out), *by])
    sys.exit(status)


def _role(pair: str) -> tuple[str, str]:
    """Role and name of ROLE=NAME. Raises UsageError."""
    role, _, name = pair.partition("=")
    if role not in _ROLES or not name:
        raise click.UsageError(f"--column knows no {pair!r}; there are {', '.join(_ROLES)}")
    return role, name


def _run(ctx: click.Context, command: str, arguments: list[str]) -> int:
    """Run another command of `kritiq`; its exit status."""
    group = ctx.find_root().command
    assert isinstance(group, click.Group)
    found = group.get_command(ctx, command)
    assert found is not None
    try:
        # A column is named to this command, whichever runs.
        found.main(arguments, prog_name=f"kritiq {command}", standalone_mode=False, obj="--column text=NAME")
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def _name_of(model: str) -> str:
    from model.artifact.loading import locate
    from model.artifact.manifest import read_manifest

    manifest, _ = read_manifest(locate(model))
    return f"{manifest.name}/{manifest.version}"
