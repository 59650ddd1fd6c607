"""Rows of results as files: CSV, and Parquet where pyarrow is installed, which nothing else loads."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

#: Rows of one row group of Parquet: so many are held in memory.
GROUP_ROWS = 20_000


def csv_rows(rows: Iterable[Sequence[Any]]) -> bytes:
    """RFC 4180 in UTF-8; None is an empty cell."""
    text = io.StringIO(newline="")
    # As JSON spells them, for whoever compares the forms.
    spelled = ([str(cell).lower() if isinstance(cell, bool) else cell for cell in row] for row in rows)
    csv.writer(text).writerows(spelled)
    return text.getvalue().encode()


def has_parquet() -> bool:
    """Whether pyarrow is there; it is not loaded to know."""
    return find_spec("pyarrow") is not None


class _Sink(io.RawIOBase):
    """A file that is read while it is written, and never gone back in."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        self._written += len(piece)
        return len(piece)

    def take(self) -> bytes:
        """What was written since the last call."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


class ParquetTable:
    """A Parquet file (zstd) that is written row by row; each call gives the bytes that are ready."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        """`columns`: name -> Arrow's name of its type, such as `string` or `int32`; all may be null."""
        import pyarrow
        import pyarrow.parquet

        self._schema = pyarrow.schema([(name, pyarrow.type_for_alias(kind)) for name, kind in columns.items()])
        self._arrow = pyarrow
        self._sink = _Sink()
        self._writer = pyarrow.parquet.ParquetWriter(self._sink, self._schema, compression="zstd")
        self._rows: list[Sequence[Any]] = []

    def add(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """Rows in the order of the columns; may be kept back until a later call."""
        self._rows.extend(rows)
        if len(self._rows) >= GROUP_ROWS:
            self._flush()
        return self._sink.take()

    def close(self) -> bytes:
        """What was kept back, and the file's end."""
        if self._rows:
            self._flush()
        self._writer.close()
        return self._sink.take()

    def _flush(self) -> None:
        rows, self._rows = self._rows, []
        columns = [
            self._arrow.array(column, kind)
            for column, kind in zip(zip(*rows, strict=True), self._schema.types, strict=True)
        ]
        self._writer.write_table(self._arrow.Table.from_arrays(columns, schema=self._schema))
