"""`kritiq predict --input`: a file of reviews through models on this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from model.cli.errors import reported
from telemetry.printable import printable

if TYPE_CHECKING:
    from kritiq_client.bulk.rows import Row
    from kritiq_client.bulk.state import State

#: Role -> the client's name of it.
ROLES = {
    "text": "text", "id": "identity", "language": "language", "restaurant": "restaurant", "date": "reviewed_at",
    "author": "external_author", "metadata": "metadata",
}  # fmt: skip


def predict_file(
    source: str,
    *,
    output: Path,
    model: str,
    language: str | None,
    everything: bool,
    encoding: str | None,
    form: str | None,
    columns: Mapping[str, str],
    devices: Sequence[str],
    dtype: str | None,
    backend: str,
    processes: int | None,
    fresh: bool,
    quiet: bool,
) -> int:
    """Judge a whole file; returns the exit status."""
    try:
        from kritiq_client.advice import advised
        from kritiq_client.bulk.chunks import chunks
        from kritiq_client.bulk.notes import Notes
        from kritiq_client.bulk.output import begin
        from kritiq_client.bulk.progress import bar, some_failed, stopped, summed
        from kritiq_client.bulk.source import Source
        from kritiq_client.errors import KritiqError
        from kritiq_client.options import SOME_FAILED, STOPPED
    except ModuleNotFoundError as error:
        raise click.ClickException(f"--input needs {error.name}, which is not installed here.") from None
    from model.arguments import language_of
    from model.artifact.loading import locate
    from model.artifact.manifest import read_manifest
    from model.offline.judging import Asked
    from model.offline.opening import opened
    from model.offline.processes import Loading, beside, here
    from model.offline.run import CHUNK_ROWS, finish

    state: State | None = None
    notes = Notes(source)
    with reported(), ExitStack() as stack:
        try:
            asked = Asked(language=language_of(language), include_none=everything)
            directory = locate(model)
            _, digest = read_manifest(directory)
            file = stack.enter_context(opened(source))
            read = Source.of(file, Path(source).name, form=form, columns=_columns(columns, language), encoding=encoding)

            def remark(message: str) -> None:
                click.echo(printable(f"{source}: {message}."), err=True)

            if read.encoding.guessed:
                remark(f"read as {read.encoding.name}; --encoding names another")
            # Whatever is wrong with the file as a whole shows here, before anything is judged.
            total = sum(1 for _ in read.rows(remark))
            state = begin(output, fresh=fresh, source=None if "://" in source else Path(source))
            used, count = _spread(devices, processes, backend)
            loading = Loading(model=str(directory), dtype=dtype, backend=backend)
            alone = count == 1 and len(used) == 1
            submit = stack.enter_context(
                here(loading, used[0], asked) if alone else beside(loading, used, asked, count)
            )
            shown = stack.enter_context(bar(total, state, quiet=quiet))

            def told(row: Row) -> None:
                notes.add(row)
                shown.update()

            rows = chunks(read.rows(), most=CHUNK_ROWS)
            made_by = f"{digest} {backend} {dtype} {asked}"
            finish(rows, submit, output, state, made_by=made_by, ahead=1 if alone else 2 * count, told=told)
        except KeyboardInterrupt:
            click.echo(stopped(state), err=True)
            return STOPPED
        except (KritiqError, OSError, UnicodeError) as error:
            raise click.ClickException(printable(advised(error))) from None
        finally:
            for note in notes.lines():
                click.echo(printable(note), err=True)
    click.echo(printable(summed(state, output)), err=True)
    return SOME_FAILED if some_failed(state) else 0


def _columns(given: Mapping[str, str], language: str | None) -> Any:
    from kritiq_client.bulk.columns import Columns

    if unknown := [role for role in given if role not in ROLES]:
        raise click.UsageError(f"--column knows no {unknown[0]!r}; there are {', '.join(ROLES)}")
    named: dict[str, Any] = {ROLES[role]: name for role, name in given.items()}
    if "metadata" in named:
        named["metadata"] = (named["metadata"],)
    # What the user says of all reviews is not asked of a column that nobody named.
    unwanted = frozenset({"language"} if language is not None else ())
    return Columns(**named, unwanted=unwanted, text_option="--column text=NAME")


def _spread(devices: Sequence[str], processes: int | None, backend: str) -> tuple[list[str | None], int]:
    """The devices, and how many processes are on them: one each, or on a CPU one a core."""
    from model.artifact.variants import FILES
    from model.runtime.backends import allowed_cores, choose_device

    # Asked only where nobody says: it loads PyTorch into a process that needs none.
    used: list[str | None] = list(devices) or [None if backend in FILES else choose_device(None)]
    on_cores = all(device in (None, "cpu") for device in used)
    return used, processes or (allowed_cores() if on_cores else len(used))
