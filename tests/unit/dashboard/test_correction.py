"""Who reads the page says "this is wrong": Kritiq is told, and once it has taken it, the page shows and counts it."""

import csv
import io
import json
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from httpx import Response
from werkzeug.test import TestResponse

from examples.dashboard.app import create_app
from examples.dashboard.correction import Correction
from examples.dashboard.kritiq import NotTold, correct_at
from examples.dashboard.scheme import POLARITIES
from examples.dashboard.settings import Settings
from tests.unit.dashboard.conftest import Deliver, Look, tally
from tests.unit.dashboard.factories import SECRET, job_event, sentence
from tests.unit.dashboard.kritiq_stub import Kritiq, listening

JOB = "job_1"
WRONG = {"job_id": JOB, "sentence": 0, "aspect": "food", "polarity": "negative"}


@pytest.fixture
def kritiq() -> Iterator[Kritiq]:
    with listening() as found:
        yield found


@pytest.fixture
def settings(tmp_path: Path, kritiq: Kritiq, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("examples.dashboard.backfill.Backfill.start", lambda _: None)
    (tmp_path / "key").write_text("krt_test_x\n")
    return Settings(
        db=tmp_path / "dashboard.db", secret=SECRET, api=kritiq.base, api_key_file=tmp_path / "key"
    )  # fmt: skip


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


def correct(
    client: FlaskClient, correction: object = WRONG, origin: str = "http://localhost", **sent: Any
) -> TestResponse:
    return client.post(
        "/corrections?lang=en", json=correction, headers={"Origin": origin, **sent.pop("headers", {})}, **sent
    )


def chips(view: Any) -> list[tuple[str, str, str, str]]:
    return [
        (chip["aspect"], chip["polarity"], chip["confidence"], chip["corrected"])
        for card in view["reviews"]
        for line in card["lines"]
        for chip in line["chips"]
    ]


def test_a_correction_is_told_to_kritiq_and_counts(
    client: FlaskClient, deliver: Deliver, look: Look, kritiq: Kritiq
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


def test_a_line_of_a_batch_is_corrected_as_kritiq_knows_it(
    client: FlaskClient, deliver: Deliver, look: Look, kritiq: Kritiq
) -> None:
    deliver(job_event(sentence(food="positive"), job_id="batch_01ABC.7"))
    deliver(job_event(sentence(food="positive"), job_id="batch_01ABC.x"))
    for job_id in ("batch_01ABC.7", "batch_01ABC.x"):
        assert correct(client, WRONG | {"job_id": job_id}).status_code == 204
    assert [path for path, *_ in kritiq.told] == [
        "/v1/batches/batch_01ABC/lines/7/feedback", "/v1/jobs/batch_01ABC.x/feedback",
    ]  # fmt: skip
    assert tally(look()) == {"food": [0, 0, 0, 2]}


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
        (Response(404, json={}), 410, "no longer has this review"),
        (Response(410, json={}), 410, "no longer has this review"),
        (Response(401, json={}), 502, "does not accept this dashboard's key, or it lacks the scope jobs:write"),
        (Response(403, json={}), 502, "does not accept this dashboard's key, or it lacks the scope jobs:write"),
        (Response(409, json={"detail": "There is feedback on as many jobs."}), 409, "feedback on as many jobs."),
        (Response(422, json={"detail": "No.", "errors": [{"detail": "should be food"}]}), 409, "should be food"),
        (Response(422, html="<h1>No</h1>"), 409, "422"),
        (Response(301, headers={"Location": "/elsewhere"}), 409, "301"),
        (Response(308, headers={"Location": "http://localhost:1/"}), 409, "308"),
        (Response(429, json={}), 503, "takes nothing just now"),
        (Response(503, json={}), 503, "takes nothing just now"),
        (Response(500, json={}), 503, "not known whether"),
        (Response(504, html="<h1>No</h1>"), 503, "not known whether"),
        (ConnectionError("broken off"), 503, "not known whether"),
    ],
)
def test_where_kritiq_says_no_nothing_changes_and_the_page_says_why(
    client: FlaskClient, deliver: Deliver, look: Look, kritiq: Kritiq, refusal: Response | Exception, status: int,
    words: str,
) -> None:  # fmt: skip
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    before = look()
    kritiq.refusal = refusal
    answer = correct(client)
    assert len(kritiq.told) == 1, "nobody else was asked, with the key or without"
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert words in answer.get_json()["detail"]
    assert look() == before


def test_where_kritiq_is_not_there_nothing_changes(settings: Settings, deliver: Deliver, look: Look) -> None:
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    gone = Settings(db=settings.db, secret=SECRET, api="http://127.0.0.1:1", api_key_file=settings.api_key_file)
    answer = correct(create_app(gone).test_client())
    assert (answer.status_code, "cannot be reached" in answer.get_json()["detail"]) == (503, True)
    assert tally(look()) == {"food": [1, 0, 0, 0]}


