"""The options that say whose reviews a command is about."""

import functools
from collections.abc import Callable
from typing import Any

import click

from jobs.job import DEFAULT_TENANT
from store.whose import Whose


def whose_options(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command `--tenant` and one of `--external-author`, `--restaurant`, `--all`, as its argument `whose`."""

    @click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="The organisation.")
    @click.option("--external-author", help="Whose reviews: the id that their jobs were sent with.")
    @click.option("--restaurant", help="Or of which restaurant.")
    @click.option("--all", "everything", is_flag=True, help="Or all of the organisation's.")
    @functools.wraps(command)
    def wrapper(
        tenant: str, external_author: str | None, restaurant: str | None, everything: bool, **others: Any
    ) -> None:
        if sum((external_author is not None, restaurant is not None, everything)) != 1:
            raise click.UsageError("Give one of --external-author, --restaurant and --all.")
        command(whose=Whose(tenant=tenant, external_author=external_author, restaurant=restaurant), **others)

    return wrapper
