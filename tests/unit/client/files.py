"""Files as people have them, read as `kritiq batch` reads them."""

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow
from click.testing import CliRunner
from pyarrow.parquet import write_table

from kritiq_client.batch_cli import batch_command
from kritiq_client.bulk.columns import Columns
from kritiq_client.bulk.rows import Row
from kritiq_client.bulk.source import Source
from tests.support.served import served
from tests.unit.client.batch_service import BatchService


def rows(
    data: bytes, name: str = "a.csv", *, text: str | None = None, identity: str | None = None, **more: Any
) -> list[Row]:
    """The rows of a file with these bytes; `more` as `Source.of` has it."""
    source = Source.of(io.BytesIO(data), name, columns=Columns(text=text, identity=identity), **more)
    found = list(source.rows())
    assert found == list(source.rows()), "a source gives the same rows again"
    return found


def parquet(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """A Parquet file with these columns."""
    stream = io.BytesIO()
    write_table(pyarrow.table(columns), stream)
    return stream.getvalue()


def judged(found: list[Row]) -> list[tuple[str | None, str]]:
    """Id and text of the rows that are sent."""
    return [(row.identity, row.text) for row in found if row.text is not None]


def problems(found: list[Row]) -> list[str]:
    """What is wrong with the others, without those that have no text."""
    return [row.problem for row in found if row.problem is not None]


class Outcome:
    """What a run of `kritiq batch` left behind."""

    def __init__(self, folder: Path, data: bytes, name: str, *arguments: str) -> None:
        self.service = BatchService()
        (folder / name).write_bytes(data)
        out = folder / "out.jsonl"
        with served(self.service) as url:
            found = CliRunner().invoke(batch_command, [str(folder / name), "--out", str(out), "--url", url, *arguments])
        self.status, self.output, self.exception = found.exit_code, found.output, found.exception
        self.lines: list[dict[str, Any]] = (
            [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] if out.exists() else []
        )
        assert found.exception is None or isinstance(found.exception, SystemExit), repr(found.exception)

    @property
    def statuses(self) -> list[tuple[str | None, str]]:
        """Id and status of each line."""
        return [(line["custom_id"], line["status"]) for line in self.lines]

    @property
    def sent(self) -> list[str]:
        """The texts that the service got."""
        return self.service.texts
