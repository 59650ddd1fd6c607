"""Tables that are no text: Excel's .xlsx by openpyxl, Parquet by pyarrow, where these are installed."""

import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from math import isnan
from typing import Any, BinaryIO

from kritiq_client.bulk.columns import Columns
from kritiq_client.bulk.merged_cells import Merged
from kritiq_client.bulk.places import Places
from kritiq_client.bulk.records import BadInput, Record, Unreadable, ignored
from kritiq_client.bulk.titles import MOST_ABOVE, are_titles, left_out, looks_like_header

#: What Excel shows instead of what a cell's formula gives; a review that begins with `-` or `=` becomes one.
_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
#: Most bytes that a workbook may unpack to: a million rows have half of it.
MOST_UNPACKED = 2**30
#: How Excel keeps what XML has no character for: the carriage return of a text from elsewhere, above all.
_ESCAPED = re.compile("_x00([01][0-9A-Fa-f])_")


def xlsx_records(
    file: BinaryIO, columns: Columns, noted: Callable[[str], object] = ignored
) -> Iterator[Record | Unreadable]:
    """The rows below the header of the first sheet that has reviews, hidden ones last; of those that have some, too,
    each is unreadable. `noted` hears what is left out above the header. Raises BadInput.
    """
    try:
        from openpyxl import load_workbook  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError:
        raise BadInput("Excel files need openpyxl: pip install openpyxl.") from None
    try:
        with warnings.catch_warnings():
            # Of styles and extensions that it does not know: no text is in them.
            warnings.simplefilter("ignore")
            try:
                _demand_bound(file)
                book = load_workbook(file, read_only=True, data_only=True)
            except KeyError:
                raise BadInput(
                    "The file is no Excel workbook: unpack it if it is an archive, or save its table as .xlsx."
                ) from None
        # What a hidden sheet has, nobody sees who opens the file.
        sheets = sorted(book.worksheets, key=lambda sheet: bool(sheet.sheet_state != "visible"))
        if not sheets:
            raise BadInput("The Excel file has charts only: there is no sheet with cells.")
        tables = [_table(sheet, columns) for sheet in sheets]
        pairs = list(zip(sheets, tables, strict=True))
        # Where none has a column with the text, what is told is of the one that is most of a table.
        largest = max(pairs, key=lambda pair: len(pair[1].names))
        read, table = next((pair for pair in pairs if columns.fit(pair[1].names)), largest)
        names = table.names
        try:
            places = columns.places(names)
        except BadInput as error:
            raise BadInput(f"{error}{table.hint}") from None
        for note in filter(None, (left_out(table.top, "row"), *places.notes)):
            noted(note)
        merged = Merged.of(book, read, below=table.above + 1, places=places)
        formulas = Formulas(lambda: load_workbook(file, read_only=True)[read.title].iter_rows(values_only=True))
        at = table.above + 1
        for at, row in enumerate(table.rows, table.above + 2):
            cells = [*row, *[None] * (len(names) - len(row))]
            merged.fill(at, cells)
            if any(cells[place] is None for place in places.all()):
                cells = formulas.instead(at, cells)
            if any(cell is not None for cell in cells):
                yield from _record(at, cells, len(names), places)
        for sheet, other in pairs:
            has = sheet is not read and bool(other.hint or columns.fit(other.names))
            if has and any(c is not None for row in other.rows for c in row):
                at += 1
                problem = f"sheet {sheet.title!r}: only sheet {read.title!r} is read; make it a file of its own."
                yield Unreadable(at=at, problem=problem)
    except (BadInput, GeneratorExit):
        raise
    except Exception as error:  # openpyxl's errors are those of zip, XML and its own parsing
        raise BadInput(f"The Excel file cannot be read: {str(error).rstrip('.')}.") from None


