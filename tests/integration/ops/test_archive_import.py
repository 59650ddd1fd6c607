"""`kritiq archive import` as a process that is killed, and started again."""

import json
import random
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import Process
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

LINES = 5_000
#: What says when the import was.
_TIMES = {"finished_at", "forget_at"}


def write_years(file: Path) -> None:
    """Reviews of some restaurants, some of which say neither day nor id."""
    chance = random.Random(7)
    with file.open("w") as out:
        for number in range(1, LINES + 1):
            aspects = {
                aspect: {"polarity": chance.choice(("positive", "negative")), "confidence": 0.9}
                for aspect in chance.sample(("food", "service", "price"), 2)
            }
            sentence = {"index": 0, "start": 0, "end": 4, "text": f"Satz {number}.", "aspects": aspects}
            row = {
                "line": number, "status": "succeeded", "restaurant": f"r{number % 5}",
                "external_author": f"guest-{chance.randrange(50)}",
                "custom_id": f"c{number}" if number % 3 else None,
                "reviewed_at": f"20{chance.randrange(10, 26)}-10-25" if number % 4 else None,
                "result": {"language": "de", "sentences": [sentence]},
            }  # fmt: skip
            out.write(json.dumps(row) + "\n")


def tables(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that an archive has, without the times of the import."""
    found = {}
    with closing(sqlite3.connect(file)) as database:
        database.row_factory = sqlite3.Row
        for table in ("reviews", "sentences", "opinions", "daily", "daily_totals", "monthly", "authors", "batches"):
            rows = [dict(row) for row in database.execute(f"SELECT * FROM {table}")]
            for row in rows:
                if table == "reviews" and row["reviewed_at"] is None:
                    # When it was imported first.
                    row["created_at"] = None
            found[table] = sorted(
                (tuple(value for name, value in row.items() if name not in _TIMES) for row in rows), key=repr
            )
    return found


def count(file: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as database:
            return int(database.execute("SELECT COUNT(*) FROM reviews").fetchone()[0])
    except sqlite3.OperationalError:
        # There is none yet.
        return 0


def test_killed_wherever_it_is_and_started_again_it_ends_as_if_it_had_not_been(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    years = tmp_path / "years.jsonl"
    write_years(years)

    def begin(name: str) -> Process:
        env = {"KRITIQ_REDIS_URL": redis_server.url, "KRITIQ_ARCHIVE_URL": f"sqlite:///{tmp_path}/{name}.db"}
        return Process("archive", "import", str(years), env=env)

    with closing(begin("whole")) as process:
        end(process)
    had, file = 0, tmp_path / "killed.db"
    for _ in range(2):
        with closing(begin("killed")) as process:
            wait_for(partial(has_more, process, file, had), "it has put some", deadline_s=120)
            process.kill()
        # Whole transactions, of a thousand lines each, and no part of one.
        had = count(file)
        assert had % 1_000 == 0
    with closing(begin("killed")) as process:
        end(process)
    assert len(tables(tmp_path / "whole.db")["reviews"]) == LINES
    assert tables(file) == tables(tmp_path / "whole.db")


def has_more(process: Process, file: Path, had: int) -> bool:
    return process.over or count(file) > had


def end(process: Process) -> None:
    wait_for(lambda: process.over, "it ends", deadline_s=200)
    assert process.wait() == 0, process.log