def test_without_its_key_it_does_not_ask(
    settings: Settings, client: FlaskClient, deliver: Deliver, kritiq: Kritiq
) -> None:
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    assert settings.api_key_file is not None
    settings.api_key_file.unlink()
    answer = correct(client)
    assert (answer.status_code, "cannot read its key" in answer.get_json()["detail"]) == (503, True)
    assert kritiq.told == []


def test_who_does_not_answer_may_have_taken_it(
    client: FlaskClient, deliver: Deliver, kritiq: Kritiq, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    monkeypatch.setattr("examples.dashboard.kritiq.PATIENCE_S", 0.1)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        tell = correct_at(f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(NotTold) as told:
            tell(Correction(job_id=JOB, sentence=0, aspect="food", polarity="negative"))
    assert told.value.why == "unknown"


def test_the_form_offers_what_kritiq_takes(client: FlaskClient, deliver: Deliver) -> None:
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    form = client.get("/").get_data(as_text=True).partition('name="polarity" required>')[2].partition("</select>")[0]
    assert re.findall(r'value="([^"]*)"', form) == ["", *POLARITIES, "none"]


def test_what_was_deleted_meanwhile_cannot_be_corrected(client: FlaskClient, kritiq: Kritiq) -> None:
    assert correct(client).status_code == 410
    assert kritiq.told == []


def test_a_sentence_is_known_by_its_index(client: FlaskClient, deliver: Deliver, look: Look, kritiq: Kritiq) -> None:
    first, second = sentence("Gut.", food="positive"), sentence("Laut.", ambience="negative")
    deliver(job_event(first | {"index": 3}, second | {"index": 7}, job_id=JOB))
    (card,) = look()["reviews"]
    assert [line["position"] for line in card["lines"]] == [3, 7]
    assert correct(client, WRONG | {"sentence": 7}).status_code == 204
    assert kritiq.told[0][1]["sentence"] == 7
    assert correct(client).status_code == 410


def test_two_sentences_of_one_index_are_refused(deliver: Deliver) -> None:
    result = {"language": "de", "sentences": [sentence(food="positive")] * 2}
    assert deliver(job_event(result=result)).status_code == 422


@pytest.mark.parametrize(
    "body",
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
def test_what_is_no_correction_is_told_to_nobody(client: FlaskClient, kritiq: Kritiq, body: object) -> None:
    assert correct(client, body).status_code == 422
    assert kritiq.told == []


def test_no_other_page_corrects_anything(client: FlaskClient, deliver: Deliver, kritiq: Kritiq) -> None:
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    assert correct(client, origin="http://evil.example").status_code == 403
    for odd in ("null", "http://[", "http://", "://", ""):
        assert correct(client, origin=odd).status_code == 403
    assert client.post("/corrections", json=WRONG).status_code == 403
    plain = {"Origin": "http://localhost", "Content-Type": "text/plain"}
    assert client.post("/corrections", data=json.dumps(WRONG), headers=plain).status_code == 403
    # A name that somebody else lets point here.
    away = {"Host": "evil.example", "Origin": "http://evil.example"}
    assert client.post("/corrections", json=WRONG, headers=away).status_code == 403
    for odd in ("[", "[::1", "localhost:x", "user@localhost"):
        assert correct(client, origin=f"http://{odd}", headers={"Host": odd}).status_code in (400, 403)
        assert client.get("/view.json", headers={"Host": odd}).status_code in (200, 400)
    # Who says the name of this machine elsewhere.
    for address in ("192.0.2.7", "", "unix:"):
        assert correct(client, environ_base={"REMOTE_ADDR": address}).status_code == 403
    assert kritiq.told == []


@pytest.mark.parametrize("here", ["localhost", "localhost:5050", "127.0.0.1:5050", "[::1]:5050"])
def test_who_is_on_this_machine_may_correct(client: FlaskClient, deliver: Deliver, here: str) -> None:
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    assert correct(client, origin=f"http://{here}", headers={"Host": here}).status_code == 204


def test_what_is_kept_of_the_page_is_asked_for_anew_by_who_may_do_more(client: FlaskClient, deliver: Deliver) -> None:
    deliver(job_event(sentence(food="positive"), job_id=JOB))
    there = client.get("/view.json", headers={"Host": "reviews.example"})
    known = {"If-None-Match": there.headers["ETag"]}
    assert client.get("/view.json", headers=known | {"Host": "reviews.example"}).status_code == 304
    here = client.get("/view.json", headers=known)
    assert (here.status_code, here.get_json()["reviews"][0]["correctable"]) == (200, True)


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
        JOB: True, "batch_01ABC.7": True, "job_short": False,
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
