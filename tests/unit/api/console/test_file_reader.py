"""The console reads files as the command does: its code, run by Node, on the command's cases."""

import json
import shutil
import subprocess
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kritiq_client.bulk.details import moment_of
from kritiq_client.bulk.usual_names import DETAIL_COLUMNS, ID_COLUMNS, TEXT_COLUMNS
from tests.support.console_code import STATIC
from tests.unit.client.cases import MOMENTS, TABLES, bytes_of

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node runs the console's code")

READ = """
import { readFileSync } from "node:fs";
const { guessed, mapped, parsed } = await import("./table_file.js");
const { momentOf } = await import("./file_time.js");
const { placeOf } = await import("./file_names.js");
const { files, moments, names } = JSON.parse(readFileSync(0, "utf-8"));
const read = ([data, name]) => {
  const file = parsed(Uint8Array.from(Buffer.from(data, "base64")), name);
  const lines = mapped(file, guessed(file.header)).filter(({ text }) => text.trim());
  return { lines, odd: file.odd.length };
};
console.log(JSON.stringify({
  files: files.map(read), moments: moments.map(momentOf),
  names: names.map(([member, name]) => placeOf(member, ["x", name])),
}));
"""


def told(tmp_path: Path, **given: list[Any]) -> dict[str, Any]:
    """What the console's code makes of files, dates and names of columns."""
    for path in STATIC.glob("*file*.js"):
        shutil.copy(path, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (tmp_path / "read.js").write_text(READ, encoding="utf-8")
    asked = json.dumps({"files": [], "moments": [], "names": [], **given})
    run = subprocess.run(["node", "read.js"], cwd=tmp_path, input=asked, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer


def moment(written: str) -> datetime:
    """What the service reads there: a day is its beginning in UTC."""
    found = datetime.fromisoformat(written)
    return found.replace(tzinfo=found.tzinfo or UTC)


def test_the_console_reads_each_file_as_the_command_does(tmp_path: Path) -> None:
    # Where the command asks which column it is, here nobody chooses for the person: no line has a text.
    asked = [(b64encode(bytes_of(case)).decode(), case.get("file", "")) for case in TABLES.values()]
    found = told(tmp_path, files=asked)["files"]
    for (name, case), read in zip(TABLES.items(), found, strict=True):
        for line in read["lines"]:
            if "reviewed_at" in line:
                line["reviewed_at"] = moment(line["reviewed_at"]).isoformat()
        assert (name, read) == (name, {"lines": case["reviews"], "odd": case["odd"]})


def test_the_console_reads_each_day_and_time_as_the_command_does(tmp_path: Path) -> None:
    found = told(tmp_path, moments=list(MOMENTS))["moments"]
    for written, read in zip(MOMENTS, found, strict=True):
        assert (written, read and moment(read)) == (written, moment_of(written))


def test_the_console_knows_every_name_of_a_column_that_the_command_knows(tmp_path: Path) -> None:
    usual = {"text": TEXT_COLUMNS, "custom_id": ID_COLUMNS, **DETAIL_COLUMNS}
    asked = [(member, name) for member, names in usual.items() for name in names]
    found = told(tmp_path, names=asked)["names"]
    assert [pair for pair, place in zip(asked, found, strict=True) if place != 1] == []
