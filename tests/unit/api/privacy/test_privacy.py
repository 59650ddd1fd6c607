"""`/v1/erasures` and `/v1/exports`: what there is of a guest is handed over, and goes, by a call."""

from typing import Any

import orjson
import pytest
import redis
from flask.testing import FlaskClient

from access.scope import Scope
from store import keys
from tests.support.http import problem
from tests.support.keys import Doors
from tests.support.waiting import wait_for

GUEST = "gast-Zeisig"


@pytest.fixture
def doors(redis_client: redis.Redis) -> Doors:
    return Doors(redis_client, audit_entries=100)


@pytest.fixture
def admin(doors: Doors) -> FlaskClient:
    return doors.client("acme", Scope.ADMIN)


def job(client: FlaskClient, text: str, **more: Any) -> str:
    answer = client.post("/v1/jobs", json={"text": text, **more})
    assert answer.status_code == 202, answer.data
    return str(answer.get_json()["id"])


def test_all_of_a_guest_goes_and_the_answer_proves_it(doors: Doors, admin: FlaskClient) -> None:
    mine = job(admin, "Mein Essen.", external_author=GUEST)
    other = job(admin, "Fremdes Essen.", external_author="gast-Amsel")
    foreign = doors.client("zeta", Scope.ADMIN)
    elsewhere = job(foreign, "Anderswo.", external_author=GUEST)
    lines = [{"text": "Gut.", "external_author": GUEST, "custom_id": "a"}, {"text": "Gut."}]
    shared = admin.post("/v1/batches", json={"reviews": lines}).get_json()["id"]
    report = admin.post("/v1/erasures", json={"external_author": GUEST}).get_json()
    assert (report["jobs"], report["batches"], report["lines"], report["shared_batches"]) == (1, 0, 1, [])
    assert (report["complete"], report["found"]) == (True, [])
    assert report["searched"] >= 1
    kept = admin.get(f"/v1/batches/{shared}/lines").get_json()["lines"]
    assert [(line["custom_id"], line["external_author"]) for line in kept] == [("a", None), (None, None)]
    again = admin.post("/v1/erasures", json={"external_author": GUEST}).get_json()
    assert (again["complete"], again["jobs"], again["lines"]) == (True, 0, 0)
    assert admin.get(f"/v1/jobs/{mine}").status_code == 410
    assert admin.get(f"/v1/jobs/{other}").status_code == 200
    assert foreign.get(f"/v1/jobs/{elsewhere}").status_code == 200


def test_all_of_a_restaurant_or_of_the_organisation_goes(admin: FlaskClient) -> None:
    job(admin, "Gut.", restaurant="adler")
    job(admin, "Gut.", restaurant="krone")
    assert admin.post("/v1/erasures", json={"restaurant": "adler"}).get_json()["jobs"] == 1
    report = admin.post("/v1/erasures", json={"everything": True}).get_json()
    assert (report["jobs"], report["complete"]) == (1, True)
    assert admin.get("/v1/jobs").get_json()["jobs"] == []


def test_all_of_a_guest_is_handed_over_and_the_last_line_says_that_it_was_all(admin: FlaskClient) -> None:
    mine = job(admin, "Mein Essen.", external_author=GUEST, metadata={"x": 1})
    job(admin, "Fremdes Essen.")
    answer = admin.post("/v1/exports", json={"external_author": GUEST})
    assert answer.content_type == "application/x-ndjson"
    row, last = map(orjson.loads, answer.data.splitlines())
    assert (row["job_id"], row["text"], row["metadata"]) == (mine, "Mein Essen.", {"x": 1})
    assert last == {"complete": True, "reviews": 1}
    nothing = admin.post("/v1/exports", json={"external_author": "niemand"})
    assert orjson.loads(nothing.data) == {"complete": True, "reviews": 0}


@pytest.mark.parametrize("path", ["/v1/erasures", "/v1/exports"])
@pytest.mark.parametrize(
    "body",
    [{}, {"everything": False}, {"everything": True, "restaurant": "adler"}, {"external_author": ""},
     {"restaurant": "adler", "external_author": GUEST}, {"restaurant": "a b"}, {"external_author": None}],
)  # fmt: skip
def test_whose_they_are_has_to_be_said_in_one_way(admin: FlaskClient, path: str, body: Any) -> None:
    kept = job(admin, "Gut.", restaurant="adler", external_author=GUEST)
    problem(admin.post(path, json=body), 422)
    assert admin.get(f"/v1/jobs/{kept}").status_code == 200


def test_that_somebody_was_erased_is_noted_and_who_is_not(
    doors: Doors, admin: FlaskClient, redis_client: redis.Redis
) -> None:
    admin.post("/v1/erasures", json={"external_author": GUEST})
    admin.post("/v1/exports", json={"external_author": GUEST}).get_data()

    def noted() -> set[str]:
        return {entry["action"] for entry in admin.get("/v1/audit").get_json()["entries"]}

    wait_for(lambda: {"privacy_erase", "privacy_export"} <= noted(), "both are in the audit log")
    assert GUEST not in repr(redis_client.xrange(keys.AUDIT("acme")))