def _demand_bound(file: BinaryIO) -> None:
    """Raises BadInput for a workbook that unpacks to more than any has, of which openpyxl holds all texts."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if size > MOST_UNPACKED:
            raise BadInput(f"The Excel file unpacks to {size} bytes; {MOST_UNPACKED} are most: divide it.")
    file.seek(0)


def parquet_records(
    file: BinaryIO, columns: Columns, noted: Callable[[str], object] = ignored
) -> Iterator[Record | Unreadable]:
    """The rows of a Parquet file, group by group; `noted` hears of columns that are not read. Raises BadInput."""
    try:
        from pyarrow import ArrowException  # type: ignore[import-untyped,import-not-found,unused-ignore]
        from pyarrow.parquet import ParquetFile  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError:
        raise BadInput("Parquet files need pyarrow: pip install pyarrow.") from None
    try:
        table = ParquetFile(file)
        names = table.schema_arrow.names
        places = columns.places(names)
        for note in places.notes:
            noted(note)
        at = 0
        for part in table.iter_batches(batch_size=1024, columns=[names[place] for place in places.all()]):
            read = dict(zip(places.all(), (_values(column) for column in part.columns), strict=True))
            for row in range(part.num_rows):
                at += 1
                yield places.record(at, {place: _decoded(cells[row]) for place, cells in read.items()})
    except (ArrowException, OSError) as error:
        raise BadInput(f"The Parquet file cannot be read: {str(error).rstrip('.')}.") from None


class Formula(str):
    """A formula that stands where its value should."""

    __slots__ = ()


class Formulas:
    """What a sheet's cells have themselves. A program that computes nothing leaves a formula without its value."""

    def __init__(self, opened: Callable[[], Iterator[tuple[Any, ...]]]) -> None:
        self._opened = opened
        self._rows: Iterator[tuple[int, tuple[Any, ...]]] | None = None

    def instead(self, at: int, cells: list[Any]) -> list[Any]:
        """The cells of a row, with the formulas of those that have no value. Rows are asked for in their order."""
        if self._rows is None:
            self._rows = enumerate(self._opened(), 1)
        row = next(row for number, row in self._rows if number == at)
        held = [*row, *[None] * (len(cells) - len(row))]
        return [
            # An array's formula is an object that has it as its text.
            Formula(getattr(formula, "text", formula)) if cell is None and formula is not None else cell
            for cell, formula in zip(cells, held, strict=True)
        ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """What is in a sheet: how many rows stand above the header, its names, and the rows below it."""

    above: int
    names: list[str]
    rows: Iterator[tuple[Any, ...]]
    #: What is said of it when it has no text.
    hint: str = ""
    #: The rows above its header.
    top: Sequence[tuple[Any, ...]] = ()


def _table(sheet: Any, columns: Columns) -> Table:
    top = list(sheet.iter_rows(max_row=MOST_ABOVE + 1, values_only=True)) or [()]
    heads = [_names(row) for row in top]
    found = (above for above, names in enumerate(heads) if above and len(names) > 1 and columns.fit(names))
    above, hint = 0 if columns.fit(heads[0]) else next(found, 0), ""
    if above and not are_titles(top[:above], heads[above], columns):
        above, hint = 0, looks_like_header(above + 1, "row")
    rows = sheet.iter_rows(min_row=above + 2, values_only=True)
    return Table(above=above, names=heads[above], rows=rows, hint=hint, top=top[:above])


def _names(row: tuple[Any, ...]) -> list[str]:
    names = ["" if cell is None else str(cell) for cell in row]
    while names and not names[-1]:
        # Where the widest row ends, not the header.
        names.pop()
    return names


def _record(at: int, cells: list[Any], width: int, places: Places) -> Iterator[Record | Unreadable]:
    if any(cell is not None for cell in cells[width:]):
        yield Unreadable(at=at, problem=f"row {at}: a cell beyond the {width} columns of the header.")
        return
    record = places.record(at, [_whole(cell) for cell in cells])
    text = cells[places.text(cells)]
    problem = None
    if isinstance(text, Formula):
        problem = f"its text is the formula {text} without a value; open the file in Excel and save it"
    elif type(text) is str and text in _ERRORS:
        problem = f"its text is Excel's error {text}"
    if problem is None:
        yield replace(record, text=_typed(text))
    else:
        yield Unreadable(at=at, problem=f"row {at}: {problem}.", identity=record.identity)


def _typed(cell: Any) -> Any:
    """What somebody typed; a review of only a number is a number to Excel. A date was something else before."""
    if type(cell) is str:
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell)
    return str(_whole(cell)) if isinstance(cell, int | float) and not isinstance(cell, bool) else cell


def _whole(cell: Any) -> Any:
    """Ids as people see them: without the time that Excel gives each date, and the fraction each number."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        return date(cell.year, cell.month, cell.day)
    return cell


def _values(column: Any) -> list[Any]:
    """The cells of a column of Parquet; where Python has no value for one, such as a day in the year 29349 or a
    nanosecond, all as they are written.
    """
    try:
        return column.to_pylist()  # type: ignore[no-any-return]
    except (ValueError, OverflowError):
        return column.cast("string").to_pylist()  # type: ignore[no-any-return]


def _decoded(cell: Any) -> Any:
    """Texts that a writer without a type for them stored as bytes; and numbers as pandas stores them, to which a column
    with a gap is one of fractions, and the gap no number.
    """
    if isinstance(cell, float):
        return None if isnan(cell) else _whole(cell)
    try:
        return cell.decode() if isinstance(cell, bytes) else cell
    except UnicodeDecodeError:
        return cell
