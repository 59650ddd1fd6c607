"""Tables that are no text: Excel's .xlsx by openpyxl, Parquet by pyarrow, where these are installed."""

import warnings
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO

from kritiq_client.bulk.columns import Columns, Places
from kritiq_client.bulk.records import BadInput, Record, Unreadable


def xlsx_records(file: BinaryIO, columns: Columns) -> Iterator[Record | Unreadable]:
    """The rows below the header of the first sheet that has reviews, hidden ones last; of those that have some, too,
    each is unreadable. Raises BadInput.
    """
    try:
        from openpyxl import load_workbook  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError:
        raise BadInput("Excel files need openpyxl: pip install openpyxl.") from None
    try:
        with warnings.catch_warnings():
            # Of styles and extensions that it does not know: no text is in them.
            warnings.simplefilter("ignore")
            book = load_workbook(file, read_only=True, data_only=True)
        # What a hidden sheet has, nobody sees who opens the file.
        sheets = sorted(book.worksheets, key=lambda sheet: bool(sheet.sheet_state != "visible"))
        if not sheets:
            raise BadInput("The Excel file has charts only: there is no sheet with cells.")
        read = next((sheet for sheet in sheets if columns.fit(_header(sheet.iter_rows(values_only=True)))), sheets[0])
        rows = read.iter_rows(values_only=True)
        names = _header(rows)
        places = columns.places(names)
        at = 1
        for at, row in enumerate(rows, 2):
            if any(cell is not None for cell in row):
                cells = [*row, *[None] * (len(names) - len(row))]
                yield from _record(at, cells, len(names), places)
        for sheet in (each for each in sheets if each is not read):
            rows = sheet.iter_rows(values_only=True)
            if columns.fit(_header(rows)) and any(cell is not None for row in rows for cell in row):
                at += 1
                problem = f"sheet {sheet.title!r}: only sheet {read.title!r} is read; make it a file of its own."
                yield Unreadable(at=at, problem=problem)
    except (BadInput, GeneratorExit):
        raise
    except Exception as error:  # openpyxl's errors are those of zip, XML and its own parsing
        raise BadInput(f"The Excel file cannot be read: {str(error).rstrip('.')}.") from None


def parquet_records(file: BinaryIO, columns: Columns) -> Iterator[Record | Unreadable]:
    """The rows of a Parquet file, group by group. Raises BadInput."""
    try:
        from pyarrow import ArrowException  # type: ignore[import-untyped,import-not-found,unused-ignore]
        from pyarrow.parquet import ParquetFile  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError:
        raise BadInput("Parquet files need pyarrow: pip install pyarrow.") from None
    try:
        table = ParquetFile(file)
        names = table.schema_arrow.names
        places = columns.places(names)
        at = 0
        for part in table.iter_batches(batch_size=1024, columns=[names[place] for place in places.all()]):
            read = dict(zip(places.all(), (column.to_pylist() for column in part.columns), strict=True))
            for row in range(part.num_rows):
                at += 1
                yield places.record(at, {place: _decoded(cells[row]) for place, cells in read.items()})
    except (ArrowException, OSError) as error:
        raise BadInput(f"The Parquet file cannot be read: {str(error).rstrip('.')}.") from None


def _header(rows: Iterator[tuple[Any, ...]]) -> list[str]:
    names = ["" if cell is None else str(cell) for cell in next(rows, ())]
    while names and not names[-1]:
        # Where the widest row ends, not the header.
        names.pop()
    return names


def _record(at: int, cells: list[Any], width: int, places: Places) -> Iterator[Record | Unreadable]:
    if any(cell is not None for cell in cells[width:]):
        yield Unreadable(at=at, problem=f"row {at}: a cell beyond the {width} columns of the header.")
        return
    read = [_whole(cell) for cell in cells]
    read[places.text] = _typed(cells[places.text])
    yield places.record(at, read)


def _typed(cell: Any) -> Any:
    """What somebody typed; a review of only a number is a number to Excel. A date was something else before."""
    return str(_whole(cell)) if isinstance(cell, int | float) and not isinstance(cell, bool) else cell


def _whole(cell: Any) -> Any:
    """Ids as people see them: without the time that Excel gives each date, and the fraction each number."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        return date(cell.year, cell.month, cell.day)
    return cell


def _decoded(cell: Any) -> Any:
    """Texts that a writer without a type for them stored as bytes."""
    try:
        return cell.decode() if isinstance(cell, bytes) else cell
    except UnicodeDecodeError:
        return cell
