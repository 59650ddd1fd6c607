"""JSON documents with many reviews, read piece by piece: a list, or an object with a list of reviews.

What comes before a place that is not JSON is good; what comes behind it cannot be told, and one line says so.
"""

import json
from collections.abc import Generator, Iterator, Mapping
from typing import Any, TextIO

from kritiq_client.bulk.columns import Columns
from kritiq_client.bulk.json_lines import DECODER, Ambiguous, record_of, records_in
from kritiq_client.bulk.records import Record, Unreadable, broken
from kritiq_client.bulk.usual_names import CONTAINERS

#: Characters that are read at once.
PIECE = 2**20
#: Most characters of a value, such as a review with all that is told of it, or a list that is called as no other.
MOST_VALUE = 2**27
#: White space, and what separates the documents of a sequence (RFC 7464) or fills up the end of a file.
_SPACE = " \t\r\n\x1e\x1a\0"
#: What can follow a value.
_ENDS = frozenset(",:]}" + _SPACE)


class Broken(Exception):
    """Here the document is no JSON any more."""


class Scanner:
    """A position in a JSON text that is read as far as it is needed."""

    def __init__(self, source: TextIO) -> None:
        self._source = source
        self._text, self._place, self._whole = "", 0, False
        #: The line of the position, from 1.
        self.line = 1
        #: Whether the last value had no bytes that are not text in the file's encoding.
        self.exact = True

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            while self._place < len(self._text) and self._text[self._place] in _SPACE:
                self.line += self._text[self._place] == "\n"
                self._place += 1
            if self._place < len(self._text) or not self._more():
                return self._text[self._place : self._place + 1]

    def take(self, *wanted: str) -> str:
        """The next character, which has to be one of these. Raises Broken."""
        found = self.peek()
        if found not in wanted or not found:
            what = repr(found) if found else "the end"
            raise Broken(f"{what} where {' or '.join(map(repr, wanted))} should be")
        self._place += 1
        return found

    def value(self) -> Any:
        """The JSON value that begins here. Raises Broken."""
        self.peek()
        while True:
            try:
                found, end = DECODER.raw_decode(self._text, self._place)
            except json.JSONDecodeError as error:
                if len(self._text) - self._place > MOST_VALUE:
                    raise Broken(f"a value of more than {MOST_VALUE} characters") from None
                if self._more():
                    continue
                raise Broken(f"no JSON: {error.msg}") from None
            except RecursionError:
                raise Broken("nested too deeply") from None
            # A number may go on behind what was read.
            if self._text[end : end + 1] in _ENDS or not self._more():
                break
        self.line += self._text.count("\n", self._place, end)
        self.exact = not broken(self._text[self._place : end])
        self._place = end
        return found

    def _more(self) -> bool:
        if self._whole:
            return False
        # Twice as much each time: a long value is not begun again too often.
        piece = self._source.read(max(PIECE, len(self._text) - self._place))
        self._whole = not piece
        if piece:
            self._text, self._place = self._text[self._place :] + piece, 0
        return bool(piece)


def document_records(source: TextIO, columns: Columns) -> Iterator[Record | Unreadable]:
    """The records of a document, in order."""
    scanner = Scanner(source)
    try:
        yield from _document(scanner, columns)
        # Several documents one behind the other, as `jq` writes them.
        while scanner.peek() in ("[", "{"):
            yield from _document(scanner, columns)
        if scanner.peek():
            raise Broken("something follows the document")
    except Broken as error:
        yield Unreadable(at=scanner.line, problem=f"line {scanner.line}: {error}; what follows cannot be read.")


def _document(scanner: Scanner, columns: Columns) -> Iterator[Record | Unreadable]:
    if scanner.peek() == "[":
        yield from _list(scanner, columns, {})
        return
    at = scanner.line
    whole = yield from _object(scanner, columns, {})
    if whole is not None:
        # The document is one review.
        members, exact = whole
        yield record_of(members, columns, at, exact=exact)


def _object(
    scanner: Scanner, columns: Columns, around: Mapping[str, Any]
) -> Generator[Record | Unreadable, None, tuple[dict[str, Any], bool] | None]:
    """The records in the lists of an object, also of one inside another (`{"data": {"reviews": […]}}`). What it says of
    all of them has to stand before them, as they are handed on as they come.

    Returns the members of one that has no such list, and whether they were exact.
    """
    members, found, exact = dict[str, Any](), False, True
    shared: dict[str, Any] | None = None
    at = scanner.line
    closing = scanner.take("{")
    while closing != "}":
        if not members and not found and scanner.peek() == "}":
            scanner.take("}")
            break
        name = scanner.value()
        exact &= scanner.exact
        if type(name) is not str:
            raise Broken("a member without a name")
        scanner.take(":")
        if name in CONTAINERS and scanner.peek() == "[":
            found = True
            shared = columns.shared(members) if shared is None else shared
            yield from _list(scanner, columns, {**around, **shared})
        else:
            members = Ambiguous(members) if name in members else members
            if name in CONTAINERS and scanner.peek() == "{":
                told = columns.shared(members)
                inner = yield from _object(scanner, columns, {**around, **told})
                shared = told if inner is None and shared is None else shared
                found |= inner is None
                members[name], scanner.exact = inner or (None, True)
            else:
                members[name] = scanner.value()
            exact &= scanner.exact
        closing = scanner.take(",", "}")
    if found and columns.has_text(members):
        problem = f"line {at}: it has a text of its own beside a list of reviews: make it one of them, or take it out."
        yield Unreadable(at=at, problem=problem)
    elif found and (late := columns.shared(members)) != shared:
        problem = f"line {at}: the restaurant {late['restaurant']!r} stands behind its reviews, which do not get it."
        yield Unreadable(at=at, problem=f"{problem[:-1]}: put it before them.")
    return None if found else (members, exact)


def _list(scanner: Scanner, columns: Columns, around: Mapping[str, Any]) -> Iterator[Record | Unreadable]:
    scanner.take("[")
    if scanner.peek() == "]":
        scanner.take("]")
        return
    while True:
        scanner.peek()
        at = scanner.line
        found = scanner.value()
        yield from records_in(found, columns, at, around, exact=scanner.exact)
        if scanner.take(",", "]") == "]":
            return


def is_document(first: str, columns: Columns, *, named: bool) -> bool:
    """Whether a file whose first line that is not empty is `first` is one document rather than a value on each line.

    `named`: its name ends in .json, which settles it when the line does not.
    """
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        return named or first.lstrip().startswith("[") or first.strip() == "{"
    return _holds_reviews(value, columns)


def _holds_reviews(value: object, columns: Columns) -> bool:
    """Whether there is a list of reviews in it: itself, or in a member that is named for it; of one that has a text of
    its own, only what has texts is one.
    """
    if isinstance(value, list):
        return True
    if not isinstance(value, dict):
        return False
    if not columns.has_text(value):
        return any(_holds_reviews(value.get(name), columns) for name in CONTAINERS)
    lists = (value[name] for name in CONTAINERS & value.keys() if isinstance(value[name], list))
    return any(isinstance(each, dict) and columns.has_text(each) for found in lists for each in found)
