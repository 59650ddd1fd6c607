"""`--config FILE`: a command's options in a YAML file, each under its own name; the command line goes before them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from telemetry.printable import printable

if TYPE_CHECKING:
    from yaml.nodes import Node, ScalarNode

#: A key that says nothing for its option: an empty one, `null`, `~`.
NULL = "tag:yaml.org,2002:null"


def _read(ctx: click.Context, param: click.Parameter, path: Path | None) -> None:
    if path is not None:
        ctx.default_map = _options(path, ctx, param)


config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    is_eager=True,
    expose_value=False,
    callback=_read,
    help="YAML with any of these options, such as `learning-rate: 3e-5`; the command line takes precedence.",
)


def _options(path: Path, ctx: click.Context, own: click.Parameter) -> dict[str, Any]:
    """Values by the names of their parameters. Raises UsageError naming file, line and option.

    A scalar is taken as it is written, and so as on the command line: `3e-5` is a number, `no` is Norwegian.
    """
    known = {
        option.removeprefix("--"): each
        for each in ctx.command.params
        if each is not own and isinstance(each, click.Option)
        for option in each.opts
    }
    found: dict[str, Any] = {}
    for key, value in _pairs(path, ctx):
        name = key.value.replace("_", "-")
        option = known.get(name)
        if option is None:
            raise _wrong(path, key, f"there is no option {key.value!r}; there are {', '.join(sorted(known))}", ctx)
        if option.name in found:
            raise _wrong(path, key, f"{name} is here twice", ctx)
        found[str(option.name)] = _checked(path, name, option, value, ctx)
    return found


def _checked(path: Path, name: str, option: click.Option, node: Node, ctx: click.Context) -> str | list[str]:
    """What it would be on the command line. Raises UsageError."""
    from yaml.nodes import ScalarNode, SequenceNode

    parts = node.value if isinstance(node, SequenceNode) and option.multiple else [node]
    for part in parts:
        if not isinstance(part, ScalarNode) or part.tag == NULL:
            several = "a value, or a list of some" if option.multiple else "one value"
            raise _wrong(path, part, f"{name} should have {several}", ctx)
    written = [part.value for part in parts]
    given = written if option.multiple else written[0]
    try:
        # What the option would refuse later is refused here, where the line is known.
        option.process_value(ctx, given)
    except click.BadParameter as error:
        raise _wrong(path, node, f"{name}: {error.message}", ctx) from error
    return given


def _pairs(path: Path, ctx: click.Context) -> Iterator[tuple[ScalarNode, Node]]:
    """Names and values of the file's one mapping."""
    import yaml

    try:
        root = yaml.compose(path.read_bytes(), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f":{mark.line + 1}" if mark else ""
        raise _refused(f"{path}{at}: this is no YAML: {error.problem or error.context}", ctx) from error
    except (OSError, yaml.YAMLError) as error:
        raise _refused(f"{path} cannot be read: {' '.join(str(error).split())}", ctx) from error
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode):
        raise _wrong(path, root, "this should be options, `name: value`, a line each", ctx)
    for key, value in root.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _wrong(path, key, "this is not the name of an option", ctx)
        yield key, value


def _wrong(path: Path, node: Node, why: str, ctx: click.Context) -> click.UsageError:
    return _refused(f"{path}:{node.start_mark.line + 1}: {why}", ctx)


def _refused(why: str, ctx: click.Context) -> click.UsageError:
    return click.UsageError(printable(why), ctx)
