"""A batch that has ended is read from the API, each line once, whatever happens in between."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient

from examples.dashboard.backfill import AT_ONCE, Backfill
from examples.dashboard.kritiq import fetch_from, fetch_job_from
from examples.dashboard.live import Signal
from examples.dashboard.settings import Settings, SettingsError, load_settings
from examples.dashboard.store import Store
from tests.support.served import served
from tests.unit.dashboard.conftest import Deliver, Look, tally
from tests.unit.dashboard.factories import job_event, numbered, sentence

ENDED = {
    "type": "batch.completed", "timestamp": "2026-11-14T09:30:00.123Z", "data": {"batch_id": "batch_a"},
}  # fmt: skip


def line(number: int, *sentences: Any, status: str = "succeeded", **members: Any) -> bytes:
    """A line of a batch's results."""
    result = {"language": "de", "sentences": numbered(sentences)} if status == "succeeded" else None
    row = {
        "line": number, "custom_id": None, "status": status, "restaurant": "krone",
        "reviewed_at": "2025-03-01T00:00:00",
        "metadata": None, "warnings": [], "result": result, "error": None,
    }  # fmt: skip
    return json.dumps(row | members).encode() + b"\n"


class Api:
    """Gives the lines of one batch; breaks off before the line `breaks`."""

    def __init__(self, *rows: bytes, breaks: int | None = None, gone: bool = False) -> None:
        self.rows, self.breaks, self.gone = rows, breaks, gone
        self.asked: list[tuple[str, int]] = []

    def __call__(self, batch_id: str, after: int) -> Iterator[bytes]:
        self.asked.append((batch_id, after))
        if self.gone:
            raise LookupError(batch_id)
        for number, row in enumerate(self.rows[after:], after + 1):
            if number == self.breaks:
                raise OSError("the line broke")
            yield row


def backfill(client: FlaskClient, tmp_path: Path, api: Api) -> Backfill:
    return Backfill(Store(tmp_path / "dashboard.db"), Signal(), api, no_jobs)


def no_jobs(job_id: str) -> bytes:
    raise AssertionError(f"nobody asked for {job_id}")


def test_a_batch_shows_as_its_reviews_would(client: FlaskClient, deliver: Deliver, look: Look, tmp_path: Path) -> None:
    api = Api(
        line(1, sentence(food="positive", service="negative")),
        line(2, status="failed"),
        line(3, sentence(food="positive"), restaurant="adler"),
        line(4, sentence(price="negative"), restaurant=None, reviewed_at=None),
    )
    deliver(ENDED)
    reader = backfill(client, tmp_path, api)
    reader.catch_up()
    assert tally(look()) == {"food": [2, 0, 0, 0], "service": [0, 0, 0, 1], "price": [0, 0, 0, 1]}
    assert tally(look(restaurant="krone")) == {"food": [1, 0, 0, 0], "service": [0, 0, 0, 1]}
    reader.catch_up()
    deliver(ENDED)
    reader.catch_up()
    assert api.asked == [("batch_a", 0)], "it is read once"


def test_what_breaks_off_goes_on_behind_the_last_line_that_was_kept(
    client: FlaskClient, deliver: Deliver, look: Look, tmp_path: Path
) -> None:
    count = AT_ONCE * 2 + 5
    api = Api(*(line(n, sentence(food="positive")) for n in range(1, count + 1)), breaks=AT_ONCE + 3)
    deliver(ENDED)
    backfill(client, tmp_path, api).catch_up()
    assert tally(look()) == {"food": [AT_ONCE, 0, 0, 0]}
    api.breaks = None
    # Another process, after a restart.
    backfill(client, tmp_path, api).catch_up()
    assert tally(look()) == {"food": [count, 0, 0, 0]}
    assert api.asked == [("batch_a", 0), ("batch_a", AT_ONCE)]


def test_a_line_that_cannot_be_read_costs_no_other_one(
    client: FlaskClient, deliver: Deliver, look: Look, tmp_path: Path
) -> None:
    deliver(ENDED)
    rows = [b'{"line": 1}\n', b"no JSON\n", line(3, status="waiting"), line(4, sentence(food="positive"))]
    backfill(client, tmp_path, Api(*rows)).catch_up()
    assert tally(look()) == {"food": [1, 0, 0, 0]}


@pytest.mark.parametrize("api", [Api(gone=True), Api(b'{"line": 1}\n'), Api(b"no JSON\n")])
def test_what_is_gone_or_unreadable_is_not_asked_for_again(
    client: FlaskClient, deliver: Deliver, tmp_path: Path, api: Api
) -> None:
    deliver(ENDED)
    for _ in range(2):
        backfill(client, tmp_path, api).catch_up()
    assert len(api.asked) == 1


@pytest.mark.parametrize("name", ["../jobs", "a b", "", None, 5, "x" * 101])
def test_a_batch_with_an_id_that_is_none_is_not_asked_for(
    client: FlaskClient, deliver: Deliver, tmp_path: Path, name: object
) -> None:
    assert deliver(ENDED | {"data": {"batch_id": name}}).status_code == 204
    api = Api()
    backfill(client, tmp_path, api).catch_up()
    assert api.asked == []


def results(request: httpx.Request) -> httpx.Response:
    """Results of whatever is asked for with the key, with signs of life between their lines."""
    if request.headers.get("authorization") != "Bearer krt_test_x":
        return httpx.Response(401)
    return httpx.Response(200, content=b"\n" + line(1, sentence(food="positive")) + b"\n\n" + line(2, status="failed"))


@pytest.fixture
def kritiq() -> Iterator[str]:
    """Where an API gives these."""
    with served(results) as url:
        yield url


