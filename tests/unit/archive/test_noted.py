"""What a command of the archive hands out, puts in or changes is in the audit log, without a word of it."""

from pathlib import Path

import pytest
import redis
from sqlalchemy import Engine

from archive.sink import Sink
from ops.ports import free_port
from store.audit import AuditStore
from tests.support.commands import Kritiq
from tests.unit.archive.generated import make_reviews, put
from tests.unit.archive.test_import import lines_of

DAYS = ("--from", "2026-10-01", "--to", "2026-10-31")


def noted(client: redis.Redis, tenant: str = "default") -> list[tuple[str, dict[str, str]]]:
    """What is in an organisation's log, the oldest first."""
    entries = AuditStore(client, most=100, lifetime_s=3600).page(tenant, size=100).entries
    return [(entry.action, dict(entry.objects)) for entry in reversed(entries)]


def test_each_command_is_noted(kritiq: Kritiq, redis_client: redis.Redis, engine: Engine, tmp_path: Path) -> None:
    put(Sink(engine), make_reviews(3))
    lines = tmp_path / "years.jsonl"
    lines.write_bytes(b"\n".join(lines_of(1)))
    kritiq("archive", "export", *DAYS, "--out", tmp_path / "october.csv")
    kritiq("archive", "export", *DAYS, "--restaurant", "adler", "--out", tmp_path / "adler.csv")
    kritiq("archive", "import", lines, "--model", "fake/1")
    kritiq("report", "--restaurant", "adler", "--month", "2026-10", "--out", tmp_path / "adler.html")
    kritiq("archive", "off")
    days = "2026-10-01 to 2026-10-31"
    assert noted(redis_client) == [
        ("kritiq archive export", {"days": days, "restaurant": "*"}),
        ("kritiq archive export", {"days": days, "restaurant": "adler"}),
        ("kritiq archive import", {"reviews": "1"}),
        ("kritiq report", {"restaurant": "adler", "month": "2026-10"}),
        ("kritiq archive off", {}),
    ]


def test_where_redis_is_away_the_command_does_its_work_and_says_that_nothing_is_noted(
    kritiq: Kritiq, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(Sink(engine), make_reviews(3))
    monkeypatch.setenv("KRITIQ_REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    done = kritiq("archive", "export", *DAYS, "--out", tmp_path / "october.csv")
    assert done.stderr.startswith("The audit log does not have it.")
    assert (tmp_path / "october.csv").stat().st_size > 0
