"""`kritiq submit`: a review from the command line."""

import json
import os
import sys
from datetime import datetime
from pathlib import Path

import click

from kritiq_client.options import (
    SECONDS,
    SOME_FAILED,
    STOPPED,
    api_key_option,
    encoding_option,
    finite,
    not_before_option,
    url_option,
)
from kritiq_client.printable import never_fail_to_print, printable

#: How long `kritiq submit --wait` waits unless `--timeout` says it, in seconds.
WAIT_S = 60.0


@click.command("submit")
@click.argument("text", required=False)
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="Read the review from a file; - is stdin.",
)
@encoding_option
@click.option("--wait", is_flag=True, help="Wait until it is judged.")
@click.option(
    "--timeout", type=SECONDS, callback=finite, show_default="60", help="With --wait: how long at most, in seconds."
)
@click.option("--language", help="ISO 639 code of the review (default: detected).")
@click.option("--restaurant", help="Your id of the restaurant.")
@click.option("--author", help="Your id of who wrote it.")
@click.option("--model", help="An alias of a model, or an exact version (default: default).")
@click.option("--priority", type=click.Choice(["high", "normal", "bulk"]))
@not_before_option
@click.option("--json", "as_json", is_flag=True, help="Print the job as JSON.")
@url_option
@api_key_option
def submit_command(
    text: str | None,
    file: Path | None,
    encoding: str | None,
    wait: bool,
    timeout: float | None,
    language: str | None,
    restaurant: str | None,
    author: str | None,
    model: str | None,
    priority: str | None,
    not_before: datetime | None,
    as_json: bool,
    url: str,
    api_key_file: Path | None,
) -> None:
    """Submit one review: TEXT, a file, or what comes on stdin (also where TEXT is -).

    Exit status: 0 success, 1 could not run, 2 wrong usage, 3 the job has no result, 130 stopped.
    """
    from kritiq_client.advice import advised
    from kritiq_client.client import Client
    from kritiq_client.credentials import key_for
    from kritiq_client.errors import KritiqError
    from kritiq_client.retrying import Core
    from kritiq_client.reviews import Review
    from kritiq_client.table import job_table
    from kritiq_client.waiting import Waiting

    if text == "-" and file is None:
        # As elsewhere. As a review it would say nothing, and what was meant to be read would be lost.
        text, file = None, Path("-")
    if text is not None and (file is not None or encoding is not None):
        raise click.UsageError("Give TEXT or --file, not both; TEXT needs no --encoding.")
    if text is None and file is None and (sys.stdin is None or sys.stdin.isatty()):
        raise click.UsageError("Give TEXT, --file, or a review on stdin.")
    if timeout is not None and not wait:
        raise click.UsageError("--timeout says how long to --wait: give both.")
    never_fail_to_print()
    try:
        found = _text(text, file, encoding)
        review = Review(
            text=found, language=language, restaurant=restaurant, external_author=author, priority=priority,
            not_before=not_before, model=model,
        )  # fmt: skip
        core = Core(told=Waiting(url, lambda line: click.echo(line, err=True)))
        with Client(url, api_key=key_for(url, api_key_file), core=core) as client:
            within_s = WAIT_S if timeout is None else timeout
            job = client.analyze(review, timeout_s=within_s) if wait else client.submit(review)
    except (KritiqError, OSError, UnicodeError) as error:
        raise click.ClickException(printable(advised(error))) from None
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    click.echo(printable(json.dumps(job.raw, ensure_ascii=False, indent=2) if as_json else job_table(job)))
    if job.ended and job.result is None:
        sys.exit(SOME_FAILED)


def _text(text: str | None, file: Path | None, encoding: str | None) -> str:
    """The review of `kritiq submit`. Raises BadInput, OSError."""
    from kritiq_client.bulk.encoding import decode
    from kritiq_client.bulk.records import broken
    from kritiq_client.bulk.source import seekable

    if text is not None:
        # An argument in another encoding than the terminal's: Python keeps its bytes as lone surrogates.
        return text if not broken(text) else decode(os.fsencode(text))
    with seekable(file or Path("-")) as opened:
        return decode(opened.read(), encoding)
