"""`kritiq bench archive` on a few results: both sides write all, and no archive that there is is touched."""

import json

import pytest
from click.testing import CliRunner, Result
from pydantic import SecretStr
from sqlalchemy import inspect

from archive.schema import open_archive, prepare
from archive.sink import Sink
from bench.archive import archive_command
from tests.support.factories import make_settings
from tests.unit.archive.generated import make_reviews, put


def measure(*more: str) -> Result:
    return CliRunner().invoke(archive_command, ["--results", "600", "--rounds", "1", *more])


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_it_says_how_fast_results_go_in_and_leaves_nothing(database: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgresql" else None
    done = measure(*(["--url", url] if url else []))
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert (told["database"], told["results"], told["rows"] > 1800) == (database, 600, True)
    assert {name: len(rates) for name, rates in told["a_second"].items()} == {"archive": 1, "copy": 1}
    assert told["archive_to_copy"] > 0
    if url:
        engine = open_archive(make_settings(archive_url=SecretStr(url)))
        assert inspect(engine).get_table_names() == []
        engine.dispose()


def test_an_archive_that_there_is_is_left_alone(postgres_url: str) -> None:
    engine = open_archive(make_settings(archive_url=SecretStr(postgres_url)))
    prepare(engine)
    put(Sink(engine), make_reviews(3))
    refused = measure("--url", postgres_url)
    assert (refused.exit_code, "name an empty one" in refused.output) == (2, True)
    assert inspect(engine).has_table("reviews")
    engine.dispose()


def test_an_address_that_is_none_of_postgresqls_is_refused() -> None:
    assert measure("--url", "mysql://db/x").exit_code == 2
