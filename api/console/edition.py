"""The edition of the console's files, which their addresses name: browsers need not ask if they are the same still."""

import re
from functools import cache
from hashlib import sha256
from pathlib import Path

#: The pages' files.
STATIC = Path(__file__).parent / "static"
#: The addresses of all of them begin with this, then with the edition.
FILES = "/console/static/"
#: Hexadecimal digits of a digest: editions are few.
_DIGITS = 16
_EDITION = re.compile(rf"([0-9a-f]{{{_DIGITS}}})/(.+)", re.DOTALL)


@cache
def edition() -> str:
    """A digest of all files as they were when it was first asked for: another one whenever one of them is."""
    digest = sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(STATIC)}\0".encode() + sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:_DIGITS]


def files() -> str:
    """What the addresses of this edition's files begin with. What they import lies beside them, so is of the same."""
    return f"{FILES}{edition()}/"


def split(name: str) -> tuple[str, str]:
    """The edition that an address names behind `FILES`, "" where it names none, and the file."""
    found = _EDITION.fullmatch(name)
    return (found[1], found[2]) if found else ("", name)
