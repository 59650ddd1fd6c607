"""Who reads the page says "this is wrong": Kritiq is told, and once it has taken it, the page shows and counts it."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from examples.dashboard.app import create_app
from examples.dashboard.settings import Settings
from tests.unit.dashboard.conftest import Deliver, Look, tally
from tests.unit.dashboard.factories import SECRET, job_event, sentence
from tests.unit.dashboard.kritiq_stub import Kritiq, listening

JOB = "job_1"
WRONG = {"job_id": JOB, "sentence": 0, "aspect": "food", "polarity": "negative"}


@pytest.fixture
def kritiq() -> Iterator[type[Kritiq]]:
    with listening() as found:
        yield found


@pytest.fixture
def settings(tmp_path: Path, kritiq: type[Kritiq], monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("examples.dashboard.backfill.Backfill.start", lambda _: None)
    (tmp_path / "key").write_text("krt_test_x\n")
    return Settings(
        db=tmp_path / "dashboard.db", secret=SECRET, api=kritiq.base, api_key_file=tmp_path / "key"
    )  # fmt: skip


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


def correct(client: FlaskClient, said: object = WRONG, origin: str = "http://localhost", **sent: Any) -> TestResponse:
    return client.post("/corrections?lang=en", json=said, headers={"Origin": origin, **sent.pop("headers", {})}, **sent)


def chips(view: Any) -> list[tuple[str, str, str, str]]:
    return [
        (chip["aspect"], chip["polarity"], chip["confidence"], chip["corrected"])
        for card in view["reviews"]
        for line in card["lines"]
        for chip in line["chips"]
    ]


def test_a_correction_is_told_to_kritiq_and_counts(
    client: FlaskClient, deliver: Deliver, look: Look, kritiq: type[Kritiq]
) -> None:
    deliver(job_event(sentence(food="positive", service="positive"), job_id=JOB))
    before = look()
    assert correct(client).status_code == 204
    body = {"sentence": 0, "aspect": "food", "polarity": "negative"}
    assert kritiq.told == [(f"/v1/jobs/{JOB}/feedback", body, "Bearer krt_test_x")]
    after = look()
    assert chips(after) == [("food", "negative", "", "corrected, was positive"), ("service", "positive", "97%", "")]
    assert tally(after) == {"food": [0, 0, 0, 1], "service": [1, 0, 0, 0]}
    assert (after["revision"], after["reviews"][0]["digest"]) != (before["revision"], before["reviews"][0]["digest"])
    assert look(polarity="negative")["reviews"] != []


def test_said_again_it_is_the_same_and_the_last_word_counts(client: FlaskClient, deliver: Deliver, look: Look) -> None:
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    for _ in range(2):
        correct(client)
        assert tally(look()) == {"food": [0, 0, 0, 1]}
    correct(client, WRONG | {"polarity": "conflict"})
    assert chips(look()) == [("food", "conflict", "", "corrected, was positive")]
    correct(client, WRONG | {"polarity": "positive"})
    assert chips(look()) == [("food", "positive", "", "confirmed")]
    assert tally(look()) == {"food": [1, 0, 0, 0]}


def test_an_aspect_is_taken_away_or_added(client: FlaskClient, deliver: Deliver, look: Look) -> None:
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    correct(client, WRONG | {"polarity": "none"})
    correct(client, WRONG | {"aspect": "price"})
    assert chips(look()) == [
        ("food", "none", "", "corrected, was positive"),
        ("price", "negative", "", "corrected, was not mentioned"),
    ]
    assert tally(look()) == {"price": [0, 0, 0, 1]}
    page = client.get("/?lang=en").get_data(as_text=True)
    assert "corrected, was positive" in page


def test_a_correction_stays_when_the_job_is_told_anew_and_goes_with_it(
    client: FlaskClient, deliver: Deliver, look: Look
) -> None:
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    correct(client)
    deliver(job_event(sentence(food="neutral"), job_id=JOB, version=4, truncated=False))
    assert chips(look()) == [("food", "negative", "", "corrected, was neutral")]
    deliver({"type": "job.deleted", "timestamp": "2026-11-14T10:00:00.000Z", "data": {"job_id": JOB}})
    assert tally(look()) == {}
    deliver(job_event(sentence(food="positive"), job_id=JOB, version=9) | {"timestamp": "2026-11-14T11:00:00.000Z"})
    assert [chip[3] for chip in chips(look())] == [""]


def test_a_correction_waits_for_sentences_that_come_later(client: FlaskClient, deliver: Deliver, look: Look) -> None:
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    correct(client)
    deliver(job_event(job_id=JOB, version=4, truncated=True, result=None))
    assert tally(look()) == {}
    deliver(job_event(sentence(food="positive"), job_id=JOB, version=5))
    assert tally(look()) == {"food": [0, 0, 0, 1]}


@pytest.mark.parametrize(
    ("refusal", "status", "words"),
    [
        ((404, b"{}"), 410, "no longer has this review"),
        ((410, b"{}"), 410, "no longer has this review"),
        ((401, b"{}"), 502, "lacks the scope jobs:write"),
        ((403, b"{}"), 502, "lacks the scope jobs:write"),
        ((409, b'{"detail": "There is feedback on as many jobs."}'), 409, "There is feedback on as many jobs."),
        ((422, b'{"detail": "No.", "errors": [{"detail": "should be one of food"}]}'), 409, "should be one of food"),
        ((422, b"<h1>No</h1>"), 409, "422"),
        ((429, b"{}"), 503, "cannot be reached"),
        ((503, b"{}"), 503, "cannot be reached"),
    ],
)
def test_where_kritiq_says_no_nothing_changes_and_the_page_says_why(
    client: FlaskClient, deliver: Deliver, look: Look, kritiq: type[Kritiq], refusal: tuple[int, bytes], status: int,
    words: str,
) -> None:  # fmt: skip
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    before = look()
    kritiq.refusals["always"] = refusal
    answer = correct(client)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert words in answer.get_json()["detail"]
    assert look() == before


def test_where_kritiq_is_not_there_nothing_changes(settings: Settings, deliver: Deliver, look: Look) -> None:
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    gone = Settings(db=settings.db, secret=SECRET, api="http://127.0.0.1:1", api_key_file=settings.api_key_file)
    assert correct(create_app(gone).test_client()).status_code == 503
    assert tally(look()) == {"food": [1, 0, 0, 0]}


def test_what_was_deleted_meanwhile_cannot_be_corrected(client: FlaskClient) -> None:
    assert correct(client).status_code == 410


@pytest.mark.parametrize(
    "said",
    [
        [],
        "x",
        {},
        WRONG | {"aspect": "none"},
        WRONG | {"aspect": []},
        WRONG | {"polarity": "furious"},
        WRONG | {"sentence": -1},
        WRONG | {"sentence": True},
        WRONG | {"sentence": 1.5},
        WRONG | {"sentence": 2**70},
        WRONG | {"job_id": ""},
        WRONG | {"job_id": "a\nb"},
        WRONG | {"job_id": "\ud800"},
        WRONG | {"job_id": 5},
    ],
)
def test_what_is_no_correction_is_told_to_nobody(client: FlaskClient, kritiq: type[Kritiq], said: object) -> None:
    assert correct(client, said).status_code == 422
    assert kritiq.told == []


def test_no_other_page_corrects_anything(client: FlaskClient, deliver: Deliver, kritiq: type[Kritiq]) -> None:
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    assert correct(client, origin="http://evil.example").status_code == 403
    assert correct(client, origin="null").status_code == 403
    assert client.post("/corrections", json=WRONG).status_code == 403
    plain = {"Origin": "http://localhost", "Content-Type": "text/plain"}
    assert client.post("/corrections", data=json.dumps(WRONG), headers=plain).status_code == 403
    # A name that somebody else lets point here.
    away = {"Host": "evil.example", "Origin": "http://evil.example"}
    assert client.post("/corrections", json=WRONG, headers=away).status_code == 403
    assert kritiq.told == []


def test_from_outside_it_takes_a_login(settings: Settings, client: FlaskClient, deliver: Deliver) -> None:
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    away = {"Host": "reviews.example", "Origin": "http://reviews.example"}
    (shown,) = client.get("/view.json", headers=away).get_json()["reviews"]
    assert not shown["correctable"]
    locked = create_app(replace(settings, login="anna:geheim")).test_client()
    assert locked.post("/corrections", json=WRONG, headers=away).status_code == 401
    assert locked.post("/corrections", json=WRONG, headers=away, auth=("anna", "geheim")).status_code == 204


@pytest.mark.parametrize(
    ("login", "site", "status"),
    [("anna:geheim", "same-origin", 204), ("anna:geheim", "cross-site", 403), (None, "same-origin", 403)],
)
def test_behind_a_proxy_that_gives_another_name_the_browser_is_believed_of_who_logged_in(
    settings: Settings, client: FlaskClient, deliver: Deliver, login: str | None, site: str, status: int
) -> None:
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    proxied = create_app(replace(settings, login=login)).test_client()
    headers = {"Origin": "https://reviews.example", "Sec-Fetch-Site": site}
    answer = proxied.post("/corrections", json=WRONG, headers=headers, auth=("anna", "geheim"))
    assert answer.status_code == status


def test_what_kritiq_would_not_take_is_not_offered(
    tmp_path: Path, client: FlaskClient, deliver: Deliver, look: Look
) -> None:
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    assert look()["reviews"][0]["correctable"]
    assert 'class="wrong" type="button" data-position="0"' in client.get("/").get_data(as_text=True)
    deliver(job_event(sentence(food="positive"), job_id="batch_01ABC.7"))
    deliver(job_event(job_id="job_short", truncated=True, result=None))
    assert {card["key"]: card["correctable"] for card in look()["reviews"]} == {
        JOB: True, "batch_01ABC.7": False, "job_short": False,
    }  # fmt: skip
    alone = create_app(Settings(db=tmp_path / "dashboard.db", secret=SECRET)).test_client()
    assert not any(card["correctable"] for card in alone.get("/view.json").get_json()["reviews"])
    assert correct(alone).status_code == 403


def test_the_table_has_what_the_model_had_said(client: FlaskClient, deliver: Deliver) -> None:
    deliver(job_event(sentence(food="positive", service="positive"), job_id=JOB))
    correct(client)
    saved = client.get("/export.csv").get_data(as_text=True).removeprefix("\ufeff")
    rows = [(row["aspect"], row["polarity"], row["judged"]) for row in csv.DictReader(io.StringIO(saved))]
    assert rows == [("food", "negative", "positive"), ("service", "positive", "")]
