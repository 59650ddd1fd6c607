"""What the options of the commands accept."""

import io
import math
import os
import re
from datetime import datetime
from pathlib import Path

import click

SECONDS = click.FloatRange(min=0)
#: Exit status: some reviews have no result; stopped by Ctrl-C.
SOME_FAILED, STOPPED = 3, 130
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?", re.IGNORECASE
)


def finite(_context: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    """Seconds: `nan` and `inf` are numbers to click."""
    if value is None or math.isfinite(value):
        return value
    raise click.BadParameter("should be a number of seconds.")


def moment(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    """An RFC 3339 time. As people write it, its seconds and its offset may be left out: it is then this machine's."""
    try:
        if value is None:
            return None
        if not _MOMENT.fullmatch(value):
            raise ValueError(value)
        return datetime.fromisoformat(value.upper()).astimezone()
    except (ValueError, OverflowError, OSError):
        raise click.BadParameter("should be a time such as 2026-11-14T03:00 or 2026-11-14T03:00:00+01:00.") from None


def known_encoding(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """The name of a text encoding, not of another codec such as `hex`."""
    try:
        if value is not None:
            io.TextIOWrapper(io.BytesIO(), encoding=value)
    except (LookupError, ValueError):
        raise click.BadParameter(f"{value!r} is not an encoding that Python knows.") from None
    return value


def one_character(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    r"""A delimiter; `\t` is a tab."""
    value = "\t" if value == "\\t" else value
    if value is None or (len(value) == 1 and value not in '"\r\n\0'):
        return value
    raise click.BadParameter("should be one character, neither a quote nor a line end.")


def _of_this_machine() -> str:
    """Where `kritiq run` serves under the same settings."""
    return f"http://127.0.0.1:{os.environ.get('KRITIQ_PORT') or 5000}"


url_option = click.option(
    "--url", envvar="KRITIQ_URL", default=_of_this_machine, show_default="http://127.0.0.1:5000, or at KRITIQ_PORT",
    help="Where Kritiq is.",
)  # fmt: skip
api_key_option = click.option(
    "--api-key-file", envvar="KRITIQ_API_KEY_FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with your API key (default: KRITIQ_API_KEY, or the key of `kritiq run` on this machine).",
)  # fmt: skip
not_before_option = click.option(
    "--not-before", metavar="TIME", callback=moment,
    help="Judge no earlier than this (2026-11-14T03:00, here or with an offset; at most 30 days from now).",
)  # fmt: skip
encoding_option = click.option(
    "--encoding",
    callback=known_encoding,
    help="Encoding of the input (default: its byte order mark, UTF-8, or detected).",
)
