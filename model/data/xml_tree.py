"""XML with the line of every element, in the encoding that it declares; no document types, no entities of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

from model.data.records import Problem
from model.data.source import MARKS, Source
from model.errors import DataError

LINE = "line!"

_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']""")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


class BrokenXml(DataError):
    """A file that is not XML as a whole."""

    def __init__(self, source: Source, line: int, why: str) -> None:
        super().__init__(f"{source.path}:{line}: no XML: {why}")
        self.line, self.why = line, why


def parse(source: Source) -> Element:
    """The root element; `line_of` tells where an element begins. Names are without their namespace's prefix.

    Raises BrokenXml naming the line at fault, DataError. Entities are refused: expanding them is how a small file fills
    the memory.
    """
    return _parse(source, source.content, 1, source.encoding or _mark(source))


def units(source: Source, name: str) -> Iterator[Element | Problem]:
    """The elements of that name. In a file that is broken somewhere, an `&` that should be `&amp;` say, those that are
    whole by themselves, and a problem for each that is not. Raises as `parse` when there is none such.
    """
    try:
        yield from parse(source).iter(name)
        return
    except BrokenXml as error:
        found = list(_pieces(source, name, error))
        if all(isinstance(each, Problem) for each in found):
            raise
        if not any(isinstance(each, Problem) for each in found):
            yield Problem(line=error.line, message=f"no XML: {error.why}; the elements before and behind it are read")
    yield from found


def names(source: Source) -> tuple[str, set[str]]:
    """The name of the root and those of all elements, of a file that is broken somewhere as well. Raises DataError."""
    try:
        root = parse(source)
        return root.tag, {element.tag for element in root.iter()}
    except BrokenXml as error:
        found = [_local(each) for each in re.findall(r"<([^\W\d][\w.:-]*)", _text(source, error))]
        if not found:
            raise
        return found[0], set(found)


def line_of(element: Element) -> int:
    return int(element.get(LINE, "0"))


def _pieces(source: Source, name: str, error: BrokenXml) -> Iterator[Element | Problem]:
    text = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), _text(source, error))
    counted, line = 0, 1
    piece = re.compile(rf"<({name}|[\w.-]+:{name})(?=[\s>/]).*?(?:</\1\s*>|(?=<\1[\s>/])|\Z)", re.DOTALL)
    for match in piece.finditer(text):
        line, counted = line + text.count("\n", counted, match.start()), match.start()
        try:
            yield _parse(source, match[0].encode(), line, "utf-8")
        except BrokenXml as wrong:
            yield Problem(line=wrong.line, message=f"<{name}> is no XML: {wrong.why}")


def _parse(source: Source, content: bytes, begin: int, encoding: str | None) -> Element:
    """The root of the content, which begins at that line of the file."""
    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    builder = ElementTree.TreeBuilder()

    def start(name: str, attributes: dict[str, str]) -> None:
        builder.start(_local(name), attributes | {LINE: str(parser.CurrentLineNumber + begin - 1)})

    def refuse(*_: object) -> None:
        raise DataError(f"{source.path}:{parser.CurrentLineNumber}: document types and entities are not read")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: builder.end(_local(name))
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
        return builder.close()
    except expat.ExpatError as error:
        raise BrokenXml(source, error.lineno + begin - 1, expat.ErrorString(error.code)) from error
    except (ValueError, LookupError, AssertionError) as error:
        raise DataError(f"{source.path}: no XML that can be read: {error}") from error


def _mark(source: Source) -> str | None:
    """The encoding by the byte order mark, which knows better than a declaration that was copied along."""
    marked = next((name for mark, name in MARKS if source.content.startswith(mark)), None)
    return marked and marked.removesuffix("-sig")


def _text(source: Source, error: BrokenXml) -> str:
    """The file's text. Raises the error when it is none in the encoding that the file has or declares."""
    declared = _DECLARED.search(source.content[:200])
    encoding = _mark(source) or source.encoding or (declared[1].decode() if declared else "utf-8")
    try:
        return source.content.decode(encoding)
    except (UnicodeError, LookupError):
        raise error from None


def _local(name: str) -> str:
    """The name without the prefix of its namespace."""
    return name.rpartition(":")[2]
