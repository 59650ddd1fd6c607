"""Results of a batch as Parquet."""

from api.batches.forms import COLUMNS, Ending, last_row, table_rows
from jobs.table import ParquetTable

_KINDS = {
    **dict.fromkeys(("line", "sentence", "start", "end"), "int32"),
    **dict.fromkeys(("truncated", "low_confidence"), "bool"),
    **dict.fromkeys(("confidence", "overall_confidence"), "double"),
}


class ParquetWriter:
    """The same rows as in CSV, in groups. There is no heartbeat: a Parquet file has no room for one."""

    def __init__(self) -> None:
        self._table = ParquetTable({name: _KINDS.get(name, "string") for name in COLUMNS})

    def begin(self) -> bytes:
        return self._table.add(())

    def lines(self, ndjson: bytes) -> bytes:
        return self._table.add(table_rows(ndjson))

    def heartbeat(self) -> bytes:
        return b""

    def end(self, ending: Ending) -> bytes:
        row = last_row(ending)
        return self._table.add([row] if row else ()) + self._table.close()
