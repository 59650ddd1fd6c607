"""Errors of the model as messages of a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from model.errors import ModelError
from telemetry.printable import printable


@contextmanager
def reported() -> Iterator[None]:
    """Show a ModelError as one line and exit with 1; anything else is a bug and keeps its traceback."""
    try:
        yield
    except ModelError as error:
        raise click.ClickException(printable(str(error))) from error
