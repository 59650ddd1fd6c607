"""Applications of tests have the same routes: what werkzeug compiles of each, to build addresses, is compiled once.

Half of what it costs to make an application, and each test of the API makes one of its own.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


def compile_once() -> None:
    """From now on, in this process. A builder is given its rule with each call, and knows nothing of an application."""
    compiled, made = Rule._compile_builder, dict[tuple[Any, ...], Builder]()

    def remembered(rule: Rule, append_unknown: bool = True) -> Builder:
        if rule.defaults:
            # They are compiled in, as the application's own converters write them.
            return compiled(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in made:
            made[key] = compiled(rule, append_unknown)
        return made[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign]
