"""`/v1/erasures` and `/v1/exports`: what there is of a guest is handed over, and goes, by a call."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
import redis
from flask.testing import FlaskClient

from access.scope import Scope
from store import erasures, keys
from store.outbox import BEGINNING, Outbox
from tests.support.http import problem
from tests.support.keys import Doors
from tests.support.sent_messages import read_whole, sent_message
from tests.support.waiting import wait_for
from worker.reconciler.erasures import Erasures

GUEST = "gast-Zeisig"
CarryOut = Callable[[FlaskClient, dict[str, Any]], dict[str, Any]]


@pytest.fixture
def doors(redis_client: redis.Redis) -> Doors:
    return Doors(redis_client, audit_entries=100)


@pytest.fixture
def admin(doors: Doors) -> FlaskClient:
    return doors.client("acme", Scope.ADMIN)


@pytest.fixture
def reconciler(doors: Doors, redis_client: redis.Redis) -> Erasures:
    """What carries erasures out, step by step."""
    return Erasures(redis_client, doors.audit)


@pytest.fixture
def carry_out(reconciler: Erasures) -> CarryOut:
    """Has an erasure carried out; what becomes of it."""

    def carry_out(client: FlaskClient, body: dict[str, Any]) -> dict[str, Any]:
        asked = client.post("/v1/erasures", json=body)
        assert asked.status_code == 202, asked.text
        assert reconciler.step()
        found: dict[str, Any] = client.get(asked.headers["Location"]).get_json()
        return found

    return carry_out


def job(client: FlaskClient, text: str, **more: Any) -> str:
    answer = client.post("/v1/jobs", json={"text": text, **more})
    assert answer.status_code == 202, answer.data
    return str(answer.get_json()["id"])


def test_all_of_a_guest_goes_and_the_report_proves_it(doors: Doors, admin: FlaskClient, carry_out: CarryOut) -> None:
    mine = job(admin, "Mein Essen.", external_author=GUEST)
    other = job(admin, "Fremdes Essen.", external_author="gast-Amsel")
    foreign = doors.client("zeta", Scope.ADMIN)
    elsewhere = job(foreign, "Anderswo.", external_author=GUEST)
    lines = [{"text": "Gut.", "external_author": GUEST, "custom_id": "a"}, {"text": "Gut."}]
    shared = admin.post("/v1/batches", json={"reviews": lines}).get_json()["id"]
    done = carry_out(admin, {"external_author": GUEST})
    assert (done["status"], done["of"], done["restaurant"], done["error"]) == ("succeeded", "author", None, None)
    assert done["erased"] == {"jobs": 1, "batches": 0, "lines": 1, "files": 0, "feedback": 0, "messages": 0}
    report = done["report"]
    assert report["searched"] >= 1
    del report["searched"]
    assert report == {"complete": True, "shared_batches": [], "archive": None, "archived": None, "found": []}
    kept = admin.get(f"/v1/batches/{shared}/lines").get_json()["lines"]
    assert [(line["custom_id"], line["external_author"]) for line in kept] == [("a", None), (None, None)]
    again = carry_out(admin, {"external_author": GUEST})
    assert (again["status"], again["erased"]["jobs"], again["erased"]["lines"]) == ("succeeded", 0, 0)
    assert admin.get(f"/v1/jobs/{mine}").status_code == 410
    assert admin.get(f"/v1/jobs/{other}").status_code == 200
    assert foreign.get(f"/v1/jobs/{elsewhere}").status_code == 200


def test_all_of_a_restaurant_or_of_the_organisation_goes(admin: FlaskClient, carry_out: CarryOut) -> None:
    job(admin, "Gut.", restaurant="adler")
    job(admin, "Gut.", restaurant="krone")
    done = carry_out(admin, {"restaurant": "adler"})
    assert (done["of"], done["restaurant"], done["erased"]["jobs"]) == ("restaurant", "adler", 1)
    done = carry_out(admin, {"everything": True})
    assert (done["of"], done["erased"]["jobs"], done["report"]["complete"]) == ("everything", 1, True)
    assert admin.get("/v1/jobs").get_json()["jobs"] == []


def test_an_erasure_is_followed_from_when_it_was_asked_for_to_its_end(
    admin: FlaskClient, reconciler: Erasures, redis_client: redis.Redis
) -> None:
    outbox = Outbox(redis_client)
    outbox.switch_on(100)
    job(admin, "Gut.", external_author=GUEST)
    asked = admin.post("/v1/erasures", json={"external_author": GUEST})
    here = asked.headers["Location"]
    assert (asked.status_code, asked.headers["Retry-After"]) == (202, "1")
    waiting = asked.get_json()
    assert (waiting["status"], waiting["started_at"], waiting["report"]) == ("queued", None, None)
    assert waiting["links"]["self"] == here == f"/v1/erasures/{waiting['id']}"
    reconciler.step()
    told = admin.get(here)
    assert (told.headers["Retry-After"], told.get_json()["status"]) == ("1", "running")
    assert told.get_json()["report"]["archive"] == "told"
    outbox.forget(outbox.last() or BEGINNING)
    wait_for(lambda: reconciler.step() and admin.get(here).get_json()["finished_at"], "it has ended")
    ended = admin.get(here)
    assert "Retry-After" not in ended.headers
    assert (ended.get_json()["status"], ended.get_json()["report"]["archive"]) == ("succeeded", "erased")
    assert ended.get_json()["expires_at"] > ended.get_json()["finished_at"] >= ended.get_json()["started_at"]
    assert GUEST not in asked.text + told.text + ended.text


def test_erasures_are_listed_newest_first(admin: FlaskClient, carry_out: CarryOut) -> None:
    made = [carry_out(admin, {"external_author": name})["id"] for name in ("a", "b", "c")]
    page = admin.get("/v1/erasures?page_size=2").get_json()
    rest = admin.get(f"/v1/erasures?page_size=2&page_token={page['next_page_token']}").get_json()
    assert [each["id"] for each in page["erasures"] + rest["erasures"]] == made[::-1]
    assert rest["next_page_token"] is None


def test_more_erasures_than_there_may_be_are_refused_until_some_have_ended(
    admin: FlaskClient, reconciler: Erasures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasures, "MOST", 2)
    body = {"external_author": GUEST}
    first = admin.post("/v1/erasures", json=body).headers["Location"]
    assert admin.post("/v1/erasures", json=body).status_code == 202
    problem(admin.post("/v1/erasures", json=body), 409, "too-many-erasures")
    reconciler.step()
    assert admin.get(first).get_json()["status"] == "succeeded"
    assert admin.post("/v1/erasures", json=body).status_code == 202
    problem(admin.get(first), 404, "not-found")
    assert len(admin.get("/v1/erasures").get_json()["erasures"]) == 2


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
    admin: FlaskClient, carry_out: CarryOut, redis_client: redis.Redis
) -> None:
    done = carry_out(admin, {"external_author": GUEST})
    admin.post("/v1/exports", json={"external_author": GUEST}).get_data()

    def noted() -> set[tuple[str, str | None]]:
        entries = admin.get("/v1/audit").get_json()["entries"]
        return {(entry["action"], entry["objects"].get("erasure_id")) for entry in entries}

    wanted = {("privacy_erase", done["id"]), ("erasure_succeeded", done["id"]), ("privacy_export", None)}
    wait_for(lambda: wanted <= noted(), "all three are in the audit log")
    assert GUEST not in repr(redis_client.xrange(keys.AUDIT("acme")))


def test_what_no_worker_has_taken_is_handed_over_and_erased(
    redis_client: redis.Redis, doors: Doors, admin: FlaskClient, carry_out: CarryOut
) -> None:
    for name, author in (("acme:1", GUEST), ("acme:2", "gast-Amsel"), ("3", GUEST)):
        redis_client.lpush("celery", sent_message(name, f"Suppe {name}", external_author=author, metadata={"x": 1}))
    rows = [orjson.loads(row) for row in admin.post("/v1/exports", json={"external_author": GUEST}).text.splitlines()]
    assert rows[-1] == {"complete": True, "reviews": 1}
    assert rows[0] == {
        "job_id": "1", "status": None, "restaurant": None, "reviewed_at": None, "external_author": GUEST,
        "metadata": {"x": 1}, "text": "Suppe acme:1", "result": None, "untaken": True,
    }  # fmt: skip
    done = carry_out(admin, {"external_author": GUEST})
    assert (done["status"], done["erased"]["messages"], done["report"]["found"]) == ("succeeded", 1, [])
    left: Any = redis_client.lrange("celery", 0, -1)
    assert ["Suppe" in read_whole(message) for message in left] == [True, True, False]


def test_deleting_a_task_that_no_worker_has_taken_takes_its_text_away(
    redis_client: redis.Redis, doors: Doors, admin: FlaskClient
) -> None:
    for name, restaurant in (("acme:night/1", "krone"), ("acme:2", "adler")):
        redis_client.lpush("kritiq.bulk", sent_message(name, "Suppe", restaurant=restaurant))
    elsewhere = doors.client("zeta", Scope.JOBS_WRITE)
    limited = doors.client("acme", Scope.JOBS_WRITE, restaurants=("adler",))
    path = "/v1/jobs/night%252F1"
    assert [client.delete(path).status_code for client in (elsewhere, limited)] == [404, 404]
    assert [admin.delete(path).status_code for _ in range(2)] == [204, 404]
    assert [limited.delete("/v1/jobs/2").status_code for _ in range(2)] == [204, 404]
    left: Any = redis_client.lrange("kritiq.bulk", 0, -1)
    assert ["Suppe" in read_whole(message) for message in left] == [False, False]
