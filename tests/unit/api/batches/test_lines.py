"""What lines of a batch may say, and how little costs one its result."""

import json
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from api.batches.parsing import from_list, from_ndjson
from jobs.line import Line, decode_chunk, encode_chunk
from jobs.request import JobRequest
from store.jobs import RedisStore
from tests.support.factories import FakePredictor
from tests.support.http import problem
from worker.predict.pipeline import Pipeline

NDJSON = {"Content-Type": "application/x-ndjson"}
MOST = 200


def both(review: Any) -> list[Line]:
    """A review as the line that NDJSON and JSON make of it."""
    [one], [two] = from_ndjson(json.dumps(review).encode(), MOST), from_list([json.loads(json.dumps(review))], MOST)
    assert one == two
    return [one]


@pytest.fixture
def results(batch_client: FlaskClient, store: RedisStore) -> Any:
    """Submits a batch, has it judged as a worker would, and gives its result lines."""

    def submit(*, path: str = "/v1/batches", **request: Any) -> list[dict[str, Any]]:
        answer = batch_client.post(path, **request)
        assert answer.status_code == 202, answer.text
        pipeline = Pipeline(FakePredictor().as_predictor())
        claims: Any = store.claim(jobs=100, weight=10_000, lease_ms=60_000)
        store.complete(pipeline.judge(pipeline.prepare(claims)))
        data = batch_client.get(f"{answer.headers['Location']}/results?follow=false").data
        return [json.loads(row) for row in data.splitlines()]

    return submit


def test_a_line_says_what_a_single_review_may_say() -> None:
    [line] = both(
        {
            "text": "Gut.", "custom_id": "a", "restaurant": "krone", "reviewed_at": "2025-03-01T12:00:00+01:00",
            "metadata": {"stars": 4}, "language": "de",
        }
    )  # fmt: skip
    assert line == Line(
        number=1, custom_id="a", text="Gut.", restaurant="krone", reviewed_at="2025-03-01T12:00:00+01:00",
        metadata={"stars": 4}, language="de",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("odd", "kept", "word"),
    [
        ({"custom_id": 17}, "17", "string"),
        ({"custom_id": "Nr. 5 ✓"}, "Nr. 5 ✓", None),
        ({"custom_id": ""}, "", None),
        ({"custom_id": "x" * 513}, None, "512"),
        ({"custom_id": ["a"]}, None, "string"),
        ({"custom_id": True}, None, "string"),
        ({"custom_id": None}, None, None),
        ({"custom_id": "a\ud83d"}, "a\ufffd", "1 character that no text can hold became U+FFFD"),
        ({"custom_id": "a", "restaurant": "zur Krone"}, "a", "restaurant"),
        ({"custom_id": "a", "reviewed_at": "gestern"}, "a", "reviewed_at"),
        ({"custom_id": "a", "reviewed_at": 5}, "a", "reviewed_at"),
        ({"custom_id": "a", "reviewed_at": "5"}, "a", "reviewed_at"),
        ({"custom_id": "a", "language": "Deutsch"}, "a", "language"),
        ({"custom_id": "a", "metadata": {"x": "y" * 3000}}, "a", "metadata"),
        ({"custom_id": "a", "metadata": {"x": float("1e308") * 10}}, "a", "metadata"),
        ({"custom_id": "a", "stars": 4}, "a", "'stars'"),
        ({"custom_id": "a", "\ud83d": 4}, "a", "left out"),
        ({"custom_id": "a", "restaurant": None, "metadata": None}, "a", None),
    ],
)
def test_an_odd_line_is_judged_and_says_what_was_odd(odd: dict[str, Any], kept: str | None, word: str | None) -> None:
    [line] = both({"text": "Gut."} | odd)
    assert (line.problem, line.text, line.custom_id) == (None, "Gut.", kept)
    assert (word or "") in " ".join(line.warnings)
    assert bool(line.warnings) == (word is not None)


@pytest.mark.parametrize("text", ["a\ud83d", "\ude00 Gut.", "Gut\0."])
def test_what_no_text_can_hold_becomes_a_replacement_character(text: str) -> None:
    [line] = both({"text": text, "custom_id": "a"})
    assert line.problem is None
    assert "\ufffd" in line.text
    assert len(line.text) == len(text)


@pytest.mark.parametrize(
    "review",
    [
        {"text": 3}, {"text": ["Gut."]}, {"text": {"\ud83d": 1}}, {"text": "x" * (MOST + 1)}, {"review": "Sehr gut."},
        {"method": "POST", "url": "/v1/jobs", "body": {"text": "Gut."}},
    ],
)  # fmt: skip
def test_a_line_that_fails_keeps_its_id(review: dict[str, Any]) -> None:
    [line] = both({"custom_id": "a"} | review)
    assert line.problem
    assert (line.custom_id, line.text) == ("a", "")


