"""Numbers that commands take."""

from __future__ import annotations

import math
from typing import Any

import click


class Finite(click.FloatRange):
    """A number to count with: "nan" is within every range of click's, and no bound is broken or kept by it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number to count with.", param, ctx)
        return number
