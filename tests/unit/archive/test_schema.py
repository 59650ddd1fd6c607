"""Where the archive is, and what of a database that is not its own."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, func, inspect, select

from archive.schema import SCHEMA, check, open_archive, prepare
from archive.sink import Sink
from archive.tables import (
    authors,
    batches,
    daily,
    daily_totals,
    metadata,
    monthly,
    progress,
    reviews,
)
from jobs.errors import SettingsError
from jobs.settings import load_settings
from tests.support.factories import make_settings
from tests.support.waiting import wait_for
from tests.unit.archive.generated import make_reviews, put

#: Columns that schema 8 added.
SINCE_8 = {
    "reviews": (
        "attempt", "priority", "error_message", "reviewed_at", "started_at", "overall", "overall_confidence", "details",
    ),
    "sentences": ("truncated", "unmentioned"),
    "opinions": ("low_confidence", "evidence"),
}  # fmt: skip


def test_without_an_address_it_is_a_file_among_the_data(tmp_path: Path) -> None:
    engine = open_archive(make_settings(data_dir=tmp_path / "new"))
    prepare(engine)
    engine.dispose()
    assert (tmp_path / "new" / "archive.db").is_file()


def test_a_second_start_changes_nothing(engine: Engine) -> None:
    prepare(engine)
    check(engine)
    with engine.begin() as connection:
        assert connection.execute(progress.select()).all() == [(SCHEMA, "0-0", None)]


def test_what_a_newer_version_made_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(progress.update().values(schema=SCHEMA + 1))
    for refuses in (prepare, check):
        with pytest.raises(SettingsError, match="newer"):
            refuses(engine)


def test_an_empty_database_is_no_archive_to_read(tmp_path: Path) -> None:
    engine = open_archive(make_settings(data_dir=tmp_path))
    with pytest.raises(SettingsError, match="There is no archive"):
        check(engine)
    engine.dispose()


@pytest.mark.parametrize("url", ["mysql://me:hush@db/x", "sqlite://", "hush", "postgresql://"])
def test_an_address_that_cannot_be_used_is_refused_and_not_said(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRITIQ_ARCHIVE_URL", url)
    with pytest.raises(SettingsError, match="KRITIQ_ARCHIVE_URL") as caught:
        load_settings()
    assert "hush" not in str(caught.value)


def test_an_address_with_a_broken_port_is_refused_and_not_said() -> None:
    with pytest.raises(SettingsError, match="KRITIQ_ARCHIVE_URL") as caught:
        open_archive(make_settings(archive_url=SecretStr("postgresql://me:hush@db:x/y")))
    assert "hush" not in str(caught.value)


def test_nothing_that_was_deleted_is_left_in_the_file(tmp_path: Path, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x TEXT)")
        connection.exec_driver_sql("INSERT INTO t VALUES ('Zeisig')")
    assert b"Zeisig" in (tmp_path / "archive.db").read_bytes()
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM t")
    assert not any(b"Zeisig" in path.read_bytes() for path in tmp_path.iterdir())


def drop_since_8(connection: Connection) -> None:
    for table, columns in SINCE_8.items():
        for column in columns:
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")


def drop_since_10(connection: Connection) -> None:
    """The tables and the column that schemas 10 to 16 added, and indexes that they changed."""
    connection.exec_driver_sql("DROP TABLE imports")
    connection.exec_driver_sql("DROP TABLE deleted_meanwhile")
    connection.exec_driver_sql("DROP TABLE feedback")
    connection.exec_driver_sql("DROP TABLE model_cards")
    connection.exec_driver_sql("DROP TABLE daily_totals")
    connection.exec_driver_sql("DROP TABLE monthly")
    connection.exec_driver_sql("DROP TABLE authors")
    connection.exec_driver_sql("DROP TABLE batches")
    connection.exec_driver_sql("DROP INDEX reviews_of_lines")
    connection.exec_driver_sql("ALTER TABLE reviews DROP COLUMN warnings")
    connection.exec_driver_sql("CREATE INDEX daily_by_day ON daily (tenant, day, aspect, polarity, sentences)")


def columns_of(engine: Engine) -> dict[str, dict[str, str]]:
    """The types of what the tables have."""
    with engine.begin() as connection:
        return {
            table.name: {each["name"]: repr(each["type"]) for each in inspect(connection).get_columns(table.name)}
            for table in metadata.sorted_tables
        }


def indexes_of(engine: Engine) -> dict[str, str]:
    """How those are made that are no primary keys."""
    asked = {
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    }
    with engine.begin() as connection:
        found = connection.exec_driver_sql(asked[connection.dialect.name])
        return {name: " ".join(sql.split()) for name, sql in found}


def test_an_archive_of_the_first_schema_is_brought_up_to_date_with_all_that_is_in_it(either: Engine) -> None:
    made, indexes = columns_of(either), indexes_of(either)
    put(Sink(either), [each._replace(author="anna", batch_id="batch_1") for each in make_reviews(3)])
    with either.begin() as connection:
        connection.exec_driver_sql("DROP TABLE changed_days")
        connection.exec_driver_sql("DROP TABLE shortened")
        drop_since_10(connection)
        connection.exec_driver_sql("DROP INDEX reviews_by_creation")
        connection.exec_driver_sql("ALTER TABLE kritiq_archive DROP COLUMN files")
        drop_since_8(connection)
        connection.execute(progress.update().values(schema=1))
    with pytest.raises(SettingsError, match="older"):
        check(either)
    prepare(either)
    check(either)
    put(Sink(either), make_reviews(5)[3:])
    with either.begin() as connection:
        assert len(connection.execute(reviews.select()).all()) == 5
        assert connection.execute(select(batches.c.total)).all() == [(3,)]
        assert sum(connection.execute(select(authors.c.reviews)).scalars()) >= 3
        total = connection.execute(select(func.sum(daily.c.sentences))).scalar_one()
        for sums in (daily_totals, monthly):
            assert connection.execute(select(func.sum(sums.c.sentences))).scalar_one() == total
        assert connection.execute(progress.select()).all() == [(SCHEMA, "0-0", None)]
    assert (columns_of(either), indexes_of(either)) == (made, indexes)


def test_an_index_that_an_earlier_build_made_in_another_order_is_made_anew(either: Engine) -> None:
    def definition() -> str:
        asked = {
            "postgresql": "SELECT indexdef FROM pg_indexes WHERE indexname = 'reviews_by_creation'",
            "sqlite": "SELECT sql FROM sqlite_master WHERE name = 'reviews_by_creation'",
        }
        with either.begin() as connection:
            return str(connection.exec_driver_sql(asked[connection.dialect.name]).scalar_one())

    made = definition()
    with either.begin() as connection:
        connection.exec_driver_sql("DROP INDEX reviews_by_creation")
        connection.exec_driver_sql("CREATE INDEX reviews_by_creation ON reviews (tenant, created_at, job_id)")
        drop_since_10(connection)
        drop_since_8(connection)
        connection.execute(progress.update().values(schema=6))
    assert definition() != made
    prepare(either)
    assert " ".join(definition().split()) == " ".join(made.split())


@pytest.mark.parametrize("either", ["postgresql"], indirect=True)
def test_an_upgrade_and_a_process_of_the_version_before_wait_for_each_other_one_way_alone(either: Engine) -> None:
    """Otherwise PostgreSQL would end one of them: an upgrade may have lasted an hour by then."""
    put(Sink(either), make_reviews(3))
    with either.begin() as connection:
        connection.exec_driver_sql("DROP TABLE feedback")
        connection.exec_driver_sql("ALTER TABLE reviews DROP COLUMN warnings")
        connection.exec_driver_sql("ALTER TABLE batches DROP COLUMN restaurant")
        connection.execute(progress.update().values(schema=13))

    def waits() -> bool:
        with either.begin() as connection:
            asked = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            return bool(connection.exec_driver_sql(asked).scalar_one())

    with ThreadPoolExecutor(1) as thread:
        with either.begin() as before:
            before.execute(progress.update().values(place=progress.c.place))
            upgrade = thread.submit(prepare, either)
            wait_for(waits, "the upgrade waits")
            before.execute(reviews.update().values(text=None))
        upgrade.result(60)
    check(either)
    with either.begin() as connection:
        assert set(connection.execute(select(reviews.c.text)).scalars()) == {None}