@pytest.mark.parametrize(
    "review",
    [
        {"text": " \n"}, {"text": ""}, {"text": None}, {}, {"text": None, "b": "Sehr gut."}, {"body": {"text": " "}},
        {"by": {"name": "Anna B."}},
    ],
)  # fmt: skip
def test_a_rating_without_a_word_is_passed_over(review: dict[str, Any]) -> None:
    [line] = both({"custom_id": "a", "rating": 5} | review)
    assert (line.skipped, line.custom_id, line.text) == (True, "a", "")
    assert "'rating'" in line.warnings[0]


def test_what_is_passed_over_is_counted_as_such_and_tried_again_by_nobody(
    results: Any, batch_client: FlaskClient
) -> None:
    rows = results(data=b'{"text": "Essen gut."}\n{"rating": 5, "restaurant": "krone"}\n{"text": 7}\n', headers=NDJSON)
    assert [row["status"] for row in rows] == ["succeeded", "skipped", "failed"]
    assert (rows[1]["restaurant"], rows[1]["result"], rows[1]["error"], rows[1]["model"]) == ("krone", None, None, None)
    [batch] = batch_client.get("/v1/batches").get_json()["batches"]
    assert (batch["status"], batch["counts"]) == ("completed", {
        "total": 3, "waiting": 0, "succeeded": 1, "failed": 1, "canceled": 0, "expired": 0, "skipped": 1,
    })  # fmt: skip
    lines = batch_client.get(f"{batch['links']['lines']}?status=skipped").get_json()["lines"]
    assert [line["line"] for line in lines] == [2]
    problem(batch_client.post(batch["links"]["retry"]), 409, "not-retryable")


@pytest.mark.parametrize(
    "row", [b'{"custom_id": "a", "text": "x', b'{"custom_id":"a","text":"\xe4"}', b'{"custom_id": "a" "text": 1}']
)
def test_a_line_that_is_no_json_fails_with_its_id_where_it_can_be_read(row: bytes) -> None:
    [line, after] = from_ndjson(row + b'\n{"text": "Gut."}', MOST)
    assert line.problem
    assert line.custom_id == "a"
    assert after == Line(number=2, text="Gut.")


def test_an_id_that_is_used_again_costs_nothing() -> None:
    first, second = from_list([{"text": "Gut.", "custom_id": "a"}] * 2, MOST)
    assert first.warnings == ()
    assert (second.custom_id, second.problem) == ("a", None)
    assert second.warnings == ("custom_id is that of line 1 too.",)


def test_half_an_emoji_in_one_review_costs_the_batch_nothing(results: Any) -> None:
    body = b'{"reviews": [{"text": "Gut \\ud83d."}, {"text": "Gut.", "text": "b"}, {"text": "Gut.", "metadata": NaN}]}'
    rows = results(data=body, content_type="application/json")
    assert [row["status"] for row in rows] == ["succeeded", "failed", "succeeded"]
    assert rows[0]["result"]["sentences"][0]["text"] == "Gut \ufffd."


def test_a_body_that_is_odd_outside_of_its_reviews_is_refused(batch_client: FlaskClient) -> None:
    body = b'{"reviews": [{"text": "Gut."}], "metadata": {"a": "\\ud83d"}}'
    assert batch_client.post("/v1/batches", data=body, content_type="application/json").status_code == 400
    twice = b'{"reviews": [{"text": "Gut."}], "reviews": [{"text": "Gut."}]}'
    assert batch_client.post("/v1/batches", data=twice, content_type="application/json").status_code == 400


def test_what_a_line_leaves_out_is_as_the_batch_says(results: Any) -> None:
    batch = {"restaurant": "krone", "reviewed_at": "2025-03-01T00:00:00Z", "metadata": {"source": "portal"}}
    own = {"restaurant": "adler", "reviewed_at": "2025-04-02T00:00:00Z", "metadata": {"stars": 1}}
    rows = results(json={"reviews": [{"text": "Gut."}, {"text": "Gut.", **own}, {"text": 1}], **batch})
    told = [{name: row[name] for name in ("restaurant", "reviewed_at", "metadata")} for row in rows]
    assert told == [
        batch | {"reviewed_at": "2025-03-01T00:00:00+00:00"}, own | {"reviewed_at": "2025-04-02T00:00:00+00:00"},
        batch | {"reviewed_at": "2025-03-01T00:00:00+00:00"},
    ]  # fmt: skip


def test_the_query_says_it_for_lines(results: Any, batch_client: FlaskClient) -> None:
    path = "/v1/batches?restaurant=krone&reviewed_at=2025-03-01T00:00:00+01:00&language=de&ttl_s=60&include_none=true"
    [row] = results(path=path, data=b'{"text": "Essen gut."}', headers=NDJSON)
    assert (row["restaurant"], row["reviewed_at"]) == ("krone", "2025-03-01T00:00:00+01:00")
    summary = batch_client.get("/v1/restaurants/krone/summary?from=2025-03-01&to=2025-03-01").json
    assert summary["aspects"] == {"food": {"positive": 1}}