def test_the_key_that_kritiq_asks_for_is_shown(kritiq: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("krt_test_x\n")
    rows = list(fetch_from(kritiq, tmp_path / "key")("batch_a", 0))
    assert [json.loads(row)["line"] for row in rows] == [1, 2]
    for without in (None, tmp_path / "none"):
        with pytest.raises(OSError, match=r"401|none"):
            list(fetch_from(kritiq, without)("batch_a", 0))


@pytest.mark.parametrize("content", [b"", "krt_gehäm".encode(), b"krt_geh x", b"krt_geh\nX-Other: 1"])
def test_a_file_that_holds_no_key_is_named_and_not_repeated(kritiq: str, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    for ask in (
        lambda: list(fetch_from(kritiq, tmp_path / "key")("batch_a", 0)),
        lambda: fetch_job_from(kritiq, tmp_path / "key")("a"),
    ):
        with pytest.raises(OSError, match="key holds no API key") as told:
            ask()
        assert "geh" not in str(told.value)


def long_review(client: FlaskClient, deliver: Deliver, tmp_path: Path) -> Store:
    """A review whose sentences were too long for its event."""
    deliver(job_event(job_id="job_long", truncated=True, result=None))
    return Store(tmp_path / "dashboard.db")


def test_what_is_too_long_for_its_event_is_asked_for_once(
    client: FlaskClient, deliver: Deliver, look: Look, tmp_path: Path
) -> None:
    store, asked = long_review(client, deliver, tmp_path), list[str]()

    def fetch(job_id: str) -> bytes:
        asked.append(job_id)
        job = job_event(sentence("Ein langer Abend.", ambience="positive"), job_id=job_id)["data"]
        return json.dumps({**job, "id": job_id, "status": "succeeded"}).encode()

    reader = Backfill(store, Signal(), Api(), fetch)
    reader.complete()
    reader.complete()
    assert asked == ["job_long"]
    (shown,) = look()["reviews"]
    assert (shown["truncated"], [each["text"] for each in shown["lines"]]) == (False, ["Ein langer Abend."])
    assert tally(look()) == {"ambience": [1, 0, 0, 0]}


@pytest.mark.parametrize(("failure", "again"), [(LookupError("gone"), 1), (OSError("not now"), 2)])
def test_what_cannot_be_had_is_asked_for_again_only_if_that_may_help(
    client: FlaskClient, deliver: Deliver, look: Look, tmp_path: Path, failure: Exception, again: int
) -> None:
    store, asked = long_review(client, deliver, tmp_path), list[str]()

    def fetch(job_id: str) -> bytes:
        asked.append(job_id)
        raise failure

    reader = Backfill(store, Signal(), Api(), fetch)
    reader.complete()
    reader.complete()
    assert len(asked) == again
    assert look()["reviews"][0]["truncated"]


def test_a_review_that_was_deleted_meanwhile_does_not_come_back(
    client: FlaskClient, deliver: Deliver, look: Look, tmp_path: Path
) -> None:
    store = long_review(client, deliver, tmp_path)

    def fetch(job_id: str) -> bytes:
        gone = {"type": "job.deleted", "timestamp": "2026-11-14T10:00:00.000Z", "data": {"job_id": job_id}}
        deliver(gone)
        job = job_event(sentence(food="positive"), job_id=job_id)["data"]
        return json.dumps({**job, "id": job_id, "status": "succeeded"}).encode()

    Backfill(store, Signal(), Api(), fetch).complete()
    assert look()["reviews"] == []


def test_a_job_is_asked_for_with_the_key_by_its_escaped_id(kritiq: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("krt_test_x\n")
    assert fetch_job_from(kritiq, tmp_path / "key")("a/b").count(b"\n")
    with pytest.raises(OSError, match="401"):
        fetch_job_from(kritiq)("job_1")


def test_where_kritiq_is_has_to_be_an_address() -> None:
    assert load_settings({"KRITIQ_DASHBOARD_API": "http://127.0.0.1:5000"}) == Settings(api="http://127.0.0.1:5000")
    with pytest.raises(SettingsError, match="KRITIQ_DASHBOARD_API"):
        load_settings({"KRITIQ_DASHBOARD_API": "127.0.0.1:5000"})


def test_a_line_that_was_erased_meanwhile_does_not_come_back_and_the_others_stay(
    client: FlaskClient, deliver: Deliver, look: Look, tmp_path: Path
) -> None:
    gone = {"type": "batch.lines_deleted", "timestamp": "2026-11-14T10:00:00.000Z"}
    rows = [line(number, sentence(food="positive")) for number in (1, 2, 10, 11)]

    def fetch(batch_id: str, after: int) -> Iterator[bytes]:
        yield rows[0]
        deliver(gone | {"data": {"batch_id": batch_id, "restaurant": "krone", "lines": [1, 10]}})
        yield from rows[1:]

    deliver(ENDED)
    store = Store(tmp_path / "dashboard.db")
    Backfill(store, Signal(), fetch, no_jobs).catch_up()
    assert tally(look()) == {"food": [2, 0, 0, 0]}
    deliver(gone | {"data": {"batch_id": "batch_a", "restaurant": "krone", "lines": [11]}})
    assert tally(look()) == {"food": [1, 0, 0, 0]}


def test_lines_without_a_text_and_erased_ones_are_no_reviews(
    client: FlaskClient, deliver: Deliver, look: Look, tmp_path: Path
) -> None:
    erased = {"code": "erased", "message": "The review was erased."}
    api = Api(line(1, status="skipped"), line(2, status="failed", error=erased), line(3, sentence(food="positive")))
    deliver(ENDED)
    backfill(client, tmp_path, api).catch_up()
    assert (tally(look()), look()["unfinished"]) == ({"food": [1, 0, 0, 0]}, "")
