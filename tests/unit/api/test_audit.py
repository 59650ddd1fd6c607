"""The audit log: who changed something or was refused, from where, and what came of it; never what was in it."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import redis
from flask.testing import FlaskClient

from access.audit_entry import UNKNOWN, AuditEntry
from access.scope import Scope
from api.http.audit import MOST_WAITING, AuditWriter
from jobs.errors import Unavailable
from store import keys
from store.audit import AuditStore
from tests.support.clock import Clock
from tests.support.commands import Kritiq
from tests.support.factories import REVIEW
from tests.support.http import page_token, problem
from tests.support.keys import EVERYTHING, Doors
from tests.support.waiting import wait_for

DAY_S = 86_400


@pytest.fixture
def doors(redis_client: redis.Redis) -> Iterator[Doors]:
    found = Doors(redis_client, audit_entries=1000)
    yield found
    # What still waits would be written into the next test's Redis.
    written(found)


def written(doors: Doors) -> None:
    """Have everything written that waits."""
    doors.app.extensions["audit"].flush()


def entries(doors: Doors, most: int, tenant: str = "acme") -> list[AuditEntry]:
    """The entries of an organisation, oldest first, once there are so many."""

    def enough() -> list[AuditEntry]:
        found = list(doors.audit.page(tenant, size=100).entries)
        return found[::-1] if len(found) >= most else []

    return wait_for(enough, f"{most} entries")


def admin(doors: Doors) -> FlaskClient:
    return doors.client("acme", Scope.ADMIN)


def test_who_changes_something_is_in_the_log(doors: Doors) -> None:
    key, token = doors.key("acme")
    client = doors.showing(token.text)
    job_id = client.post("/v1/jobs", json={"text": REVIEW}).json["id"]  # type: ignore[index]
    client.get(f"/v1/jobs/{job_id}")
    client.delete(f"/v1/jobs/{job_id}")
    client.post("/v1/jobs", json={"txet": REVIEW})
    made, deleted, wrong = entries(doors, 3)
    assert (made.action, made.outcome, made.objects) == ("jobs_submit_job", "done", {"job_id": job_id})
    assert (deleted.action, deleted.status, deleted.objects) == ("actions_delete_job", 204, {"job_id": job_id})
    assert (wrong.outcome, wrong.status) == ("failed", 422)
    assert {each.key_id for each in (made, deleted, wrong)} == {key.id}
    assert {each.address for each in (made, deleted, wrong)} == {"127.0.0.1"}


def test_what_was_set_up_by_a_link_outlives_it_and_is_found_by_its_id(doors: Doors) -> None:
    maker, hook = admin(doors), {"url": "https://hooks.example.com/x", "restaurants": ["adler"]}
    link = maker.post("/v1/webhook-links", json={"restaurants": ["adler"]}).get_json()
    path, code = f"/v1/webhook-links/{link['id']}", link["url"].partition("#")[2]
    visitor = doors.showing(doors.stranger().post(f"{path}/open", json={"code": code}).get_json()["token"])
    left = visitor.post("/v1/endpoints", json=hook).get_json()["id"]
    assert visitor.patch(f"/v1/endpoints/{left}", json={"description": "Kasse"}).status_code == 200
    assert maker.delete(path).status_code == 204
    written(doors)
    found = [each for each in maker.get("/v1/audit").get_json()["entries"] if each["key_id"] == link["id"]]
    assert [(each["action"], each["objects"].get("endpoint_id")) for each in found] == [
        ("endpoints_change_endpoint", left), ("endpoints_add_endpoint", left), ("webhook_links_open_link", None),
    ]  # fmt: skip
    assert maker.get(f"/v1/endpoints/{left}").get_json()["enabled"] is True


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "", "127.0.0.1"),
        (1, None, "127.0.0.1"),
    ],
)
def test_behind_proxies_the_address_is_what_the_outermost_was_called_from(
    redis_client: redis.Redis, proxies: int, forwarded: str | None, address: str
) -> None:
    doors = Doors(redis_client, audit_entries=1000, proxies=proxies)
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    admin(doors).post("/v1/jobs", json={"text": REVIEW}, headers=headers)
    (found,) = entries(doors, 1)
    assert found.address == address


def test_a_proxy_says_the_address_and_nothing_else(redis_client: redis.Redis) -> None:
    doors = Doors(redis_client, proxies=1)
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/evil"}
    answer = admin(doors).post("/v1/jobs", json={"text": REVIEW}, headers=headers)
    assert answer.status_code == 202
    assert "evil" not in answer.text + str(answer.headers)


def test_who_is_refused_is_in_the_log_too(doors: Doors) -> None:
    reader = doors.client("acme", Scope.JOBS_READ)
    problem(reader.post("/v1/jobs", json={"text": REVIEW}), 403)
    problem(reader.get("/v1/keys"), 403)
    problem(doors.stranger().get("/v1/jobs"), 401)
    problem(doors.showing("krt_live_x").delete("/v1/endpoints/ep_x"), 401)
    assert [each.outcome for each in entries(doors, 2)] == ["refused", "refused"]
    looked, tried = entries(doors, 2, UNKNOWN)
    assert (looked.status, looked.key_id, tried.action) == (401, None, "endpoints_delete_endpoint")


def test_who_logs_in_and_out_is_in_the_log_of_their_organisation(doors: Doors) -> None:
    key, token = doors.key("acme")
    browser = doors.app.test_client()
    told = browser.post("/v1/session", headers={"Authorization": f"Bearer {token.text}"}).json
    browser.delete("/v1/session", headers={"X-CSRF-Token": told["csrf_token"]})  # type: ignore[index]
    found = [(each.action, each.status, each.key_id) for each in entries(doors, 2)]
    assert found == [("session_log_in", 201, key.id), ("session_log_out", 204, key.id)]


def test_what_was_made_is_named_whatever_it_is(doors: Doors) -> None:
    client = doors.client("acme", *EVERYTHING, Scope.ADMIN)
    batch = client.post("/v1/batches", json={"reviews": [{"text": REVIEW}]}).json
    file = client.post("/v1/files", data=b"{}", content_type="application/x-ndjson").json
    endpoint = client.post("/v1/endpoints", json={"url": "https://hooks.example.com/x"}).json
    key = client.post("/v1/keys", json={"scopes": ["jobs:read"]}).json
    made = {"batch_id": batch, "file_id": file, "endpoint_id": endpoint, "key_id": key}
    expected = [{kind: thing["id"]} for kind, thing in made.items()]  # type: ignore[index]
    assert [each.objects for each in entries(doors, 4)] == expected


def test_no_word_of_a_review_no_key_and_no_secret_is_in_the_log(doors: Doors, redis_client: redis.Redis) -> None:
    client = admin(doors)
    url = "https://hooks.example.com/geheim"
    client.post("/v1/jobs", json={"text": "Kanarienvogel", "metadata": {"gast": "Kanarienvogel"}})
    endpoint = client.post("/v1/endpoints", json={"url": url, "description": "Kanarienvogel"}).json
    key = client.post("/v1/keys", json={"scopes": ["jobs:read"], "name": "Kanarienvogel"}).json
    entries(doors, 3)
    stored = repr(redis_client.xrange(keys.AUDIT("acme")))
    for secret in ("Kanarienvogel", "geheim", endpoint["secret"], key["key"]):  # type: ignore[index]
        assert secret not in stored
    assert endpoint["id"] in stored  # type: ignore[index]
    assert key["id"] in stored  # type: ignore[index]


def test_an_admin_lists_what_was_done_in_its_organisation_page_by_page(doors: Doors) -> None:
    other, client = doors.client("other"), admin(doors)
    other.post("/v1/jobs", json={"text": REVIEW})
    for _ in range(5):
        client.post("/v1/jobs", json={"text": REVIEW})
    entries(doors, 5)
    seen: list[Any] = []
    path = "/v1/audit?page_size=2"
    while True:
        page = client.get(path).get_json()
        seen += page["entries"]
        if page["next_page_token"] is None:
            break
        path = f"/v1/audit?page_size=2&page_token={page['next_page_token']}"
    assert len(seen) == len({each["id"] for each in seen}) == 5
    assert [each["id"] for each in seen] == [each.id for each in entries(doors, 5)[::-1]]
    assert set(seen[0]) == {"id", "at", "action", "outcome", "status", "key_id", "address", "objects"}
    problem(doors.client("acme", *EVERYTHING).get("/v1/audit"), 403)


@pytest.mark.parametrize("end", ["1.x", "1.-", "1.%", "1." + 20 * "9"])
def test_a_page_of_the_log_that_never_was_is_refused(doors: Doors, end: str) -> None:
    token = page_token(client := admin(doors), "/v1/audit", end.encode().hex())
    problem(client.get(f"/v1/audit?page_token={token}"), 422, "invalid-request")


@pytest.mark.parametrize("end", ["0.0", "0.00", "1.0", "999999999999999." + 19 * "9"])
def test_every_page_of_the_log_that_the_document_allows_is_answered(doors: Doors, end: str) -> None:
    token = page_token(client := admin(doors), "/v1/audit", end.encode().hex())
    assert client.get(f"/v1/audit?page_token={token}").status_code == 200


def test_it_keeps_so_many_and_so_long(redis_client: redis.Redis) -> None:
    store = AuditStore(redis_client, most=100, lifetime_s=DAY_S)
    store.append([AuditEntry(tenant="acme", action=str(n)) for n in range(1000)])
    assert 100 <= redis_client.xlen(keys.AUDIT("acme")) < 300
    assert 0 < redis_client.ttl(keys.AUDIT("acme")) <= DAY_S
    redis_client.delete(keys.AUDIT("acme"))
    redis_client.xadd(keys.AUDIT("acme"), {"action": "old"}, id="1-1")
    store.append([AuditEntry(tenant="acme", action="new")])
    assert [entry.action for entry in store.page("acme", size=10).entries] == ["new"]


def test_what_is_past_its_time_goes_whoever_writes_when_it_is_looked_for(redis_client: redis.Redis) -> None:
    clock = Clock(0)
    store = AuditStore(redis_client, most=100, lifetime_s=DAY_S, clock=lambda: clock() / 1000)
    redis_client.xadd(keys.AUDIT("quiet"), {"action": "old"}, id="1-1")
    for tenant in ("acme", "quiet", "acme"):
        store.append([AuditEntry(tenant=tenant, action="new")])
        clock.advance(40_000)
    assert [entry[b"action"] for _, entry in redis_client.xrange(keys.AUDIT("quiet"))] == [b"new"]


def test_none_are_kept_where_none_are_wanted(redis_client: redis.Redis) -> None:
    doors = Doors(redis_client, audit_entries=0)
    doors.client("acme").post("/v1/jobs", json={"text": REVIEW})
    written(doors)
    assert doors.audit.page("acme", size=10).entries == []
    assert redis_client.keys("*:audit") == []


class Away(AuditStore):
    """A store that is away until it is told otherwise."""

    away = True

    def append(self, written: Any) -> None:
        if self.away:
            raise Unavailable
        super().append(written)


def test_what_waits_for_redis_is_written_when_it_is_back(redis_client: redis.Redis) -> None:
    store = Away(redis_client, most=100, lifetime_s=DAY_S)
    writer = AuditWriter(store)
    writer.put(AuditEntry(tenant="acme", action="first"))
    with pytest.raises(Unavailable):
        writer.flush()
    writer.put(AuditEntry(tenant="acme", action="second"))
    store.away = False
    writer.flush()
    assert [entry.action for entry in store.page("acme", size=10).entries] == ["second", "first"]


def test_of_too_much_that_waits_the_oldest_gives_way_and_that_is_said(
    redis_client: redis.Redis, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Away(redis_client, most=100, lifetime_s=DAY_S)
    writer = AuditWriter(store)
    monkeypatch.setattr(writer, "_start", lambda: None)
    for number in range(MOST_WAITING + 3):
        writer.put(AuditEntry(tenant="acme", action=str(number)))
    store.away = False
    writer.flush()
    assert store.page("acme", size=1).entries[0].action == str(MOST_WAITING + 2)
    assert "lacks 3 entries" in caplog.text


def test_commands_are_in_the_log_and_list_it(kritiq: Kritiq) -> None:
    assert kritiq("audit").stdout == "Nothing was done.\n"
    kritiq("keys", "create", "--tenant", "acme", "--scope", "jobs:read")
    (entry,) = [orjson.loads(line) for line in kritiq("audit", "--tenant", "acme", "--json").stdout.splitlines()]
    kritiq("keys", "revoke", entry["objects"]["key_id"], "--tenant", "acme")
    revoked, created = kritiq("audit", "--tenant", "acme").stdout.splitlines()
    assert created.endswith(f"kritiq keys create  done  key_id={entry['objects']['key_id']}")
    assert "kritiq keys revoke" in revoked
