"""What is shown: numbers, words, filters, the trend, and that a review never becomes markup."""

import csv
import html
import io
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from examples.dashboard.app import __file__ as app_file
from examples.dashboard.app import create_app
from examples.dashboard.settings import Settings
from tests.unit.dashboard.conftest import Deliver, Look, tally
from tests.unit.dashboard.factories import SECRET, job_event, sentence

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;"


def texts(view: dict[str, list[dict[str, list[dict[str, str]]]]]) -> list[str]:
    return [line["text"] for card in view["reviews"] for line in card["lines"]]


def test_an_empty_page_tells_how_to_begin(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    assert "curl http://127.0.0.1:5000/v1/jobs" in page
    assert re.search(r'<div id="content" hidden>', page)
    assert "Noch ist es still" in page


def test_page_and_data_say_the_same(client: FlaskClient, deliver: Deliver, look: Look) -> None:
    deliver(job_event(sentence("Das Essen war super.", food="positive")))
    page = client.get("/?lang=en").get_data(as_text=True)
    view = look()
    assert f'data-revision="{view["revision"]}"' in page
    assert f'data-digest="{view["reviews"][0]["digest"]}"' in page
    assert "Das Essen war super." in page


def test_hostile_texts_stay_texts(client: FlaskClient, deliver: Deliver, look: Look) -> None:
    deliver(job_event(sentence(HOSTILE, food="positive"), restaurant=HOSTILE))
    page = client.get("/").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 2
    assert texts(look()) == [HOSTILE]
    reflected = client.get("/", query_string={"restaurant": HOSTILE, "lang": HOSTILE, "aspect": HOSTILE})
    assert "<script>alert" not in reflected.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/", "/view.json", "/static/dashboard.js", "/nowhere", "/webhooks/kritiq"])
def test_every_answer_has_the_security_headers(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_page_has_nothing_inline_and_no_other_host(client: FlaskClient, deliver: Deliver) -> None:
    deliver(job_event(sentence(food="positive")))
    page = client.get("/").get_data(as_text=True)
    assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", page)
    assert all(re.search(r"\ssrc=", tag) for tag in re.findall(r"<script[^>]*>", page))
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    scripts = [path.read_text() for path in (Path(app_file).parent / "static").glob("*.js")]
    assert len(scripts) == 5
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|https?://(?!www\.w3\.org)", "".join(scripts)
    )


@pytest.mark.parametrize(
    ("query", "accepts", "lang"),
    [
        ("", "", "de"),
        ("", "en-GB,de;q=0.5", "en"),
        ("", "fr", "de"),
        ("?lang=en", "de", "en"),
        ("?lang=xx", "en", "en"),
    ],
)
def test_the_language_is_asked_for_or_the_browsers(client: FlaskClient, query: str, accepts: str, lang: str) -> None:
    page = client.get(f"/{query}", headers={"Accept-Language": accepts}).get_data(as_text=True)
    assert f'<html lang="{lang}">' in page
    assert ("Was Ihre Gäste sagen" if lang == "de" else "What your guests say") in page


def test_filters_choose_sentences(deliver: Deliver, look: Look) -> None:
    deliver(job_event(sentence("A", food="positive"), sentence("B", food="negative", service="positive")))
    deliver(job_event(sentence("C", food="negative"), restaurant="hirsch"))
    deliver(job_event(sentence("D", price="conflict"), restaurant=None))
    assert sorted(texts(look())) == ["A", "B", "C", "D"]
    assert texts(look(restaurant="hirsch")) == ["C"]
    assert texts(look(restaurant=" ")) == ["D"]
    assert sorted(texts(look(aspect="food"))) == ["A", "B", "C"]
    assert sorted(texts(look(aspect="food", polarity="negative"))) == ["B", "C"]
    assert texts(look(aspect="service", polarity="negative")) == []
    assert texts(look(polarity="conflict")) == ["D"]
    assert tally(look(restaurant="adler")) == {"food": [1, 0, 0, 1], "service": [1, 0, 0, 0]}
    assert [each["label"] for each in look()["restaurants"]] == ["All restaurants", "adler", "hirsch", "Not named"]


def test_values_without_meaning_are_ignored(look: Look) -> None:
    assert not look(aspect="none", polarity="furious", trend="yearly")["filtered"]


def test_shares_and_figures(deliver: Deliver, look: Look) -> None:
    deliver(job_event(*(sentence(food="positive") for _ in range(3)), sentence(food="negative")))
    deliver(job_event(*(sentence(service="negative") for _ in range(3))))
    view = look()
    food = next(bar for bar in view["bars"] if bar["aspect"] == "food")
    assert [share["share"] for share in food["shares"]] == ["75%", "0%", "0%", "25%"]
    assert [share["width"] for share in food["shares"]] == ["75.000%", "0.000%", "0.000%", "25.000%"]
    assert food["summary"] == "Food: 3 positive, 1 negative"
    figures = {figure["key"]: (figure["value"], figure["note"]) for figure in view["figures"]}
    assert (figures["positive"], figures["reviews"]) == (("43%", "7 judgements"), ("2", "7 sentences"))
    assert figures["best"] == figures["worst"] == ("–", "too few")


def test_the_best_and_the_worst_are_those_of_which_enough_is_said(deliver: Deliver, look: Look) -> None:
    deliver(job_event(*(sentence(food="positive") for _ in range(38)), *(sentence(food="negative") for _ in range(2))))
    deliver(
        job_event(*(sentence(drinks="positive") for _ in range(5)), *(sentence(style="negative") for _ in range(4)))
    )
    deliver(job_event(*(sentence(service="negative") for _ in range(5)), sentence(service="positive")))
    figures = {figure["key"]: (figure["value"], figure["note"]) for figure in look()["figures"]}
    # All of five or four say less than most of many.
    assert figures["best"] == ("Food", "95% positive, 40 judgements")
    assert figures["worst"] == ("Service", "83% negative, 6 judgements")


def test_the_newest_review_is_first_by_when_it_was_written(deliver: Deliver, look: Look) -> None:
    for text, at in (("B", "2026-11-02T00:00:00Z"), ("C", "2026-11-03T00:00:00+05:00"), ("A", "2026-11-01T00:00:00Z")):
        deliver(job_event(sentence(text), reviewed_at=at))
    deliver(job_event(sentence("future"), reviewed_at="9999-12-31T23:59:59Z"))  # counts as written when analysed
    deliver(job_event(sentence("undated"), reviewed_at=None))
    assert texts(look()) == ["undated", "future", "C", "B", "A"]
    assert look()["reviews"][1]["day"].replace("\xa0", " ") == "14 Nov 2026"


def test_the_trend_per_day(deliver: Deliver, look: Look) -> None:
    for day, polarity in ((1, "negative"), (1, "positive"), (3, "positive"), (11, "negative")):
        deliver(job_event(sentence(food=polarity), reviewed_at=f"2026-11-{day:02}T12:00:00Z"))
    marks = look(aspect="food")["trend"]["marks"]
    assert [(mark["value"], mark["count"]) for mark in marks] == [
        ("50%", "2 judgements"), ("100%", "1 judgement"), ("0%", "1 judgement")
    ]  # fmt: skip
    assert [mark["y"] for mark in marks] == [50, 0, 100]
    first, second, third = (mark["x"] for mark in marks)
    assert (second - first) / (third - first) == pytest.approx(0.2, abs=0.001)  # two of ten days
    assert look(aspect="service")["trend"]["marks"] == []


def test_the_trend_over_reviews_is_a_moving_share(deliver: Deliver, look: Look) -> None:
    for number in range(70):
        moment = f"2026-10-{1 + number // 24:02}T{number % 24:02}:00:00Z"
        deliver(job_event(sentence(food="positive" if number >= 60 else "negative"), reviewed_at=moment))
    marks = look(trend="reviews")["trend"]["marks"]
    assert len(marks) == 50
    assert [mark["value"] for mark in marks[-11:]] == [f"{10 * share}%" for share in range(11)]


def test_low_confidence_is_marked_and_absent_text_replaced(deliver: Deliver, look: Look) -> None:
    deliver(job_event(sentence(None, food=("positive", 0.41), service=("negative", 0.99))))
    line = look()["reviews"][0]["lines"][0]
    assert (line["text"], line["has_text"]) == ("Characters 0 to 41", False)
    assert [(chip["confidence"], chip["sure"], chip["doubt"]) for chip in line["chips"]] == [
        ("41%", "unsure", "unsure"), ("99%", "sure", ""),
    ]  # fmt: skip


def test_a_review_as_a_whole_stands_above_it(client: FlaskClient, deliver: Deliver, look: Look) -> None:
    result = {"language": "de", "sentences": [sentence(food="positive", service="negative")]}
    deliver(job_event(result=result | {"overall": {"polarity": "conflict", "confidence": 0.8}}))
    assert look()["reviews"][0]["whole"] == {"sign": "±", "polarity": "conflict", "label": "mixed"}
    assert "As a whole: mixed" in client.get("/?lang=en").get_data(as_text=True)
    for unknown in (None, {"polarity": "none"}, {}):
        deliver(job_event(result=result | {"overall": unknown}, reviewed_at="2026-11-02T18:00:00Z"))
        assert look()["reviews"][0]["whole"] is None


def test_the_words_that_carry_a_judgement_are_marked(client: FlaskClient, deliver: Deliver, look: Look) -> None:
    judged = sentence("Essen <b>gut</b>.", food="positive")
    judged |= {"start": 7, "end": 24}
    judged["aspects"]["food"]["evidence"] = [
        {"start": 16, "end": 19},
        {"start": 0, "end": 9},
        {"start": 99, "end": 999},
    ]
    deliver(job_event(judged))
    line = look()["reviews"][0]["lines"][0]
    assert line["pieces"] == [
        {"text": "Essen <b>", "polarity": ""}, {"text": "gut", "polarity": "positive"},
        {"text": "</b>.", "polarity": ""},
    ]  # fmt: skip
    assert 'Essen &lt;b&gt;<mark data-polarity="positive">gut</mark>&lt;/b&gt;.' in client.get("/").get_data(True)


def test_odd_values_are_survived(client: FlaskClient, deliver: Deliver, look: Look) -> None:
    odd = json.dumps(job_event(sentence("\ud800 \x00 ok", food=("positive", 7), drinks="delicious", wifi="positive")))
    assert deliver(odd.encode()).status_code == 204
    nan = json.dumps(job_event(sentence(food=("positive", float("nan")))), ensure_ascii=False)
    assert deliver(nan.encode()).status_code == 204
    assert tally(look()) == {"food": [2, 0, 0, 0]}
    assert client.get("/").status_code == 200


def test_a_truncated_event_says_so(deliver: Deliver, look: Look) -> None:
    deliver(job_event(truncated=True, result=None))
    assert (look()["reviews"][0]["truncated"], look()["reviews"][0]["lines"]) == (True, [])


def test_a_long_review_is_cut_on_the_page_only(deliver: Deliver, look: Look) -> None:
    deliver(job_event(*(sentence(str(number), food="positive") for number in range(13))))
    assert look()["reviews"][0]["more"] == "and 1 more sentence"
    assert tally(look()) == {"food": [13, 0, 0, 0]}


def test_data_that_did_not_change_is_not_sent_again(client: FlaskClient, deliver: Deliver) -> None:
    tag = client.get("/view.json").headers["ETag"]
    assert client.get("/view.json", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/view.json?aspect=food", headers={"If-None-Match": tag}).status_code == 200
    deliver(job_event())
    assert client.get("/view.json", headers={"If-None-Match": tag}).status_code == 200


def test_a_file_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path, deliver: Deliver, look: Look) -> None:
    deliver(job_event(sentence(food="positive")))
    with closing(sqlite3.connect(tmp_path / "dashboard.db")) as db:
        db.execute("ALTER TABLE reviews DROP COLUMN overall")
        db.execute("ALTER TABLE judgements DROP COLUMN evidence")
        db.commit()
    again = create_app(Settings(db=tmp_path / "dashboard.db", secret=SECRET)).test_client()
    assert again.get("/view.json?lang=en").get_json() == look()


def test_a_restart_keeps_everything(tmp_path: Path, deliver: Deliver, look: Look) -> None:
    deliver(job_event(sentence(food="positive")), "msg_1")
    again = create_app(Settings(db=tmp_path / "dashboard.db", secret=SECRET)).test_client()
    assert again.get("/view.json?lang=en").get_json() == look()


def test_only_reviews_of_the_chosen_days_count(deliver: Deliver, look: Look) -> None:
    for day in (1, 5, 9):
        deliver(job_event(sentence(f"Tag {day}.", food="positive"), reviewed_at=f"2026-11-0{day}T23:30:00Z"))
    shown = look(**{"from": "2026-11-02", "to": "2026-11-05"})
    assert texts(shown) == ["Tag 5."]
    assert tally(shown) == {"food": [1, 0, 0, 0]}
    assert {each["key"]: each["value"] for each in shown["figures"]}["reviews"] == "1"
    assert shown["filtered"]
    assert len(look(**{"from": "gestern"})["reviews"]) == 3


def test_the_figures_are_of_what_the_filter_shows(deliver: Deliver, look: Look) -> None:
    deliver(job_event(sentence(food="positive"), sentence(service="negative")))
    deliver(job_event(sentence(food="negative"), sentence(service="negative")))
    deliver(job_event(sentence(service="positive")))
    figures = {each["key"]: (each["value"], each["note"]) for each in look(aspect="food")["figures"]}
    assert figures["positive"] == ("50%", "2 judgements")
    assert figures["reviews"] == ("2", "2 sentences")
    assert figures["best"] == figures["worst"] == ("–", "only one aspect chosen")
    for aspect in ({}, {"aspect": "food"}):
        figures = {
            each["key"]: (each["value"], each["note"]) for each in look(polarity="positive", **aspect)["figures"]
        }
        assert figures["reviews"] == (("1", "1 sentence") if aspect else ("2", "2 sentences"))
        assert figures["positive"] == figures["best"] == figures["worst"] == ("–", "only one judgement chosen")


def test_what_is_shown_can_be_saved_and_computes_nothing(client: FlaskClient, deliver: Deliver) -> None:
    deliver(job_event(sentence("=1+1", food="positive", service="negative"), restaurant="krone"))
    deliver(job_event(sentence("Gut.", food="positive")))
    page = client.get("/?restaurant=krone&aspect=food&lang=en").text
    (link,) = re.findall(r'id="export"[^>]* href="([^"]+)"', page)
    saved = client.get("/" + html.unescape(link))
    assert "attachment" in saved.headers["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(saved.get_data(as_text=True).removeprefix("\ufeff")))
    assert (row["restaurant"], row["text"], row["aspect"], row["polarity"]) == ("krone", "'=1+1", "food", "positive")
