"""In PostgreSQL an analyst sees the organisations that are theirs, and no other row."""

from collections.abc import Iterator

import psycopg
import pytest
from pydantic import SecretStr

from archive.changes import Delete
from archive.history import open_history
from archive.schema import open_archive, prepare
from archive.sink import Sink
from jobs.batch import BatchFilter
from jobs.history import Deletions
from jobs.stored import JobFilter
from tests.support.factories import make_settings
from tests.support.postgres_server import PostgresServer
from tests.unit.archive.generated import feedback_on, make_reviews, put, tell

TABLES = (
    "reviews", "sentences", "opinions", "feedback", "daily", "daily_totals", "monthly", "authors", "models", "batches",
)  # fmt: skip
SEEN = {"of_acme": {"acme"}, "of_both": {"acme", "default"}, "of_all": {"acme", "default", "other"}, "of_none": set()}
ALL = {"first": "2026-01-01", "last": "2026-12-31"}


@pytest.fixture
def roles(postgres: PostgresServer, postgres_url: str) -> Iterator[str]:
    """An archive of three organisations, with roles that may read its tables; the server's address."""
    engine = open_archive(make_settings(archive_url=SecretStr(postgres_url)))
    prepare(engine)
    for tenant in ("acme", "default", "other"):
        made = [each._replace(batch_id="batch_1") for each in make_reviews(20, tenant=tenant)]
        put(Sink(engine), made)
        tell(Sink(engine), feedback_on(made))
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
        for role in SEEN:
            owner.execute(f"CREATE ROLE {role} LOGIN")
            owner.execute(f"GRANT SELECT ON kritiq_archive, {', '.join(TABLES)} TO {role}")
        pairs = [("of_acme", "acme"), ("of_both", "acme"), ("of_both", "default"), ("of_all", "*")]
        owner.cursor().executemany("INSERT INTO kritiq_readers VALUES (%s, %s)", pairs)
        yield postgres_url
        # The archive itself goes on as before.
        place = Sink(engine).place()
        Sink(engine).apply([Delete(tenant="acme", id="job_000001")], after=place, to=place)
        engine.dispose()
        for role in SEEN:
            owner.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_a_role_sees_its_organisations_alone_in_every_table(roles: str) -> None:
    for role, tenants in SEEN.items():
        with psycopg.connect(roles, user=role) as reader:
            for table in TABLES:
                found = {tenant for (tenant,) in reader.execute(f"SELECT DISTINCT tenant FROM {table}")}
                assert found == tenants, (role, table)
            assert {name for (name,) in reader.execute("SELECT role FROM kritiq_readers")} <= {role}


def test_what_a_group_is_listed_for_its_members_do_not_see(roles: str) -> None:
    with psycopg.connect(roles, autocommit=True) as owner:
        owner.execute("GRANT of_acme TO of_none")
    with psycopg.connect(roles, user="of_none") as reader:
        assert reader.execute("SELECT COUNT(*) FROM reviews").fetchone() == (0,)


def test_nobody_makes_themselves_a_reader(roles: str) -> None:
    with psycopg.connect(roles, user="of_none") as reader, pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute("INSERT INTO kritiq_readers VALUES ('of_none', '*')")


def test_the_api_reads_every_organisation_as_such_a_role(roles: str) -> None:
    history = open_history(make_settings(archive_url=SecretStr(roles.replace("kritiq@", "of_all@"))))
    assert all(history.judgements(tenant, "adler", **ALL) for tenant in ("acme", "default", "other"))
    assert len(history.page("acme", JobFilter(), size=50, before=None, without=Deletions()).jobs) == 20
    batches = history.batches("acme", BatchFilter(), size=5, before=None, without=Deletions()).items
    assert [(batch.id, batch.total) for batch in batches] == [("batch_1", 20)]
    history.close()
