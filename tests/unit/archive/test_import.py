"""Years of results that were judged elsewhere."""

import json
from pathlib import Path
from typing import Any

import pytest
import redis
from click.testing import CliRunner
from sqlalchemy import Engine, select

from archive import importing
from archive.tables import daily, opinions, reviews, sentences
from jobs.line import Line, error_line, success_line
from jobs.request import JobRequest
from ops.command import cli
from store.outbox import Outbox
from store.whose import Whose
from tests.unit.archive.conftest import Archive
from tests.unit.archive.endings import RESULT


def lines_of(count: int, **more: Any) -> list[bytes]:
    """Lines of a batch's results, each of another day; the last one failed."""
    asked = JobRequest(restaurant="adler", external_author="anna", metadata={"branch": 4})
    made = []
    for number in range(1, count + 1):
        line = Line(number=number, custom_id=f"r{number}", reviewed_at=f"2019-03-{number:02}T12:00:00Z")
        failed = error_line(line, asked, "prediction_failed", "The model failed on this text.")
        made.append(success_line(line, asked, json.dumps(RESULT).encode()) if number < count else failed)
    return made


@pytest.fixture
def kritiq(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`kritiq archive import` of these lines."""
    monkeypatch.setenv("KRITIQ_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(importing, "MOST", 2)

    def run(lines: list[bytes], *arguments: str, status: int = 0) -> Any:
        (tmp_path / "years.jsonl").write_bytes(b"\n".join(lines) + b"\n")
        done = CliRunner().invoke(cli, ["archive", "import", str(tmp_path / "years.jsonl"), *arguments])
        assert done.exit_code == status, done.output
        return done

    return run


def test_what_was_judged_elsewhere_is_in_the_tables_as_if_it_had_been_judged_here(kritiq: Any, engine: Engine) -> None:
    kritiq(lines_of(3), "--tenant", "acme", "--model", "kritiq-mini/1")
    with engine.begin() as connection:
        found = connection.execute(select(reviews).order_by(reviews.c.day)).mappings().all()
        counts = [len(connection.execute(select(table)).all()) for table in (sentences, opinions, daily)]
    assert [(str(row["day"]), row["status"], row["custom_id"]) for row in found] == [
        ("2019-03-01", "succeeded", "r1"), ("2019-03-02", "succeeded", "r2"), ("2019-03-03", "failed", "r3"),
    ]  # fmt: skip
    first = found[0]
    assert (first["tenant"], first["restaurant"], first["author"], first["language"]) == ("acme", "adler", "anna", "de")
    assert (first["model"], first["model_version"], first["metadata"]) == ("kritiq-mini", "1", '{"branch":4}')
    assert (found[2]["error_code"], found[2]["model"]) == ("prediction_failed", None)
    assert counts == [4, 4, 4]


def test_what_is_imported_again_is_there_once_as_it_was_last(kritiq: Any, engine: Engine) -> None:
    for _ in range(2):
        kritiq(lines_of(3))
    kritiq([lines_of(3)[0].replace(b'"negative"', b'"neutral"')])
    with engine.begin() as connection:
        assert len(connection.execute(select(reviews)).all()) == 3
        assert sorted(connection.execute(select(opinions.c.polarity)).scalars()) == [
            "negative",
            "neutral",
            *["positive"] * 2,
        ]


def test_an_archiver_beside_it_loses_nothing_and_an_erasure_reaches_what_was_imported(
    kritiq: Any, engine: Engine, redis_client: redis.Redis
) -> None:
    Outbox(redis_client).switch_on(100)
    archive = Archive(redis_client, engine)
    place = archive.outbox.erase(Whose(tenant="default", external_author="nobody"))
    archive.catch_up()
    kritiq(lines_of(3))
    assert archive.sink.place() == place
    archive.outbox.erase(Whose(tenant="default", external_author="anna"))
    archive.catch_up()
    assert archive.ids() == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"status":"done"', "Line 4 is no JSON."),
        (b"[1]", "Line 4 is no line of results."),
        (b'{"status":"succeeded","result":null}', "Line 4 is no line of results."),
        (b'{"status":"failed","restaurant":"a b"}', "see restaurant"),
        (b'{"status":"succeeded","result":{"language":"de","sentences":[{"text":"Zeisig"}]}}', "result.sentences.0"),
    ],
)
def test_a_line_that_is_none_is_named_without_its_text(kritiq: Any, line: bytes, said: str) -> None:
    done = kritiq([*lines_of(3), line], status=1)
    assert said in str(done.exception)
    assert "Zeisig" not in str(done.exception) + done.output
