"""`kritiq batch`: a file of reviews from the command line."""

import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kritiq_client.options import (
    SECONDS,
    SOME_FAILED,
    STOPPED,
    api_key_option,
    encoding_option,
    finite,
    not_before_option,
    one_character,
    url_option,
)
from kritiq_client.printable import never_fail_to_print, printable

if TYPE_CHECKING:
    from kritiq_client.bulk.rows import Row
    from kritiq_client.bulk.state import State


@click.command("batch")
@click.argument("path", metavar="SOURCE", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="JSON lines, one per review."
)
@click.option(
    "--format", "form", type=click.Choice(["csv", "jsonl", "json", "xlsx", "parquet", "txt"]),
    help="Default: by the file's name, first bytes and first line.",
)  # fmt: skip
@click.option(
    "--text-column", help="Column or member that holds the review (default: text, or as in portals' exports)."
)
@click.option("--id-column", help="Column or member that holds your id (default: custom_id or id, if there).")
@click.option(
    "--restaurant-column",
    help="… your id of the restaurant (default: restaurant or business_id, if there, unless --restaurant).",
)
@click.option(
    "--date-column", help="… when it was written (default: reviewed_at, review_date, date, createTime and the like)."
)
@click.option("--language-column", help="… its language (default: language, if there, unless --language).")
@click.option("--model-column", help="… the model that is to judge it (default: model, if there, unless --model).")
@click.option(
    "--author-column", help="… your id of who wrote it (default: external_author, author_id or user_id, if there)."
)
@click.option("--metadata-column", multiple=True, help="… data of yours that comes back with the result; repeatable.")
@click.option(
    "--delimiter",
    callback=one_character,
    help="Between CSV columns (default: detected from the header or a sep= line).",
)
@encoding_option
@click.option("--language", help="ISO 639 code of all reviews (default: detected for each).")
@click.option("--restaurant", help="Your id of the restaurant that all reviews are of.")
@click.option("--model", help="An alias of a model, or an exact version (default: default).")
@not_before_option
@click.option("--fresh", is_flag=True, help="Start over: forget an earlier run, and judge again.")
@click.option(
    "--patience", type=SECONDS, callback=finite, default=600.0, show_default=True,
    help="Seconds to keep trying while the service is unavailable or full.",
)  # fmt: skip
@click.option("--quiet", is_flag=True, help="No progress bar.")
@url_option
@api_key_option
@click.pass_obj
def batch_command(
    text_option: str | None,
    path: Path,
    out: Path,
    form: str | None,
    text_column: str | None,
    id_column: str | None,
    restaurant_column: str | None,
    date_column: str | None,
    language_column: str | None,
    model_column: str | None,
    author_column: str | None,
    metadata_column: tuple[str, ...],
    delimiter: str | None,
    encoding: str | None,
    language: str | None,
    restaurant: str | None,
    model: str | None,
    not_before: datetime | None,
    fresh: bool,
    patience: float,
    quiet: bool,
    url: str,
    api_key_file: Path | None,
) -> None:
    """Judge all reviews of SOURCE (CSV with a header, JSON, Excel, Parquet, text; -: stdin), and write OUT, in order.

    A run that was stopped or killed resumes with the same command: OUT.state keeps its progress. Nothing is
    judged twice. A row that cannot be read exactly fails, and its line is named; a rating without text is skipped.

    Exit status: 0 success, 1 could not run, 2 wrong usage, 3 some reviews have no result, 130 stopped.
    """
    from kritiq_client.advice import advised
    from kritiq_client.bulk.chunks import chunks
    from kritiq_client.bulk.columns import Columns
    from kritiq_client.bulk.notes import Notes
    from kritiq_client.bulk.output import begin
    from kritiq_client.bulk.progress import bar, some_failed, stopped, summed
    from kritiq_client.bulk.run import Run
    from kritiq_client.bulk.source import Source, seekable
    from kritiq_client.client import Client
    from kritiq_client.credentials import key_for
    from kritiq_client.errors import KritiqError
    from kritiq_client.retrying import Core
    from kritiq_client.reviews import BatchOptions
    from kritiq_client.waiting import Waiting

    given = BatchOptions(language=language, restaurant=restaurant, model=model, not_before=not_before)
    options = given if given != BatchOptions() else None
    # A command that runs this one names the column of reviews by an option of its own.
    named = {"text_option": text_option} if text_option is not None else {}
    # What the user says of all reviews is not asked of a column that nobody named.
    of_all = {
        name
        for name, value in (("restaurant", restaurant), ("language", language), ("model", model))
        if value is not None
    }
    columns = Columns(
        text=text_column, identity=id_column, restaurant=restaurant_column, reviewed_at=date_column,
        language=language_column, model=model_column, external_author=author_column, metadata=metadata_column,
        unwanted=frozenset(of_all), **named,
    )  # fmt: skip
    state: State | None = None
    never_fail_to_print()
    notes = Notes(str(path))
    try:
        key = key_for(url, api_key_file)

        def say(line: str) -> None:
            shown.write(line, file=sys.stderr)  # above the bar, if there is one

        core = Core(told=Waiting(url, say, f" for up to {patience:g} s{'' if named else ' (--patience)'}"))
        with ExitStack() as stack, Client(url, api_key=key, timeout_s=30.0, core=core) as client:
            file = stack.enter_context(seekable(path))
            source = Source.of(file, path.name, form=form, columns=columns, encoding=encoding, delimiter=delimiter)

            def remark(message: str) -> None:
                click.echo(printable(f"{path}: {message}."), err=True)

            if source.encoding.guessed:
                remark(f"read as {source.encoding.name}; --encoding names another")
            # Whatever is wrong with the file as a whole shows here, before anything is judged.
            total = sum(1 for _ in source.rows(remark))
            state = begin(out, fresh=fresh, source=path)
            shown = stack.enter_context(bar(total, state, quiet=quiet))

            def told(row: "Row") -> None:
                notes.add(row)
                shown.update()

            Run(client, out, state, patience_s=patience, told=told).finish(chunks(source.rows(), options))
    except KeyboardInterrupt:
        click.echo(stopped(state), err=True)
        sys.exit(STOPPED)
    except (KritiqError, OSError, UnicodeError) as error:
        raise click.ClickException(printable(advised(error))) from None
    finally:
        for note in notes.lines():
            click.echo(printable(note), err=True)
    click.echo(printable(summed(state, out)), err=True)
    if some_failed(state):
        sys.exit(SOME_FAILED)
