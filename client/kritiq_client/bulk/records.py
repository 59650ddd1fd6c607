"""What readers of files hand on: a record, or the place where there should have been one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kritiq_client.errors import KritiqError

#: What holds the review when nobody says so: the usual name, and those of Google's exports.
TEXT_COLUMNS = ("text", "comment", "review_text_published")
#: What holds the review's id when nobody says so.
ID_COLUMNS = ("custom_id", "id", "review_id", "reviewId")
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Which columns are wanted; None is whatever is usual. Restaurant, date or author of a review would join here."""

    text: str | None = None
    identity: str | None = None

    def places(self, names: Sequence[str]) -> tuple[int, int | None]:
        """Where text and id stand in a header. Raises BadInput when the text is nowhere, or a name stands twice."""
        text = self._place(names, self.text, TEXT_COLUMNS)
        if text is None:
            wanted = self.text or TEXT_COLUMNS[0]
            raise BadInput(
                f"There is no column {wanted!r}; the columns are {', '.join(map(repr, names))}. "
                "--text-column names the one with the reviews."
            )
        identity = self._place(names, self.identity, ID_COLUMNS)
        if identity is None and self.identity is not None:
            raise BadInput(f"There is no column {self.identity!r}; the columns are {', '.join(map(repr, names))}.")
        return text, identity

    def fit(self, names: Sequence[str]) -> bool:
        """Whether a header with these names has a text."""
        return self._place(names, self.text, TEXT_COLUMNS) is not None

    def pick(self, members: Mapping[str, Any], at: int) -> Record:
        """The record that a JSON object is."""
        texts = TEXT_COLUMNS if self.text is None else (self.text,)
        text = next((name for name in texts if name in members), None)
        ids = ID_COLUMNS if self.identity is None else (self.identity,)
        identity = next((name for name in ids if members.get(name) is not None), None)
        if identity is None and self.identity is None and "starRating" in members:
            # A review of Google's has its path as its name.
            identity = "name"
        instead = None
        if text is None:
            prose = (name for name, value in members.items() if type(value) is str and " " in value.strip())
            instead = next(prose, "")
        return Record(
            at=at,
            text=members[text] if text is not None else None,
            identity=members.get(identity) if identity is not None else None,
            instead=instead,
        )

    @staticmethod
    def _place(names: Sequence[str], asked: str | None, usual: Sequence[str]) -> int | None:
        for wanted in usual if asked is None else (asked,):
            for form in (str, _plain):
                found = [place for place, name in enumerate(names) if form(name) == form(wanted)]
                if len(found) > 1:
                    raise BadInput(f"There are {len(found)} columns {wanted!r}; which one is meant?")
                if found:
                    return found[0]
        return None


def broken(text: str) -> bool:
    """Whether `text` has bytes that were no text in the file's encoding: they were read as lone surrogates."""
    return _BROKEN.search(text) is not None


def _plain(name: str) -> str:
    return name.strip().casefold()
