"""A file of labelled data: its bytes, how they are encoded, its lines."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model.data.compressed import unpacked
from model.data.json_text import DoubledMember, once
from model.data.records import Problem
from model.errors import DataError

#: Byte order marks, the longer first: that of UTF-32 begins as that of UTF-16 does.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LINE_END = re.compile(r"\r\r?\n|\r|\n")
#: What stands around a line and is none of it: a byte order mark, and what fills up the end of a file.
FILLING = "\ufeff\x1a\0"
#: As `json_text.loads` reads, and one that minds no member that stands twice, which finds where an entry ends.
DECODER = json.JSONDecoder(object_pairs_hook=once, strict=False)
TOLERANT = json.JSONDecoder(strict=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """The content of a file, and what the user said of it."""

    path: Path
    content: bytes
    #: Python's name of the encoding, when the user gave one.
    encoding: str | None = None
    #: Role or aspect -> column, for tables.
    columns: dict[str, str] = field(default_factory=dict)
    #: Aspects of the scheme: columns named after them hold their polarities.
    aspects: tuple[str, ...] = ()

    @classmethod
    def open(
        cls,
        path: Path,
        encoding: str | None = None,
        *,
        columns: dict[str, str] | None = None,
        aspects: tuple[str, ...] = (),
    ) -> Source:
        """Unpacked where it is compressed. Raises DataError when it cannot be read, or no such encoding is known."""
        if encoding is not None:
            try:
                # Names of what is no encoding of texts, such as rot13, are known to `codecs.lookup`, too.
                "".encode(encoding)
            except (LookupError, ValueError) as error:
                raise DataError(f"no encoding {encoding!r} is known") from error
        try:
            content = path.read_bytes()
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
        content = unpacked(content, str(path))
        return cls(path=path, content=content, encoding=encoding, columns=columns or {}, aspects=aspects)

    def text(self) -> str:
        """The content by its byte order mark, else by the encoding that was said, else UTF-8.

        Raises DataError naming the line where it is none.
        """
        marked = next((name for mark, name in MARKS if self.content.startswith(mark)), None)
        encoding = marked or self.encoding or "utf-8"
        try:
            return self.content.decode(encoding)
        except UnicodeDecodeError as error:
            line = self.content.count(b"\n", 0, error.start) + 1
            wrong = self.content[error.start : error.start + 1].hex()
            hint = "" if self.encoding else "; if it is another encoding, `kritiq convert --encoding cp1252` reads it"
            raise DataError(f"{self.path}:{line}: the byte 0x{wrong} is not {encoding}{hint}") from error
        except UnicodeError as error:  # idna's, say, which names no byte
            raise DataError(f"{self.path} is not {encoding}: {error}") from error

    def lines(self) -> Iterator[tuple[int, str]]:
        """Number and content of every line in which something stands.

        A line feed ends it, or a carriage return where the first line has that alone: U+2028 is text.
        """
        text = self.text()
        ended = LINE_END.search(text)
        for number, line in enumerate(text.split("\r" if ended and ended.group() == "\r" else "\n"), 1):
            # Where files were joined, a byte order mark stands in the middle; at the end some systems leave others.
            line = line.removesuffix("\r").strip(FILLING)
            if line.strip():
                yield number, line

    def is_list(self) -> bool:
        """Whether it begins as a JSON list does. Raises DataError where it is no text."""
        return self.text().strip(FILLING).lstrip().startswith("[")

    def entries(self) -> list[tuple[int, Any]]:
        """The file's JSON list, each entry with the line where it begins, or a Problem in place of one.

        Of a list that breaks off, the entries before that are read. Raises DataError, naming the line, when there are
        none.
        """
        text = self.text().strip(FILLING)
        found: list[tuple[int, Any]] = []
        position, counted, line = _blank(text, 0), 0, 1
        if text[position : position + 1] != "[":
            raise DataError(f"{self.path}:1: no JSON list")
        position = _blank(text, position + 1)
        while text[position : position + 1] != "]":
            line, counted = line + text.count("\n", counted, position), position
            try:
                value, position = _entry(text, position, line)
                found.append((line, value))
                position = _blank(text, position)
                if text[position : position + 1] == ",":
                    position = _blank(text, position + 1)
                elif text[position : position + 1] != "]":
                    raise _Broken(line, "the JSON list does not go on behind the entry that begins here")
            except _Broken as error:
                if not found:
                    raise DataError(f"{self.path}:{error.line}: {error}") from error
                problem = Problem(line=error.line, message=f"{error}; nothing behind it is read")
                return [*found, (error.line, problem)]
        return found


class _Broken(Exception):
    """A JSON list that cannot be read on from a line."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


def _entry(text: str, position: int, line: int) -> tuple[Any, int]:
    """What begins there, and where it ends; a Problem for what is JSON and may not be read. Raises _Broken."""
    try:
        return DECODER.raw_decode(text, position)
    except json.JSONDecodeError as error:
        raise _Broken(error.lineno, f"no JSON: {error.msg}") from error
    except DoubledMember as error:
        return Problem(line=line, message=f"the entry: {error}"), TOLERANT.raw_decode(text, position)[1]
    except (ValueError, RecursionError) as error:
        raise _Broken(line, f"no JSON that can be read: {error}") from error


def _blank(text: str, position: int) -> int:
    """The position of the next character that is no JSON blank."""
    while text[position : position + 1] in (" ", "\t", "\r", "\n"):
        position += 1
    return position
