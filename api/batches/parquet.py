"""Results of a batch as Parquet, by pyarrow where it is installed. Nothing else of the API loads it."""

import io
from importlib.util import find_spec
from typing import Any

from api.batches.forms import COLUMNS, Ending, last_row, table_rows

#: Rows of one row group: so many are held in memory.
GROUP_ROWS = 20_000


def installed() -> bool:
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


class ParquetWriter:
    """The same rows as in CSV, in groups. There is no heartbeat: a Parquet file has no room for one."""

    def __init__(self) -> None:
        import pyarrow
        import pyarrow.parquet

        kinds = {name: pyarrow.int32() for name in ("line", "sentence", "start", "end")}
        kinds |= {"truncated": pyarrow.bool_(), "confidence": pyarrow.float64()}
        self._schema = pyarrow.schema([(name, kinds.get(name, pyarrow.string())) for name in COLUMNS])
        self._arrow = pyarrow
        self._sink = _Sink()
        self._writer = pyarrow.parquet.ParquetWriter(self._sink, self._schema, compression="zstd")
        self._rows: list[tuple[Any, ...]] = []

    def begin(self) -> bytes:
        return self._sink.take()

    def lines(self, ndjson: bytes) -> bytes:
        self._rows.extend(table_rows(ndjson))
        if len(self._rows) >= GROUP_ROWS:
            self._flush()
        return self._sink.take()

    def heartbeat(self) -> bytes:
        return b""

    def end(self, ending: Ending) -> bytes:
        if (row := last_row(ending)) is not None:
            self._rows.append(row)
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
