"""Where texts are encrypted nothing that a guest wrote is in the archive or its files, and all of it is read."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from access.text_keys import KeyFolder
from api.app import create_app
from archive.files import Files
from archive.folder import Folder
from archive.history import ArchiveHistory
from archive.importing import Origin, put_lines
from archive.reading import Reader
from archive.report.figures import figures
from archive.report.month import Month
from archive.review import Kept
from archive.sealing import opened, sealed
from archive.sink import Sink
from archive.tables import daily, reviews
from jobs.batch import BatchFilter
from jobs.errors import TextKeyMissing
from jobs.history import Deletions
from jobs.judgements import DayRange
from jobs.line import Line, LineFilter
from jobs.stored import JobFilter
from store.connection import Client
from store.jobs import RedisStore
from store.sealing import PLAIN
from store.whose import Whose
from telemetry.meter import Meter
from tests.support.factories import create, make_settings
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore
from tests.support.redis_server import RedisServer
from tests.support.text_keys import make_folder, sealing_of
from tests.support.worlds import RedisWorld
from tests.unit.archive.conftest import Archive
from tests.unit.archive.encrypted.guests import ALWAYS, GUEST, TEXT, WORD, guest_job, told
from tests.unit.archive.endings import end_batch, work
from tests.unit.archive.generated import make_reviews, put


def test_nothing_of_it_is_in_the_tables_and_all_of_it_is_read(client: Client, archive: Archive) -> None:
    job = guest_job(client)
    end_batch(
        client, "batch_1", [Line(number=1, custom_id=f"r-{WORD}", text=TEXT, external_author=GUEST, warnings=(WORD,))]
    )
    archive.catch_up()
    assert WORD not in repr(archive.all())
    assert "Essen" not in repr(archive.all())
    assert sum(row["sentences"] for row in archive.rows(daily)) == 4
    assert told(archive, client).count(WORD) == 7, "two texts and authors, metadata, an own id and a warning"
    history = ArchiveHistory(archive.engine, client.sealing)
    found = history.get("default", job.id, without=Deletions())
    assert found is not None
    assert found.job.request == job.request
    assert [each["text"] for each in orjson.loads(found.result or b"")["sentences"]] == [
        "Das Essen war gut.", "Der Service war schlecht.",
    ]  # fmt: skip
    wanted = JobFilter(external_author=GUEST)
    page = history.page("default", wanted, size=9, before=None, without=Deletions())
    assert [each.request.external_author for each in page.jobs] == [GUEST]
    without = Deletions(ids=frozenset({job.id}))
    assert not history.page("default", wanted, size=9, before=None, without=without).jobs
    of_guest = LineFilter(external_author=GUEST)
    lines = history.batch_lines("default", "batch_1", of_guest, size=9, after=0, without=Deletions()).rows
    assert [(row["custom_id"], row["warnings"]) for row in map(orjson.loads, lines)] == [(f"r-{WORD}", [WORD])]
    batches = history.batches(
        "default", BatchFilter(external_author=GUEST), size=9, before=None, without=Deletions()
    ).items
    assert [batch.id for batch in batches] == ["batch_1"]


def test_what_was_archived_before_is_read_and_an_erasure_takes_both(
    client: Client, archive: Archive, either: Engine, folder: KeyFolder
) -> None:
    put(Sink(either), [make_reviews(1)[0]._replace(author=GUEST, text=f"Früher, {WORD}.")])
    guest_job(client)
    create(RedisStore(client), "Na ja.", external_author="anna")
    work(RedisStore(client))
    archive.catch_up()
    wanted = JobFilter(external_author=GUEST)
    history = ArchiveHistory(either, sealing_of(folder))
    assert len(history.page("default", wanted, size=9, before=None, without=Deletions()).jobs) == 2
    assert WORD in told(archive, client)
    assert archive.outbox.erase(Whose(tenant="default", external_author=GUEST)) is not None
    without = archive.outbox.deletions("default")
    assert not history.page("default", wanted, size=9, before=None, without=without).jobs, "before it has heard of it"
    archive.catch_up()
    assert [row["author"] for row in archive.rows(reviews)] == [None]
    assert "Na ja." in told(archive, client)


def test_with_its_key_deleted_it_is_erased_and_can_be_deleted(
    redis_server: RedisServer, client: Client, archive: Archive, folder: KeyFolder
) -> None:
    job = guest_job(client)
    archive.catch_up()
    world = RedisWorld(client)
    world.advance(5 * 86_400_000)
    world.store.reconcile()
    history = ArchiveHistory(archive.engine, client.sealing)
    app = create_app(
        make_settings(redis_url=redis_server.url), RedisStore(client), ModelHub(ModelStore()), history=history
    )
    http: FlaskClient = app.test_client()
    assert http.get(f"/v1/jobs/{job.id}").status_code == 200
    folder.delete("default")
    answer = http.get(f"/v1/jobs/{job.id}")
    assert (answer.status_code, answer.get_json()["code"]) == (410, "text-erased")
    assert WORD not in told(archive, client)
    page = history.page("default", JobFilter(), size=9, before=None, without=Deletions())
    assert [(each.id, each.request.restaurant, each.request.external_author) for each in page.jobs] == [
        (job.id, "adler", None)
    ]
    assert http.delete(f"/v1/jobs/{job.id}").status_code == 204
    archive.catch_up()
    assert archive.ids() == []


def test_a_line_whose_key_was_deleted_says_that_it_was_erased(
    client: Client, archive: Archive, folder: KeyFolder
) -> None:
    end_batch(client, "batch_1", [Line(number=1, text=TEXT, external_author=GUEST)])
    archive.catch_up()
    history, nothing = ArchiveHistory(archive.engine, client.sealing), Deletions()
    ever = DayRange(first="0001-01-01", last="9999-12-31")

    def about() -> int:
        found = history.lines_about(
            "default", "adler", ever, size=9, before=(10**15, "x"), restaurants=frozenset(), without=nothing
        )
        return len(found.items)

    assert about() == 1
    folder.delete("default")
    (row,) = history.batch_lines("default", "batch_1", LineFilter(), size=9, after=0, without=nothing).rows
    assert (orjson.loads(row)["error"]["code"], orjson.loads(row)["result"]) == ("erased", None)
    assert about() == 0


def test_without_the_key_nothing_is_said_to_be_erased(client: Client, archive: Archive, tmp_path: Path) -> None:
    job = guest_job(client)
    archive.catch_up()
    lost = sealing_of(make_folder(tmp_path / "other", "acme"))
    for sealing in (PLAIN, lost):
        history = ArchiveHistory(archive.engine, sealing)
        with pytest.raises(TextKeyMissing):
            history.get("default", job.id, without=Deletions())
        with pytest.raises(TextKeyMissing):
            list(Reader(archive.engine, sealing).reviews(ALWAYS))


def test_what_came_in_plain_waits_for_a_key_and_is_left_out_where_that_was_deleted(
    redis_client: Client, client: Client, archive: Archive, folder: KeyFolder
) -> None:
    """It was sent before encryption was turned on, which had no key yet."""
    create(RedisStore(redis_client), TEXT)
    work(RedisStore(redis_client))
    (folder.path / "default.json").rename(folder.path.parent / "kept")
    with pytest.raises(TextKeyMissing):
        archive.catch_up()
    assert archive.ids() == []
    (folder.path.parent / "kept").rename(folder.path / "default.json")
    archive.catch_up()
    assert len(archive.ids()) == 1
    create(RedisStore(redis_client), TEXT)
    work(RedisStore(redis_client))
    folder.delete("default")
    archive.catch_up()
    assert len(archive.ids()) == 1


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_nothing_of_it_is_in_the_files(client: Client, engine: Engine, tmp_path: Path, form: str) -> None:
    archive = Archive(client, engine)
    archive.outbox.switch_on(9)
    guest_job(client)
    archive.catch_up()
    Files(engine, Folder(str(tmp_path / "files")), form, meter=Meter()).catch_up()
    (file,) = (tmp_path / "files").rglob(f"*.{form}")
    assert b"adler" in file.read_bytes()
    assert WORD.encode() not in file.read_bytes()
    if form == "jsonl":
        row = orjson.loads(file.read_bytes())
        assert row["metadata"].startswith("sealed1:")
        assert (row["text"], row["author"], row["sentences"][0]["text"]) == (None, None, None)


def test_what_is_imported_is_encrypted_and_a_report_quotes_it(engine: Engine, folder: KeyFolder) -> None:
    sealing = sealing_of(folder)
    result = {"language": "de", "sentences": [
        {"index": 0, "start": 0, "end": 9, "text": f"Fein, {WORD}.", "aspects": {
            "food": {"polarity": "positive", "confidence": 0.9}}}]}  # fmt: skip
    line = {"status": "succeeded", "custom_id": WORD, "restaurant": "adler", "external_author": GUEST,
            "reviewed_at": "2026-10-03", "metadata": {"tisch": WORD}, "result": result}  # fmt: skip
    now = datetime(2026, 11, 1, tzinfo=UTC)
    list(put_lines(Sink(engine, sealing), [orjson.dumps(line)], Origin(tenant="default"), Kept(), now))
    with engine.begin() as connection:
        row = connection.execute(reviews.select()).mappings().one()
    assert WORD not in repr(dict(row))
    month = Month.parse("2026-10")
    assert [quote.text for quote in figures(engine, "default", "adler", month, sealing).praise] == [f"Fein, {WORD}."]
    folder.delete("default")
    assert figures(engine, "default", "adler", month, sealing).praise == []


def test_a_review_is_read_as_it_was_written(folder: KeyFolder) -> None:
    sealing, off = sealing_of(folder), sealing_of(folder, on=False)
    for number, review in enumerate(make_reviews(100)):
        odd = review._replace(
            custom_id=(None, '"sealed1:00000000:x')[number % 2], metadata=(None, '{"a":1}')[number % 3 > 0]
        )
        kept = sealed(odd, sealing)
        assert (kept.text, kept.author, kept.custom_id) == (None, None, None)
        assert {each.text for each in kept.sentences} <= {None}
        assert (kept.author_digest is None) == (odd.author is None)
        assert opened(kept, sealing)._replace(stands_for=None) == odd
        assert opened(kept, off)._replace(stands_for=None) == odd, "turned off, what was encrypted is read"
        assert (sealed(odd, off), opened(odd, sealing)) == (odd, odd)
