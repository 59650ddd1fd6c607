"""Plain text: each line is a review, and nothing in it is special."""

import re
from collections.abc import Iterable, Iterator, Sequence

from kritiq_client.bulk.columns import Columns
from kritiq_client.bulk.csv_header import DELIMITERS, is_table
from kritiq_client.bulk.records import BROKEN, Record, Unreadable, broken

#: What fills up the end of a file, and the byte order marks of files that were joined.
FILLING = "\0\x1a\ufeff"
#: What no text has, but a picture or a program.
_CONTROL = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f]")
#: How a list of JSON begins: some people put a word in brackets in front of their review.
_LIST = re.compile(r"\[(?!\s*\w)")
_QUOTED = re.compile('"[^"]*"')
#: How a sentence ends, and no name of several words.
_ENDED = re.compile(r"""[.!?…]["'”“»«)]*\s*$""")


def text_records(source: Iterable[str]) -> Iterator[Record | Unreadable]:
    """A record for each line in which something stands. U+2028 and the like are text."""
    for at, line in enumerate(source, 1):
        text = line.strip(FILLING).strip()
        if broken(text):
            yield Unreadable(at=at, problem=f"line {at}: {BROKEN}.")
        elif text:
            yield Record(at=at, text=text)


def are_lines(head: Sequence[str], columns: Columns) -> bool:
    """Whether a text that begins with these lines is one review a line: no table and no JSON, and no column is named.

    A table whose text has an unusual name is a table all the same: asking which column it is loses no review, and its
    rows would be judged with their ids and dates otherwise.
    """
    first = "".join(head[:1]).lstrip(FILLING).lstrip()
    named = columns.named or is_table(head, columns) or is_split(head)
    is_json = _LIST.match(first) or any(line.lstrip(FILLING).lstrip().startswith("{") for line in head)
    return not (named or is_json or _CONTROL.search("".join(head).strip(FILLING)))


def is_split(head: Sequence[str]) -> bool:
    """Whether one delimiter splits all lines into as many fields, of which those of the first are names."""
    lines = [_QUOTED.sub("", line) for line in head if line.strip(FILLING).strip()]
    return len(lines) > 1 and any(
        len({line.count(delimiter) for line in lines}) == 1
        and delimiter in lines[0]
        and all(_is_name(field, first=not at) for at, field in enumerate(lines[0].split(delimiter)))
        for delimiter in DELIMITERS
    )


def _is_name(field: str, *, first: bool) -> bool:
    """Whether a field may be a column's name, and is no part of a sentence, in which a blank follows a delimiter, or
    the rest of a number, and which a mark ends.
    """
    name = field.strip()
    begins = first or (name == field.rstrip() and not name[:1].isdigit())
    return begins and not (" " in name and _ENDED.search(name))