def test_a_day_is_when_a_review_was_written_whoever_says_it(batch_client: FlaskClient) -> None:
    data = b'{"text": "Gut.", "reviewed_at": "2025-04-02"}\n{"text": "Gut."}\n'
    path = "/v1/batches?reviewed_at=2025-03-01"
    made: Any = batch_client.post(path, data=data, content_type="application/x-ndjson").json
    page: Any = batch_client.get(made["links"]["lines"]).json
    assert [(line["reviewed_at"], line["warnings"]) for line in page["lines"]] == [
        ("2025-04-02T00:00:00+00:00", []), ("2025-03-01T00:00:00+00:00", []),
    ]  # fmt: skip


def test_a_list_of_lines_has_codes_of_what_was_odd(batch_client: FlaskClient) -> None:
    data = b'{"text": "Gut.", "custom_id": 7, "stars": 5, "reviewed_at": "gestern"}\n{"text": "Gut."}\n'
    made: Any = batch_client.post("/v1/batches", data=data, content_type="application/x-ndjson").json
    odd, plain = (batch_client.get(made["links"]["lines"]).json or {})["lines"]
    assert "warning_codes" not in plain
    names, number, day = odd["warning_codes"]
    assert names == {"code": "unknown_members", "figures": {"names": "'stars'"}}
    assert number == {"code": "id_is_number", "figures": {}}
    assert (day["code"], day["figures"]["member"]) == ("member_wrong", "reviewed_at")
    assert odd["warnings"][2] == f"reviewed_at {day['figures']['said']}; it is left out."


@pytest.mark.parametrize("query", ["restaurant=zur Krone", "ttl_s=5", "include_none=2", "reviewed_at=gestern"])
def test_a_query_that_cannot_be_used_is_refused(batch_client: FlaskClient, query: str) -> None:
    answer = batch_client.post(f"/v1/batches?{query}", data=b'{"text": "Gut."}', headers=NDJSON)
    assert [item["pointer"] for item in problem(answer, 422)["errors"]] == [f"?{query.partition('=')[0]}"]


def test_a_json_body_goes_before_the_query(batch_client: FlaskClient) -> None:
    body = {"reviews": [{"text": "Gut."}], "restaurant": "adler"}
    answer: Any = batch_client.post("/v1/batches?restaurant=krone&reviewed_at=2025-03-01T00:00:00Z", json=body).json
    assert (answer["restaurant"], answer["reviewed_at"]) == ("adler", "2025-03-01T00:00:00+00:00")


def test_the_summary_is_a_recount_of_the_results(results: Any, batch_client: FlaskClient) -> None:
    reviews = [
        {"text": text, "restaurant": restaurant, "reviewed_at": day}
        for text in ("Essen gut. Service schlecht.", "Alles schlecht. Alles schlecht.", "")
        for restaurant in ("krone", "adler", None, "zur Krone")
        for day in ("2025-03-01T20:00:00Z", "2025-03-02T20:00:00Z", None)
    ]
    rows = results(json={"reviews": reviews, "restaurant": "krone"})
    today = datetime.now(UTC).date().isoformat()
    for restaurant in ("krone", "adler"):
        for first, last in (("2025-03-01", "2025-03-01"), ("2025-03-02", today), ("1970-01-01", today)):
            wanted: dict[str, dict[str, int]] = {}
            for row in rows:
                if row["restaurant"] == restaurant and first <= (row["reviewed_at"] or today)[:10] <= last:
                    for sentence in (row["result"] or {"sentences": []})["sentences"]:
                        for aspect, judged in sentence["aspects"].items():
                            counts = wanted.setdefault(aspect, {})
                            counts[judged["polarity"]] = counts.get(judged["polarity"], 0) + 1
            answer = batch_client.get(f"/v1/restaurants/{restaurant}/summary?from={first}&to={last}")
            assert answer.json["aspects"] == wanted
            assert wanted, "there is something to count"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=5,
)  # fmt: skip


NAMES = ("text", "custom_id", "restaurant", "reviewed_at", "metadata", "language", "other")
members = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, anything))


@given(st.lists(members | anything, min_size=1, max_size=5))
def test_whatever_reviews_are_each_is_a_line_that_can_be_kept(reviews: list[Any]) -> None:
    body = b"\n".join(json.dumps(review).encode() for review in reviews)
    lines = from_ndjson(body, MOST)
    assert [line.number for line in lines] == list(range(1, len(reviews) + 1))
    assert decode_chunk(encode_chunk(lines)) == lines
    for line, review in zip(lines, reviews, strict=True):
        orjson.dumps(line.asked(JobRequest()).described())
        text = review.get("text") if isinstance(review, dict) else None
        good = isinstance(text, str) and bool(text.strip()) and len(text) <= MOST
        assert (line.problem is None) == good


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"broken", "The line is not JSON: Expecting value (column 1)."),
        (b'{"text": "\xff"}', "The line is not UTF-8 (byte 10)."),
        (b'{"text": ' + b"[" * 100_000, "The line is nested too deeply."),
    ],
)
def test_what_cannot_be_read_is_told_of_the_line_and_not_of_the_body(row: bytes, reason: str) -> None:
    assert [line.problem for line in from_ndjson(b'{"text": "Gut."}\n' + row + b"\n", MOST)] == [None, reason]
