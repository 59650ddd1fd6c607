"""A file of reviews as rows: which format it is in, and who reads it."""

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import dropwhile, islice
from pathlib import Path
from typing import BinaryIO

from kritiq_client.bulk.columns import Columns
from kritiq_client.bulk.compression import unpacked, unpacked_name
from kritiq_client.bulk.csv_header import is_table
from kritiq_client.bulk.csv_rows import csv_records
from kritiq_client.bulk.encoding import Encoding, encoding_of, opened
from kritiq_client.bulk.hints import INSIDE
from kritiq_client.bulk.json_documents import PIECE, document_records, is_document
from kritiq_client.bulk.json_lines import json_records
from kritiq_client.bulk.records import BadInput, Record, Unreadable, ignored
from kritiq_client.bulk.rows import Row, rows_of
from kritiq_client.bulk.tables import parquet_records, xlsx_records
from kritiq_client.bulk.text_lines import are_lines, is_split, text_records
from kritiq_client.bulk.text_reading import lines_of
from kritiq_client.bulk.titles import MOST_ABOVE

FORMATS = ("csv", "jsonl", "json", "xlsx", "parquet", "txt")
#: Formats that are no text, and have neither an encoding nor a delimiter.
BINARY = ("xlsx", "parquet")
#: Format by the end of the name; what is none of these is told by its first line.
BY_NAME = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".txt": "txt", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".parquet": "parquet", ".xlsx": "xlsx", ".xlsm": "xlsx",
    # What is no workbook under this name is a table in text, as many sites export it for Excel.
    ".xls": "csv",
}  # fmt: skip
#: Format by the first bytes, whatever the name.
BY_BYTES = {b"PK\x03\x04": "xlsx", b"PAR1": "parquet"}
#: What is none of these, and what helps.
FOREIGN = {
    b"\xd0\xcf\x11\xe0": "an Excel file of before 2007: save it as .xlsx",
    b"\x28\xb5\x2f\xfd": "compressed: unpack it with unzstd first",
    b"7z\xbc\xaf": "an archive: unpack it first",
    b"Rar!": "an archive: unpack it first",
    b"%PDF": "a PDF: export the reviews as a table",
}
#: How pages and other markup begin, in any encoding; many a site calls a page `.xls`.
_MARKUP = re.compile(
    r"[\s\ufeff]*(<\?xml|<!--|<(?:!doctype|html|head|meta|title|style|body|div|table|thead|tbody|tr)\b|mime-version:)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A file and how it is read. `rows` may be asked for again."""

    file: BinaryIO = field(repr=False)
    form: str
    encoding: Encoding
    columns: Columns
    delimiter: str | None = None

    @classmethod
    def of(
        cls,
        file: BinaryIO,
        name: str,
        *,
        form: str | None = None,
        columns: Columns,
        encoding: str | None = None,
        delimiter: str | None = None,
    ) -> "Source":
        """The source that a file which can be read from its beginning again is. Raises BadInput."""
        asked, form = form, form or _form(file, name)
        if encoding and form in BINARY:
            raise BadInput(f"A file in {form} has no encoding: leave --encoding out.")
        found = Encoding(name="utf-8") if form in BINARY else encoding_of(file, encoding)
        if form not in BINARY:
            with opened(file, found) as text:
                # One line of a megabyte and more is looked at from its beginning only.
                lines = iter(lambda: text.readline(PIECE), "")
                head = list(islice(dropwhile(lambda line: not line.strip(), lines), MOST_ABOVE + 1))
            if asked is None and (markup := _MARKUP.match("".join(head))):
                what = "XML" if markup[1].lower() == "<?xml" else "a page in HTML"
                raise BadInput(f"{name} is {what}: export the reviews as a table.")
            form = _of_text(head, form, columns, asked, delimiter)
        if delimiter and form != "csv":
            raise BadInput(f"A file in {form} has no delimiter: leave --delimiter out.")
        if form == "txt" and columns.named:
            raise BadInput("A file in txt has a review in each line and no columns: name none, or another format.")
        return cls(file=file, form=form, encoding=found, columns=columns, delimiter=delimiter)

    def rows(self, noted: Callable[[str], object] = ignored) -> Iterator[Row]:
        """Every entry, from the beginning; `noted` hears what stands in the file and is in none. Raises BadInput."""
        return rows_of(self._records(noted), unit="row" if self.form in BINARY else "line")

    def _records(self, noted: Callable[[str], object]) -> Iterator[Record | Unreadable]:
        if self.form in BINARY:
            self.file.seek(0)
            yield from (xlsx_records if self.form == "xlsx" else parquet_records)(self.file, self.columns, noted)
            return
        with opened(self.file, self.encoding) as text:
            # Where lines end in one of the two, the other by itself is part of a text.
            ended = text.readline(PIECE).endswith("\r")
            # "\r\r\n" is a line that a program ended twice.
            newline = "\r" if ended and text.readline(2) != "\r\n" else "\n"
        with opened(self.file, self.encoding, newline=newline) as text:
            if self.form == "txt":
                for count, record in enumerate(text_records(lines_of(text, newline))):
                    if not count:
                        noted("each line is read as a review; --format csv reads a table")
                    yield record
            elif self.form == "csv":
                yield from csv_records(lines_of(text, newline), self.columns, self.delimiter, noted)
            else:
                document = self.form == "json"
                read = (
                    document_records(text, self.columns)
                    if document
                    else json_records(lines_of(text, newline), self.columns)
                )
                yield from _with_texts(read, self.columns)


@contextmanager
def seekable(path: Path) -> Iterator[BinaryIO]:
    """The file, unpacked; what comes on stdin (`-`) or through a pipe is put aside, so that it can be read again.

    Raises BadInput.
    """
    with ExitStack() as stack:
        file = stack.enter_context(nullcontext(stdin()) if str(path) == "-" else path.open("rb"))
        if str(path) == "-" or not file.seekable():
            came, file = file, stack.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(came, file)
        yield stack.enter_context(unpacked(file, "stdin" if str(path) == "-" else str(path)))


def stdin() -> BinaryIO:
    """The bytes of stdin. Raises BadInput when it was closed."""
    if sys.stdin is None:
        raise BadInput("There is no stdin.")
    return sys.stdin.buffer


def _form(file: BinaryIO, name: str) -> str:
    file.seek(0)
    head = file.read(4)
    for mark, what in FOREIGN.items():
        if head.startswith(mark):
            raise BadInput(f"{name} is {what}.")
    by_bytes = next((form for mark, form in BY_BYTES.items() if head == mark), None)
    return by_bytes or BY_NAME.get(Path(unpacked_name(name)).suffix.lower(), "")


def _of_text(head: Sequence[str], form: str, columns: Columns, asked: str | None, delimiter: str | None) -> str:
    """The format of a text that begins with these lines, of which the first is not empty. `form`: what its name says,
    or nothing; `asked`: what its user says, which is only looked at for whether JSON is one document. Who names a
    `delimiter` has a table.
    """
    first = head[0] if head else ""
    if asked in ("csv", "txt"):
        return asked
    if form in ("", "txt") and not delimiter and are_lines(head, columns):
        return "txt"
    begins = first.lstrip(" \t\ufeff\x1e")[:1]
    if begins in ("[", "{") and (form != "csv" or is_document(first, columns, named=False) or _is_json(first)):
        form = form if form == "json" else "jsonl"
    elif asked is None and form != "csv":
        # From a pipe, or without an ending that says it; and many a table is called JSON, some with a title above it.
        other = "csv" if form == "txt" or (not form and is_split(head)) else form or "jsonl"
        form = "csv" if is_table(head, columns) else other
    if form == "csv":
        return form
    return "json" if is_document(first, columns, named=form == "json") else "jsonl"


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict | list)
    except (ValueError, RecursionError):
        return False


def _with_texts(records: Iterable[Record | Unreadable], columns: Columns) -> Iterator[Record | Unreadable]:
    """The records, unless none of them has the member that should be its text: then that is not what holds it.

    Without a name from the user, ratings alone are believed to be ratings as long as nothing in them looks like prose.
    """
    texts, lacking, prose = 0, 0, ""
    for record in records:
        if isinstance(record, Record) and record.instead is not None:
            lacking += 1
            prose = prose or record.instead
        elif isinstance(record, Record):
            texts += 1
        yield record
    if lacking and not texts and (prose or columns.text):
        lacks = f"No review has a member {columns.text or 'text'!r}"
        if INSIDE in prose:
            raise BadInput(f"{lacks}, but there is {prose!r}: put it into the review's own object.")
        hint = f"; {prose!r} may be the one" if prose else ""
        raise BadInput(f"{lacks}{hint}. Say which with {columns.text_option}.")
