"""Lists of batches and of their lines over HTTP, page by page."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from store.jobs import RedisStore
from tests.support.factories import FakePredictor, claim
from tests.support.http import problem
from worker.predict.pipeline import Pipeline


def post(client: FlaskClient, count: int = 1, **members: Any) -> str:
    """The id of a new batch."""
    reviews = [{"text": "Essen gut." if n % 3 else n, "custom_id": f"c{n}"} for n in range(1, count + 1)]
    found: Any = client.post("/v1/batches", json={"reviews": reviews, **members}).json
    return str(found["id"])


def pages(client: FlaskClient, path: str, member: str) -> list[Any]:
    """All entries of a list, over its pages."""
    found, token = list[Any](), ""
    while True:
        page: Any = client.get(path + token).json
        found += page[member]
        if page["next_page_token"] is None:
            return found
        token = f"&page_token={page['next_page_token']}"


def test_batches_are_listed_newest_first_and_by_state_and_restaurant(batch_client: FlaskClient) -> None:
    ids = [post(batch_client, restaurant=restaurant) for restaurant in ("krone", "adler", "krone")]
    batch_client.post(f"/v1/batches/{ids[0]}/cancel")
    batch_client.delete(f"/v1/batches/{post(batch_client)}")
    for query, wanted in (
        ("page_size=2", ids[::-1]),
        ("page_size=1&restaurant=krone", [ids[2], ids[0]]),
        ("status=canceled", [ids[0]]),
        ("status=completed", []),
        ("since=2999-01-01T00:00:00Z", []),
    ):
        found = pages(batch_client, f"/v1/batches?{query}", "batches")
        assert sorted(batch["id"] for batch in found) == sorted(wanted)
    newest: Any = batch_client.get("/v1/batches?page_size=1").json
    assert newest["batches"][0] == batch_client.get(f"/v1/batches/{newest['batches'][0]['id']}").json


def test_what_there_is_of_an_author_is_found_in_batches_and_their_lines(batch_client: FlaskClient) -> None:
    reviews = [{"text": "Gut.", "external_author": author} for author in ("anna b", None, "https://x/1?a=|ö", "anna b")]
    lines = b"".join(json.dumps(review).encode() + b"\n" for review in reviews)
    asked = {"data": lines, "content_type": "application/x-ndjson"}
    mixed: Any = batch_client.post("/v1/batches", **asked).json
    hers: Any = batch_client.post("/v1/batches", query_string={"external_author": "anna b"}, **asked).json
    assert (mixed["external_author"], hers["external_author"]) == (None, "anna b")
    for author, batches, numbers in (
        ("anna b", [mixed, hers], [1, 4]), ("https://x/1?a=|ö", [mixed, hers], [3]), ("anna", [], []),
    ):  # fmt: skip
        query = {"external_author": author}
        found: Any = batch_client.get("/v1/batches", query_string=query).json
        assert {batch["id"] for batch in found["batches"]} == {batch["id"] for batch in batches}
        listed: Any = batch_client.get(f"{mixed['links']['lines']}", query_string=query).json
        assert [(line["line"], line["external_author"]) for line in listed["lines"]] == [(n, author) for n in numbers]
    all_of_hers: Any = batch_client.get(hers["links"]["lines"], query_string={"external_author": "anna b"}).json
    assert [line["line"] for line in all_of_hers["lines"]] == [1, 2, 4], "who is named by the batch goes for the others"


@pytest.mark.parametrize("author", ["", "a\tb", "x" * 201])
def test_an_author_that_nobody_can_have_is_none_to_ask_for(batch_client: FlaskClient, author: str) -> None:
    for path in ("/v1/batches", "/v1/jobs", f"/v1/batches/{post(batch_client)}/lines"):
        problem(batch_client.get(path, query_string={"external_author": author}), 422)


def test_a_line_whose_author_cannot_be_used_keeps_its_review(batch_client: FlaskClient) -> None:
    reviews = [{"text": "Gut.", "external_author": author} for author in (5, "", "a\nb", "x" * 201)]
    made: Any = batch_client.post("/v1/batches", json={"reviews": reviews}).json
    page: Any = batch_client.get(made["links"]["lines"]).json
    assert [(line["status"], line["external_author"], len(line["warnings"])) for line in page["lines"]] == [
        ("waiting", None, 1)
    ] * 4


def test_lines_are_listed_in_order_and_by_state(batch_client: FlaskClient, store: RedisStore) -> None:
    name = post(batch_client, 30)
    here = f"/v1/batches/{name}/lines"
    assert [line["status"] for line in pages(batch_client, f"{here}?page_size=7", "lines")] == ["waiting"] * 30
    pipeline = Pipeline(FakePredictor().as_predictor())
    store.complete(pipeline.judge(pipeline.prepare(claim(store))))
    everything = pages(batch_client, f"{here}?page_size=7", "lines")
    results = batch_client.get(f"/v1/batches/{name}/results?follow=false").data
    assert everything == [json.loads(row) for row in results.splitlines()]
    failed = pages(batch_client, f"{here}?status=failed&page_size=3", "lines")
    assert [line["line"] for line in failed] == list(range(3, 31, 3))
    assert {line["custom_id"] for line in failed} == {f"c{n}" for n in range(3, 31, 3)}
    assert pages(batch_client, f"{here}?status=waiting", "lines") == []
    links: Any = batch_client.get(f"/v1/batches/{name}").json
    assert links["links"]["lines"] == here


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("?status=failed", "?status"),
        ("?page_size=0", "?page_size"),
        ("?restaurant=zur%20Krone", "?restaurant"),
        ("?page_token=33", "?page_token"),
        ("/{id}/lines?status=completed", "?status"),
    ],
)
def test_a_list_that_cannot_be_is_refused(batch_client: FlaskClient, path: str, pointer: str) -> None:
    answer = batch_client.get("/v1/batches" + path.format(id=post(batch_client)))
    assert [item["pointer"] for item in problem(answer, 422)["errors"]] == [pointer]


def test_lines_of_no_batch_are_not_found(batch_client: FlaskClient) -> None:
    assert batch_client.get("/v1/batches/batch_x/lines").status_code == 404
    name = post(batch_client)
    batch_client.delete(f"/v1/batches/{name}")
    assert batch_client.get(f"/v1/batches/{name}/lines").status_code == 410
