"""An archive in SQLite, beside a real Redis that tells it of what was done."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from pydantic import SecretStr
from sqlalchemy import Engine, Table, select

from archive.archiver import Archiver
from archive.review import Kept
from archive.schema import open_archive, prepare
from archive.sink import Sink
from archive.tables import daily, opinions, reviews, sentences
from store.connection import Client
from store.ended import EndedJobs
from store.feedback import FeedbackStore
from store.model_cards import CardStore
from store.outbox import Outbox
from store.sealing import PLAIN
from store.tenants import TenantStore
from telemetry.meter import Meter
from tests.support.factories import make_settings
from tests.support.postgres_server import PostgresServer


class Archive:
    """The archive's process, step by step, and what it has."""

    def __init__(
        self, client: redis.Redis, engine: Engine, now: Callable[[], datetime] = lambda: datetime.now(UTC), **kept: Any
    ) -> None:
        sealing = client.sealing if isinstance(client, Client) else PLAIN
        self.engine, self.outbox, self.meter = engine, Outbox(client), Meter()
        self.sink = Sink(engine, sealing, erased=self.outbox.note_erased)
        self.archiver = Archiver(
            self.outbox, EndedJobs(client), self.sink, kept=Kept(**kept), meter=self.meter,
            own=TenantStore(client).archive_days, cards=CardStore(client).all, now=now, sealing=sealing,
            feedback=FeedbackStore(client).read,
            again=lambda: self.outbox.switch_on(1000, again=True),
        )  # fmt: skip

    def catch_up(self) -> None:
        while self.archiver.step(wait_ms=0):
            pass

    def rows(self, table: Table) -> list[dict[str, Any]]:
        with self.engine.begin() as connection:
            return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]

    def all(self) -> dict[str, list[dict[str, Any]]]:
        return {table.name: self.rows(table) for table in (reviews, sentences, opinions, daily)}

    def ids(self) -> list[tuple[str, int]]:
        return [(row["job_id"], row["line"]) for row in self.rows(reviews)]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server for all tests."""
    server = PostgresServer()
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """A database of it with nothing in it."""
    with psycopg.connect(postgres.url) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return postgres.url


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty archive in SQLite."""
    made = open_archive(make_settings(data_dir=tmp_path))
    prepare(made)
    yield made
    made.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty archive in each kind of database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("engine")
        return
    made = open_archive(make_settings(archive_url=SecretStr(request.getfixturevalue("postgres_url"))))
    prepare(made)
    yield made
    made.dispose()


@pytest.fixture
def archive(redis_client: redis.Redis, either: Engine) -> Archive:
    """It is switched on, and nothing was done yet."""
    Outbox(redis_client).switch_on(1000)
    return Archive(redis_client, either)
