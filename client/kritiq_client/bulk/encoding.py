"""Which encoding the bytes of a file are in: by its byte order mark, by being UTF-8, or by a detector's guess."""

import codecs
import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, TextIO

from kritiq_client.bulk.records import BadInput

#: The longer ones first: UTF-32's mark begins with UTF-16's.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Bytes at the beginning that are looked at for the zeros of an unmarked UTF-16 or UTF-32: a header or `{"te`, ASCII.
HEAD_BYTES = 16
#: Bytes that are read at once.
PIECE_BYTES = 2**20
#: Bytes of lines beyond ASCII that the detector sees.
SAMPLE_BYTES = 64 * 1024
#: Tried before the detector, which takes a short German text for Hebrew or Chinese as readily as for cp1252.
WESTERN = ("cp1252", "iso8859-15")
#: Tried behind these, for old Macs and DOS: each reads as words of the other, so the one that is more German is taken.
OLDER = ("mac_roman", "cp850")
_GERMAN = re.compile("[äöüßÄÖÜ]")
_SMALL, _LARGE = "äöüßéèêëàâáãçñôòóõîïíìûùúæœøå", "ÄÖÜÉÈÊÀÁÂÇÑÓÔØÅÆŒ"
_MARKS = "€£„“”‚‘’‹›«»–—…°§²³½¼¾×·•´¡¿®©™\xa0"
#: What stands between two letters, or behind a small one, in no text that was decoded rightly.
_MISPLACED = re.compile(
    rf"[^\W\d_][{_MARKS.translate(dict.fromkeys(map(ord, '’´·–—…€')))}][^\W\d_]|[a-z{_SMALL}][{_LARGE}]"
)
_UNUSUAL = re.compile(rf"[^\x00-\x7f{_SMALL}{_LARGE}{_MARKS}]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoding:
    """How bytes become text."""

    name: str
    #: Nothing in the file says so: worth a word to whoever runs this.
    guessed: bool = False

    @property
    def errors(self) -> str:
        """What is no text becomes lone surrogates, so that it fails with the line that it stands in."""
        wide = codecs.lookup(self.name).name.startswith(("utf-16", "utf-32"))
        return "surrogatepass" if wide else "surrogateescape"


def encoding_of(file: BinaryIO, asked: str | None = None) -> Encoding:
    """The encoding of `file`, from its beginning on; `asked` is what somebody says it is. Raises BadInput.

    A file with any line of UTF-8 beyond ASCII is UTF-8: its other lines are broken, not in an encoding of their own.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    marked = next((name for mark, name in MARKS if head.startswith(mark)), None)
    if asked is not None:
        return Encoding(name=asked)
    if marked is not None:
        return Encoding(name=marked)
    if (wide := _unmarked(head)) is not None:
        return Encoding(name=wide, guessed=True)
    sample, size = list[bytes](), 0
    decoder = codecs.getincrementaldecoder("utf-8")()
    # A document may be one line of many megabytes: then its pieces are the lines, whose ends may cut a character.
    for line in iter(lambda: file.readline(PIECE_BYTES), b""):
        try:
            text = decoder.decode(line, final=line.endswith(b"\n"))
        except UnicodeDecodeError:
            decoder.reset()
            if size < SAMPLE_BYTES:
                sample.append(line[:SAMPLE_BYTES])
                size += len(line)
        else:
            if not text.isascii():
                return Encoding(name="utf-8")
    return Encoding(name=_guess(b"".join(sample)), guessed=True) if sample else Encoding(name="utf-8")


def _unmarked(head: bytes) -> str | None:
    """UTF-32 and UTF-16 by their zeros: three of four bytes, or every second one, where ASCII stands. A zero elsewhere
    is a character of the text.
    """
    units = [head[at : at + 4] for at in range(0, len(head) - 3, 4)]
    if sum(unit.count(0) == 3 for unit in units) * 2 > len(units):
        for name, step in (("utf-32-le", 1), ("utf-32-be", -1)):
            if all(0 < int.from_bytes(unit[::step], "little") <= sys.maxunicode for unit in units):
                return name
    for name, zeros, others in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if zeros.count(0) * 2 > len(zeros) and not others.count(0):
            return name
    return None


def _guess(sample: bytes) -> str:
    western = next((name for name in WESTERN if _as_people_write(sample, name) is not None), None)
    if western is not None:
        return western
    older = {name: text for name in OLDER if (text := _as_people_write(sample, name)) is not None}
    if older:
        return max(older, key=lambda name: len(_GERMAN.findall(older[name])))
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        raise BadInput(
            "The input is not UTF-8: say --encoding, or install charset-normalizer to have it found out."
        ) from None
    best = from_bytes(sample).best()
    if best is None:
        raise BadInput("The input is not text in an encoding that can be detected: name it with --encoding.")
    return best.encoding


def _as_people_write(sample: bytes, encoding: str) -> str | None:
    """What it says in an encoding in which nothing in it is odd; else None."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _UNUSUAL.search(text) or _MISPLACED.search(text) else text


@contextmanager
def opened(file: BinaryIO, encoding: Encoding, *, newline: str = "") -> Iterator[TextIO]:
    """`file` as text behind its byte order mark. Raises BadInput for what is no text at all.

    Lines end at `newline`, or at any line end, and keep it.
    """
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding.name, errors=encoding.errors, newline=newline)
    try:
        if text.read(1) != "\ufeff":
            text.seek(0)
        yield text
    except UnicodeError as error:
        raise BadInput(f"The input is not {encoding.name}: {error}.") from None
    finally:
        # A run that is stopped closes the file before whoever reads it.
        if not file.closed:
            text.detach()


def decode(data: bytes, asked: str | None = None) -> str:
    """One text. Raises BadInput when it is not in the encoding that it should be in."""
    encoding = encoding_of(io.BytesIO(data), asked)
    try:
        return data.decode(encoding.name).removeprefix("\ufeff")
    except UnicodeError as error:
        raise BadInput(f"The text is not {encoding.name}: {error}.") from None
