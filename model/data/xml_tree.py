"""XML with the line of every element, in the encoding that it declares; no document types, no entities of its own."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.parsers import expat

from model.data.source import MARKS, Source
from model.errors import DataError

LINE = "line!"


def parse(source: Source) -> ElementTree.Element:
    """The root element; `line_of` tells where an element begins. Raises DataError naming the line at fault.

    Entities are refused: expanding them is how a small file fills the memory.
    """
    marked = next((name for mark, name in MARKS if source.content.startswith(mark)), None)
    # A byte order mark knows better than a declaration that was copied along.
    parser = expat.ParserCreate(source.encoding or (marked and marked.removesuffix("-sig")))
    parser.buffer_text = True
    builder = ElementTree.TreeBuilder()

    def start(name: str, attributes: dict[str, str]) -> None:
        builder.start(name, attributes | {LINE: str(parser.CurrentLineNumber)})

    def refuse(*_: object) -> None:
        raise DataError(f"{source.path}:{parser.CurrentLineNumber}: document types and entities are not read")

    parser.StartElementHandler = start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(source.content, True)
        return builder.close()
    except expat.ExpatError as error:
        raise DataError(f"{source.path}:{error.lineno}: no XML: {expat.ErrorString(error.code)}") from error
    except (ValueError, LookupError, AssertionError) as error:
        raise DataError(f"{source.path}: no XML that can be read: {error}") from error


def line_of(element: ElementTree.Element) -> int:
    return int(element.get(LINE, "0"))
