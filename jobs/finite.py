"""Numbers that options take."""

import math
from typing import Any

import click


class Finite(click.FloatRange):
    """A number to count with: "nan" is within every range of click's.

    `model.cli.finite` has the same, and the API's image, where these commands run, has nothing of `model`.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number to count with.", param, ctx)
        return number
