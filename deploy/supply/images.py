"""Prints the packages of an image, each with its exact version: `python -m deploy.supply.images api`.

They are those of the Dockerfile's `requirements.py` line and all that these need, at the versions of constraints.txt.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.images.requirements import requirements

ROOT = Path(__file__).parents[2]
#: What its own line does not name, for it comes from another index.
_TORCH = {"worker": ["torch"]}


def asked(image: str, root: Path = ROOT) -> list[str]:
    """The requirements that Dockerfile.`image` installs first."""
    text = (root / f"Dockerfile.{image}").read_text(encoding="utf-8").replace("\\\n", " ")
    found = re.search(r"requirements\.py /build/pyproject\.toml ([^>]*)>", text)
    if found is None:
        raise ValueError(f"Dockerfile.{image} installs nothing")
    pyproject = (root / "pyproject.toml").read_text(encoding="utf-8")
    return requirements(pyproject, found.group(1).split()) + _TORCH.get(image, [])


def pins(root: Path = ROOT) -> Mapping[str, str]:
    """The versions of constraints.txt, by normal name."""
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("==")[::2] for line in lines if "==" in line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def packages(wanted: Sequence[str]) -> set[str]:
    """The normal names of what is wanted and of all that it needs here, as the installed packages say."""
    found, seen = set[str](), set[str]()
    left = [Requirement(line) for line in wanted]
    while left:
        each = left.pop()
        if str(each) in seen:
            continue
        seen.add(str(each))
        try:
            needed = requires(each.name) or []
        except PackageNotFoundError:
            # It is for another system, or for the GPU: not here.
            continue
        found.add(canonicalize_name(each.name))
        for line in needed:
            inner = Requirement(line)
            if inner.marker is None or any(inner.marker.evaluate({"extra": extra}) for extra in ("", *each.extras)):
                left.append(inner)
    return found


def pinned(image: str) -> list[str]:
    """`name==version` of every package in an image. Raises KeyError for one that constraints.txt does not name."""
    versions = pins()
    return [f"{name}=={versions[name]}" for name in sorted(packages(asked(image)))]


if __name__ == "__main__":
    print("\n".join(pinned(sys.argv[1])))
