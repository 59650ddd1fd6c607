"""`kritiq submit` and `kritiq batch`: reviews from the command line.

Exit status: 0 all good; 1 could not run (no service, unreadable input); 2 wrong usage; 3 some reviews have no result;
130 stopped by Ctrl-C.
"""

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kritiq_client.bulk.rows import Row
    from kritiq_client.bulk.state import State

SOME_FAILED, STOPPED = 3, 130

url_option = click.option(
    "--url", envvar="KRITIQ_URL", default="http://127.0.0.1:5000", show_default=True, help="Where Kritiq is."
)


@click.command("submit")
@click.argument("text", required=False)
@click.option("--file", type=click.File(encoding="utf-8"), help="Read the review from a file; - is stdin.")
@click.option("--wait", is_flag=True, help="Wait until it is judged.")
@click.option("--timeout", default=60.0, show_default=True, help="Longest wait in seconds.")
@click.option("--language", help="ISO 639 code of the review (default: found out).")
@click.option("--restaurant", help="Your id of the restaurant.")
@click.option("--priority", type=click.Choice(["high", "normal", "bulk"]))
@click.option("--json", "as_json", is_flag=True, help="Print the job as JSON.")
@url_option
def submit_command(
    text: str | None,
    file: TextIO | None,
    wait: bool,
    timeout: float,
    language: str | None,
    restaurant: str | None,
    priority: str | None,
    as_json: bool,
    url: str,
) -> None:
    """Submit one review: TEXT, a file, or what comes on stdin.

    Exit status: 0 good, 1 could not run, 2 wrong usage, 3 the job has no result, 130 stopped.
    """
    from kritiq_client.client import Client
    from kritiq_client.errors import KritiqError
    from kritiq_client.reviews import Review
    from kritiq_client.table import job_table

    if text is not None and file is not None:
        raise click.UsageError("Give TEXT or --file, not both.")
    if text is None and file is None and sys.stdin.isatty():
        raise click.UsageError("Give TEXT, --file, or a review on stdin.")
    try:
        said = text
        if said is None:
            said = file.read() if file is not None else sys.stdin.buffer.read().decode()
        review = Review(text=said, language=language, restaurant=restaurant, priority=priority)
        with Client(url) as client:
            job = client.analyze(review, timeout_s=timeout) if wait else client.submit(review)
    except (KritiqError, UnicodeError) as error:
        raise click.ClickException(str(error)) from None
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    click.echo(json.dumps(job.raw, ensure_ascii=False, indent=2) if as_json else job_table(job))
    if job.ended and job.result is None:
        sys.exit(SOME_FAILED)


@click.command("batch")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="JSON lines, one a review.")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), help="Default: by name; JSON lines on stdin.")
@click.option("--text-column", default="text", show_default=True, help="Column or member that holds the review.")
@click.option("--id-column", help="Column or member that holds your id (default: custom_id or id, if there).")
@click.option("--delimiter", help="Of CSV columns (default: , or ; or tab, as the header has it).")
@click.option("--encoding", default="utf-8-sig", show_default=True, help="Of CSV.")
@click.option("--language", help="ISO 639 code of all reviews (default: found out for each).")
@click.option("--restaurant", help="Your id of the restaurant.")
@click.option("--fresh", is_flag=True, help="Start over: forget an earlier run, and judge again.")
@click.option(
    "--patience", default=600.0, show_default=True, help="Seconds to wait for a service that is away or full."
)
@click.option("--quiet", is_flag=True, help="No progress bar.")
@url_option
def batch_command(
    source: Path,
    out: Path,
    form: str | None,
    text_column: str,
    id_column: str | None,
    delimiter: str | None,
    encoding: str,
    language: str | None,
    restaurant: str | None,
    fresh: bool,
    patience: float,
    quiet: bool,
    url: str,
) -> None:
    """Judge all reviews of SOURCE (CSV with a header row, or JSON lines; - is stdin) and write OUT, in their order.

    A run that was stopped or killed goes on where it was with the same command: OUT.state remembers. Nothing is
    judged twice.

    Exit status: 0 all good, 1 could not run, 2 wrong usage, 3 some reviews have no result, 130 stopped.
    """
    from kritiq_client.bulk.rows import chunks, from_csv, from_jsonl
    from kritiq_client.bulk.run import Run, begin
    from kritiq_client.bulk.state import State
    from kritiq_client.client import Client
    from kritiq_client.errors import KritiqError
    from kritiq_client.reviews import BatchOptions

    csv_form = form == "csv" or (form is None and source.suffix.lower() in (".csv", ".tsv"))
    options = BatchOptions(language=language, restaurant=restaurant) if language or restaurant else None

    def rows(stack: ExitStack) -> "Iterator[Row]":
        stream: BinaryIO = stack.enter_context(click.open_file(str(source), "rb"))  # type: ignore[assignment]
        if not csv_form:
            return from_jsonl(stream, text=text_column, identity=id_column)
        import io

        text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        return from_csv(text, text=text_column, identity=id_column, delimiter=delimiter)

    state: State | None = None
    try:
        with ExitStack() as stack, Client(url, timeout_s=30.0) as client:
            total = None
            if str(source) != "-":
                with ExitStack() as first:
                    total = sum(1 for _ in rows(first))
            state = begin(out, fresh=fresh)
            bar = stack.enter_context(_bar(total, state, quiet=quiet))
            run = Run(client, out, state, patience_s=patience, told=lambda line: bar.update())
            run.finish(chunks(rows(stack), options))
    except KeyboardInterrupt:
        done = state.lines if state is not None else 0
        click.echo(f"Stopped after {done} reviews; the same command goes on from there.", err=True)
        sys.exit(STOPPED)
    except (KritiqError, OSError, LookupError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(_sum(state, out), err=True)
    if state.counts["succeeded"] < state.lines:
        sys.exit(SOME_FAILED)


def _bar(total: int | None, state: "State", *, quiet: bool) -> Any:
    from tqdm import tqdm  # type: ignore[import-untyped,unused-ignore]

    # `disable=None`: no bar where nobody looks at a terminal.
    return tqdm(total=total, initial=state.lines, unit=" reviews", disable=True if quiet else None)


def _sum(state: "State", out: Path) -> str:
    parts = ", ".join(f"{count} {status}" for status, count in sorted(state.counts.items(), key=lambda item: -item[1]))
    return f"{state.lines} reviews: {parts or 'nothing to do'} → {out}"
