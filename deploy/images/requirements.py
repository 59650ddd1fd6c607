"""Prints what pyproject.toml requires, for `pip install -r`: an image's packages are a layer of their own.

Arguments: the path of pyproject.toml, then extras (`api`), or one package out of an extra (`run:flower`), or one to be
left out (`-torch`).
"""

import re
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path


def requirements(pyproject: str, wanted: Sequence[str]) -> list[str]:
    """The requirement lines of the project and of what is wanted. Raises KeyError for what pyproject does not name."""
    project = tomllib.loads(pyproject)["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    lines: list[str] = list(project["dependencies"])
    for word in wanted:
        extra, _, package = word.partition(":")
        if word.startswith("-"):
            lines = [line for line in lines if _name(line) != word[1:]]
        elif package:
            lines.append({_name(line): line for line in extras[extra]}[package])
        else:
            lines += extras[extra]
    return lines


def _name(line: str) -> str:
    return re.split(r"[^A-Za-z0-9_.-]", line, maxsplit=1)[0].lower()


if __name__ == "__main__":
    print("\n".join(requirements(Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[2:])))
