"""What `kritiq run` keeps of its processes' lines, and how one job is followed through them."""

import io
import json
import logging
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from ops.console import Console
from ops.kept_lines import OLDER, KeptLines, followed, lines
from telemetry.log_line import as_text, parsed
from telemetry.logs import FIELDS, formatter
from tests.support.commands import kritiq


def logged(process: str, message: str, **fields: Any) -> str:
    """A line as a process writes it."""
    record = logging.LogRecord(f"{process}.x", logging.INFO, __file__, 0, message, None, None)
    vars(record).update(fields)
    return formatter(process, "json").format(record)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KRITIQ_DATA_DIR", str(tmp_path))
    return tmp_path / "logs"


def shown(*arguments: str) -> list[str]:
    return kritiq("logs", *arguments).output.splitlines()


def test_one_job_is_followed_through_all_processes(folder: Path) -> None:
    kept = KeptLines(folder)
    console = Console("text", io.StringIO(), keep=kept.keep)
    console.line("api", logged("api", "request", job_id="job_1", status=202))
    console.line("api", logged("api", "request", job_id="job_2", status=202))
    console.line("worker", logged("worker", "inference", jobs=2, job_ids=["job_2", "job_1"], model="m", sentences=3))
    console.line("worker", logged("worker", "inference", jobs=2, job_ids=["job_3", "job_4"], model="m"))
    console.line("delivery", logged("delivery", "webhook succeeded", job_id="job_1", delivery_id="msg_1"))
    console.line("redis", "Redis is ready")
    kept.close()
    assert [line.split()[2] for line in shown("--job", "job_1")] == ["api", "worker", "delivery"]
    assert "sentences=3" in shown("--job", "job_1")[1]
    assert [json.loads(line)["delivery_id"] for line in shown("--job", "msg_1", "--json")] == ["msg_1"]
    assert len(shown()) == 6


def test_a_trace_is_followed_as_a_job_is(folder: Path) -> None:
    kept = KeptLines(folder)
    for number, process in enumerate(("api", "worker", "api", "delivery")):
        kept.keep(logged(process, "done", job_id=f"job_{number}", trace_id=("a" if number != 2 else "b") * 32))
    kept.keep(logged("worker", "inference", jobs=2, job_ids=["job_8", "job_9"], trace_ids=["b" * 32, "a" * 32]))
    kept.close()
    assert [line.split()[2] for line in shown("--job", "a" * 32)] == ["api", "worker", "delivery", "worker"]


def test_a_batch_is_followed_by_its_chunks(folder: Path) -> None:
    kept = KeptLines(folder)
    for fields in ({"batch_id": "batch_1"}, {"job_id": "batch_1.0"}, {"job_ids": ["batch_2.0", "batch_1.7"]}):
        kept.keep(logged("worker", "inference", **fields))
    kept.keep(logged("worker", "inference", job_id="batch_11.0"))
    kept.close()
    assert len(shown("--job", "batch_1")) == 3


def test_a_line_reads_as_if_it_had_been_written_for_people() -> None:
    record = logging.LogRecord("api.x", logging.WARNING, __file__, 0, "two\nlines", None, None)
    vars(record).update(job_id="job_1", reason="a b", ms=1.5, job_ids=["x"])
    line = parsed(formatter("api", "json").format(record))
    assert line is not None
    assert as_text(line) == formatter("api", "text").format(record)
    assert {"job_id", "job_ids"} <= set(FIELDS)


def test_an_exception_stands_under_its_line() -> None:
    try:
        raise ValueError("no")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
        record = logging.LogRecord("api.x", logging.ERROR, __file__, 0, "broke", None, info)
    line = parsed(formatter("api", "json").format(record))
    assert line is not None
    assert as_text(line) == formatter("api", "text").format(record)


def test_no_more_than_a_few_files_are_kept(folder: Path) -> None:
    kept = KeptLines(folder, file_bytes=1_000)
    for number in range(500):
        kept.keep(json.dumps({"number": number}))
    kept.close()
    found = [json.loads(line)["number"] for line in lines(folder)]
    assert found == list(range(found[0], 500))
    assert 0 < sum(path.stat().st_size for path in folder.iterdir()) <= (OLDER + 1) * 1_000
    assert folder.stat().st_mode & 0o077 == 0


def test_what_comes_is_followed_also_into_the_next_file(folder: Path) -> None:
    kept = KeptLines(folder, file_bytes=200)
    kept.keep('{"number": 0}')
    numbers = iter(range(1, 100))
    coming = followed(folder, wait=lambda: kept.keep(json.dumps({"number": next(numbers)})))
    assert [json.loads(line)["number"] for line in islice(coming, 60)] == list(range(60))
    kept.close()


def test_where_nothing_was_logged_that_is_said_with_the_folder(folder: Path) -> None:
    told = kritiq("logs", "--job", "job_1")
    assert (told.exit_code, told.stdout) == (0, "")
    assert told.stderr == f"Nothing about job_1 in {folder}.\n"
