"""Prints the version of pyproject.toml: `python3 -m deploy.version`, for image tags.

The client (`client/kritiq_client/version.py`) and the overlays repeat it; tests/unit/deploy/test_version.py compares.
"""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def version(project: Path = ROOT) -> str:
    """The version that the pyproject.toml in `project` gives."""
    found = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert isinstance(found, str)
    return found


if __name__ == "__main__":
    print(version())
