"""Years of results that were judged elsewhere."""

import bz2
import gzip
import json
import lzma
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest
import redis
from click.testing import Result
from sqlalchemy import Engine, select

from archive import importing
from archive.history import ArchiveHistory
from archive.importing import BadLine, Imported, Origin, put_lines
from archive.judged_line import JudgedLine
from archive.review import Kept
from archive.sink import Sink
from archive.tables import daily, opinions, reviews, sentences
from archive.times import in_utc
from jobs.history import Deletions
from jobs.line import Line, error_line, success_line
from jobs.request import JobRequest
from jobs.stored import JobFilter
from kritiq_client.bulk.chunks import chunks
from kritiq_client.bulk.rows import Row
from kritiq_client.bulk.state import State
from model.offline.judging import Asked, outcomes
from model.offline.run import finish
from model.predictions import AspectPrediction, ReviewPrediction, SentencePrediction
from model.predictor import Predictor
from store.outbox import Outbox
from store.tenants import TenantStore
from store.whose import Whose
from tests.support.commands import Kritiq
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
def put(kritiq: Kritiq, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`kritiq archive import` of these lines."""
    monkeypatch.setattr(importing, "MOST", 2)

    def put(lines: list[bytes], *arguments: str, status: int = 0, file: str = "years.jsonl") -> Result:
        (tmp_path / file).write_bytes(b"\n".join(lines) + b"\n")
        return kritiq("archive", "import", tmp_path / file, *arguments, status=status)

    return put


def test_what_was_judged_elsewhere_is_in_the_tables_as_if_it_had_been_judged_here(put: Any, engine: Engine) -> None:
    put(lines_of(3), "--tenant", "acme", "--model", "kritiq-mini/1")
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


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_results_may_come_compressed_and_what_is_broken_is_told_before_anything_is_kept(
    put: Any, kritiq: Kritiq, engine: Engine, tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    packed = pack(b"\n".join(lines_of(3)))
    (tmp_path / "years").write_bytes(packed[:-9])
    broken = kritiq("archive", "import", tmp_path / "years", status=1)
    assert "years is a " in str(broken.exception or broken.output)
    with engine.begin() as connection:
        assert not connection.execute(select(reviews)).all()
    (tmp_path / "years").write_bytes(packed)
    assert "3 lines are in the archive" in kritiq("archive", "import", tmp_path / "years").output
    with engine.begin() as connection:
        assert len(connection.execute(select(reviews)).all()) == 3


def test_a_line_that_says_which_version_judged_it_is_believed_and_others_are_of_the_one_that_is_named(
    put: Any, engine: Engine
) -> None:
    # As a batch whose lines named models tells them, between lines of an older release.
    lines = [line | {"model": {"name": f"m{number}", "version": "2", "digest": "d", "quantized": False}}
            for number, line in enumerate(map(json.loads, lines_of(3)))]  # fmt: skip
    del lines[1]["model"]
    put([json.dumps(line).encode() for line in lines], "--model", "kritiq-mini/1")
    with engine.begin() as connection:
        found = connection.execute(select(reviews.c.model, reviews.c.model_version).order_by(reviews.c.day)).all()
    assert [tuple(row) for row in found] == [("m0", "2"), ("kritiq-mini", "1"), ("m2", "2")]


def test_an_answer_about_what_was_imported_has_all_that_its_line_had(put: Any, engine: Engine) -> None:
    aspects = {
        "food": {
            "polarity": "positive",
            "confidence": 0.9,
            "low_confidence": True,
            "evidence": [{"start": 0, "end": 3}],
        },
        "service": {"polarity": "none", "confidence": 0.8},
    }
    sentence = {"index": 0, "start": 0, "end": 18, "text": "Das Essen war gut.", "truncated": True, "aspects": aspects}
    overall = {"polarity": "positive", "confidence": 0.9}
    result = {"language": "de", "overall": overall, "sentences": [sentence]}
    good = {"line": 1, "status": "succeeded", "reviewed_at": "2019-03-01T12:00:00+01:00", "result": result}
    bad = {"line": 2, "status": "failed", "error": {"code": "prediction_failed", "message": "It failed."}}
    put([json.dumps(line).encode() for line in (good, bad)])
    history = ArchiveHistory(engine)
    jobs = history.page("default", JobFilter(), size=5, before=None, without=Deletions()).jobs
    assert {(job.request.reviewed_at, job.error and job.error.message) for job in jobs} == {
        ("2019-03-01T12:00:00+01:00", None), (None, "It failed."),
    }  # fmt: skip
    (made,) = [job.id for job in jobs if job.error is None]
    stored = history.get("default", made, without=Deletions())
    assert stored is not None
    assert json.loads(stored.result or b"") == result


def test_what_is_imported_again_is_there_once_as_it_was_last(put: Any, engine: Engine) -> None:
    for _ in range(2):
        put(lines_of(3))
    put([lines_of(3)[0].replace(b'"negative"', b'"neutral"')])
    with engine.begin() as connection:
        assert len(connection.execute(select(reviews)).all()) == 3
        assert sorted(connection.execute(select(opinions.c.polarity)).scalars()) == [
            "negative",
            "neutral",
            *["positive"] * 2,
        ]


def numbered(restaurant: str | None, count: int = 2, **members: Any) -> list[bytes]:
    """What an export has that numbers its reviews from 1."""
    of = {"restaurant": restaurant, "status": "failed", "error": {"code": "prediction_failed"}, **members}
    return [json.dumps({"line": number, "custom_id": str(number), **of}).encode() for number in range(1, count + 1)]


def kept(engine: Engine) -> list[tuple[str | None, str]]:
    """Restaurant and id of all that is in the archive."""
    with engine.begin() as connection:
        found = connection.execute(select(reviews.c.restaurant, reviews.c.custom_id)).all()
    return sorted(((restaurant, own) for restaurant, own in found), key=str)


def test_exports_that_number_the_reviews_of_each_restaurant_take_nothing_from_each_other(
    put: Any, engine: Engine
) -> None:
    for restaurant in ("adler", "krone"):
        assert put(numbered(restaurant), file="export.jsonl").stderr.endswith("2 lines are in the archive.\n")
    both = [("adler", "1"), ("adler", "2"), ("krone", "1"), ("krone", "2")]
    assert kept(engine) == both
    again = put([*numbered("adler"), *numbered("krone", 3), *numbered("krone", 1)], file="renamed.jsonl")
    assert "6 lines are in the archive. 5 of them took the place of what it had" in again.stderr
    assert kept(engine) == [*both, ("krone", "3")]


def test_ids_without_a_restaurant_are_those_of_their_list(put: Any, engine: Engine) -> None:
    for file in ("adler.jsonl", "krone.jsonl", "krone.jsonl"):
        put(numbered(None), file=file)
    assert kept(engine) == [(None, "1"), (None, "1"), (None, "2"), (None, "2")]


def test_an_archive_from_when_ids_alone_made_a_review_neither_loses_nor_doubles_any(
    put: Any, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as then:
        then.setattr(JudgedLine, "job_id", lambda self, tenant, source: self.former_id(tenant))
        put(numbered("adler"))
    names = "select job_id from reviews where restaurant = 'adler' order by custom_id"
    with engine.begin() as connection:
        before = connection.exec_driver_sql(names).all()
    both = [("adler", "1"), ("adler", "2"), ("krone", "1"), ("krone", "2")]
    for _ in range(2):
        put(numbered("krone"))
        put(numbered("adler"))
        assert kept(engine) == both
    with engine.begin() as connection:
        assert connection.exec_driver_sql(names).all() == before
        connection.exec_driver_sql("delete from reviews where restaurant = 'adler'")
    # Now that the former ids are free.
    put(numbered("krone"))
    assert kept(engine) == both[2:]


def test_a_review_without_a_day_inherits_none_that_was_said_of_what_it_replaces(either: Engine) -> None:
    sink, now = Sink(either), datetime(2026, 11, 1, tzinfo=UTC)
    for members in ({"reviewed_at": "2019-03-01"}, {}):
        list(put_lines(sink, numbered("adler", 1, **members), Origin(tenant="acme"), Kept(), now))
    with either.begin() as connection:
        assert connection.execute(select(reviews.c.day)).scalars().all() == [date(2026, 11, 1)]


class Judge:
    """A predictor that finds all of it good, or bad."""

    def __init__(self, polarity: str = "positive") -> None:
        self.polarity = polarity

    def stream(self, texts: Sequence[str], languages: Sequence[str | None]) -> Iterator[ReviewPrediction]:
        """One sentence of each."""
        food = {"food": AspectPrediction(polarity=self.polarity, confidence=0.9, scores={self.polarity: 0.9})}
        for text in texts:
            sentence = SentencePrediction(index=0, start=0, end=len(text), text=text, truncated=False, aspects=food)
            yield ReviewPrediction(language="de", known_language=True, sentences=(sentence,))


def predicted(folder: Path, rows: Sequence[Row], polarity: str = "positive") -> list[bytes]:
    """What `kritiq predict` writes of these rows."""
    out = folder / f"{polarity}.jsonl"

    def submit(some: Sequence[Row]) -> Any:
        return lambda: outcomes(cast(Predictor, Judge(polarity)), some, Asked())

    finish(chunks(rows), submit, out, State(path=folder / "state"), made_by="x")
    return out.read_bytes().splitlines()


MAY = {"restaurant": "adler", "reviewed_at": datetime(2019, 5, 1, tzinfo=UTC)}


def test_what_predict_writes_is_taken_and_reviews_without_a_text_are_left_out_and_counted(
    put: Any, engine: Engine, tmp_path: Path
) -> None:
    rows = [Row(text="Gut.", details=MAY), Row(), Row(identity="4", problem="No text."), Row(text="Gut.", details=MAY)]
    done = put(predicted(tmp_path, rows))
    assert done.stderr.endswith("3 lines are in the archive, 1 without a text are not.\n")
    with engine.begin() as connection:
        assert sorted(connection.execute(select(reviews.c.status)).scalars()) == ["failed", "succeeded", "succeeded"]
        assert connection.execute(select(daily.c.day, daily.c.sentences)).all() == [(date(2019, 5, 1), 2)]


def test_reviews_without_an_id_that_are_judged_again_take_the_place_of_what_there_was(
    put: Any, engine: Engine, tmp_path: Path
) -> None:
    rows = [Row(text="Gut.", details=MAY), Row(text="Nicht gut.", details=MAY)]
    for polarity in ("positive", "negative"):
        put(predicted(tmp_path, rows, polarity))
    with engine.begin() as connection:
        assert connection.execute(select(daily.c.polarity, daily.c.sentences)).all() == [("negative", 2)]


def test_equal_reviews_without_an_id_are_one_in_the_same_list_and_two_in_two(put: Any, engine: Engine) -> None:
    lines = [b'{"line":1,"status":"failed","error":{"code":"prediction_failed"}}']

    def count() -> int:
        with engine.begin() as connection:
            return len(connection.execute(select(reviews)).all())

    put(lines, file="one.jsonl")
    put(lines, file="other.jsonl")
    assert count() == 2
    put(lines, "--source", "one.jsonl", file="judged-again.jsonl")
    assert count() == 2
    # By its own id and its restaurant a review is known whatever list it is in.
    for file in ("one.jsonl", "other.jsonl"):
        put(lines_of(1), file=file)
    assert count() == 3


def test_a_review_that_says_no_day_stays_on_the_one_on_which_it_was_imported_first(either: Engine) -> None:
    sink, (line, _) = Sink(either), lines_of(2)
    undated = line.replace(b'"2019-03-01T12:00:00Z"', b"null")
    assert b'"reviewed_at":null' in undated
    for day in (1, 2):
        done = list(put_lines(sink, [undated], Origin(tenant="acme"), Kept(), datetime(2026, 11, day, tzinfo=UTC)))
        assert done == [Imported(lines=1, replaced=day - 1)]
    with either.begin() as connection:
        [(day, created_at)] = connection.execute(select(reviews.c.day, reviews.c.created_at)).all()
        assert day == date(2026, 11, 1)
        assert in_utc(created_at) == datetime(2026, 11, 1, tzinfo=UTC)
        assert set(connection.execute(select(daily.c.day)).scalars()) == {date(2026, 11, 1)}


def test_what_a_database_does_not_take_is_named_by_its_line_and_the_ones_before_are_in(
    either: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink, whole = Sink(either), importing._review

    def doubled(line: Any, *rest: Any) -> Any:
        review = whole(line, *rest)
        return review._replace(sentences=review.sentences * 2) if line.custom_id == "r3" else review

    monkeypatch.setattr(importing, "_review", doubled)
    with pytest.raises(BadLine, match=r"^Line 3 says what the archive's database does not take"):
        list(put_lines(sink, lines_of(5), Origin(tenant="acme"), Kept(), datetime.now(UTC)))
    with either.begin() as connection:
        assert sorted(connection.execute(select(reviews.c.custom_id)).scalars()) == ["r1", "r2"]


def test_an_archiver_beside_it_loses_nothing_and_an_erasure_reaches_what_was_imported(
    put: Any, engine: Engine, redis_client: redis.Redis
) -> None:
    Outbox(redis_client).switch_on(100)
    archive = Archive(redis_client, engine)
    place = archive.outbox.erase(Whose(tenant="default", external_author="nobody"))
    archive.catch_up()
    put(lines_of(3))
    assert archive.sink.place() == place
    archive.outbox.erase(Whose(tenant="default", external_author="anna"))
    archive.catch_up()
    assert archive.ids() == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"status":"done"', "Line 4 is no JSON."),
        (b"[1]", "Line 4 is no line of results."),
        (b'{"status":"succeeded","result":null}', "Line 4 is no line of results."),
        (b'{"status":"failed","restaurant":"a b"}', "see restaurant"),
        (b'{"status":"failed","model":"kritiq-mini/1"}', "see model"),
        (b'{"status":"failed","model":{"name":"m","version":"a\\u0000b"}}', "see model.version"),
        (b'{"status":"succeeded","result":{"language":"de","sentences":[{"text":"Zeisig"}]}}', "result.sentences.0"),
        (b'{"status":"failed","reviewed_at":"01.05.2019"}', "Line 4 is no line of results: see reviewed_at."),
        (b'{"status":"failed","reviewed_at":"2019-05-01 rubbish"}', "Line 4 is no line of results: see reviewed_at."),
        (lines_of(2)[0].replace(b'"index": 1', b'"index": 0'), "see result.sentences."),
        (lines_of(2)[0].replace(b'"index": 1', b'"index": 2147483648'), "see result.sentences.1.index."),
        (lines_of(2)[0].replace(b'"food"', b'"fo\\u0000od"'), "see result.sentences.0.aspects"),
    ],
)
def test_a_line_that_is_none_is_named_without_its_text(put: Any, line: bytes, message: str) -> None:
    done = put([*lines_of(3), line], status=1)
    assert message in str(done.exception)
    assert "Zeisig" not in str(done.exception) + done.output


def test_what_is_imported_is_kept_as_long_as_was_said_of_its_organisation(
    put: Any, engine: Engine, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRITIQ_ARCHIVE_DAYS", "30")
    TenantStore(redis_client).keep_archive("acme", 7)
    put(lines_of(1), "--tenant", "acme")
    put(lines_of(1))
    with engine.begin() as connection:
        times = connection.execute(select(reviews.c.tenant, reviews.c.forget_at, reviews.c.finished_at)).all()
    assert {tenant: (forget - finished).days for tenant, forget, finished in times} == {"acme": 7, "default": 30}


def test_a_time_that_is_said_during_an_import_holds_for_lines_that_were_under_way_and_for_all_behind(
    either: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MOST", 1)
    # It is said while the second line is put, and said anew while that is done again.
    days = iter([{}, {}, {}, {"acme": 30}, {"acme": 7}])
    kept, origin = Kept(days=60), Origin(tenant="acme")
    list(put_lines(Sink(either), lines_of(3), origin, kept, datetime.now(UTC), lambda: next(days, {"acme": 7})))
    with either.begin() as connection:
        found = connection.execute(select(reviews.c.forget_at, reviews.c.finished_at).order_by(reviews.c.day)).all()
    assert [(forget - finished).days for forget, finished in found] == [60, 7, 7]
