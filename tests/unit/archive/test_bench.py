"""`kritiq bench archive` and `questions` on a few results: all is written and asked, and no archive is touched."""

import json

import pytest
from click.testing import CliRunner, Result
from pydantic import SecretStr
from sqlalchemy import inspect

from archive.schema import open_archive, prepare
from archive.sink import Sink
from bench.archive import archive_command
from bench.questions import questions_command
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


def test_each_question_is_answered_over_reviews_that_the_server_made(postgres_url: str) -> None:
    few = ["--url", postgres_url, "--days", "6", "--a-day", "100", "--restaurants", "3", "--rounds", "1"]
    done = CliRunner().invoke(questions_command, few)
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["rows"]["reviews"] == 600
    assert told["rows"]["daily"] > told["rows"]["daily_totals"] > 0
    assert set(told["seconds"]) == {str(number) for number in range(1, 11)}
    # The aspects, the month, the aspects before and after, the restaurants, the aspects of both.
    assert [told["answers"][str(number)] for number in range(1, 6)] == [5, 1, 5, 3, 5]
    assert told["forgotten_a_second"] > 0


def test_an_address_that_is_none_of_postgresqls_is_refused() -> None:
    assert measure("--url", "mysql://db/x").exit_code == 2
