"""What readers of files hand on: a record, or the place where there should have been one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kritiq_client.errors import KritiqError

#: What is wrong with a `broken` text.
BROKEN = "bytes that are not text in the file's encoding; name another with --encoding"
_BROKEN = re.compile("[\ud800-\udfff]")


class BadInput(KritiqError):
    """The input cannot be read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One entry of a file: what it says in the columns that matter."""

    #: Where it begins in the file, from 1: a line, or a row of a table without lines.
    at: int
    #: None when it has no text; anything but a string is a mistake of the file's.
    text: Any = None
    #: None when it has no id.
    identity: Any = None
    #: What stands in the columns for restaurant, date, language and metadata (an object), under the service's names.
    details: Mapping[str, Any] = field(default_factory=dict)
    #: Of an object without a member for its text: the name of a member that could be one, or "".
    instead: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """A place in a file that cannot be read exactly."""

    at: int
    #: Begins with the place, as people count: `line 3`, `lines 3 to 5`, `row 3`.
    problem: str
    #: Where it can be told.
    identity: Any = None


def ignored(note: str) -> None:
    """For readers that nobody listens to."""


def broken(text: str) -> bool:
    """Whether `text` has bytes that were no text in the file's encoding: they were read as lone surrogates."""
    return _BROKEN.search(text) is not None
