"""No web page that is open on this machine gives orders to what listens on loopback, by whatever name."""

from typing import Any

import pytest
import redis
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from api.http.origin import same_origin, trusted
from jobs.errors import SettingsError
from jobs.settings import load_settings
from tests.support.factories import REVIEW
from tests.support.http import problem
from tests.support.keys import Doors


def test_on_loopback_only_its_own_names_are_answered(redis_client: redis.Redis) -> None:
    client = Doors(redis_client).stranger()
    for host in ("localhost", "localhost:5000", "127.0.0.1:5000", "[::1]:5000", "LOCALHOST.", "localhost:80"):
        assert client.get("/v1/queue", headers={"Host": host}).status_code == 200, host
    for host in ("rebind.example", "127.0.0.1.rebind.example:5000", "localhost.example", "", "a b", "[::2]", "x:y"):
        for path in ("/v1/queue", "/livez", "/metrics", "/openapi.json", "/nothing"):
            problem(client.get(path, headers={"Host": host}), 421, "misdirected-request")


def test_whom_the_address_names_goes_before_host(redis_client: redis.Redis) -> None:
    client = Doors(redis_client).stranger()

    def asked(target: str, host: str = "localhost") -> TestResponse:
        return client.get("/v1/queue", headers={"Host": host}, environ_overrides={"RAW_URI": target})

    problem(asked("http://rebind.example/v1/queue"), 421, "misdirected-request")
    problem(asked("http://rebind.example:5000/v1/queue?x=http://localhost/"), 421, "misdirected-request")
    problem(asked("http:///v1/queue", "rebind.example"), 421, "misdirected-request")
    problem(asked("//localhost/v1/queue", "rebind.example"), 421, "misdirected-request")
    assert asked("http://localhost:5000/v1/queue", "rebind.example").status_code == 200
    assert asked("/v1/queue").status_code == 200


@pytest.mark.parametrize("path", ["/v1/queue", "/livez", "/nothing"])
def test_who_speaks_http_1_1_says_for_whom_it_is(redis_client: redis.Redis, path: str) -> None:
    app = Doors(redis_client).app

    def status(protocol: str) -> str:
        environ = EnvironBuilder(path=path).get_environ()
        del environ["HTTP_HOST"]
        return run_wsgi_app(app, {**environ, "SERVER_PROTOCOL": protocol})[1][:3]

    assert status("HTTP/1.1") == "400"
    assert status("HTTP/1.0") == ("404" if path == "/nothing" else "200")


def test_names_may_be_allowed(redis_client: redis.Redis) -> None:
    client = Doors(redis_client, allowed_hosts=frozenset({"kritiq.example.org", ".kritiq.example"})).stranger()
    for host, status in {
        "kritiq.example.org": 200, "Kritiq.Example.org:443": 200, "a.kritiq.example": 200, "127.0.0.1:5000": 200,
        "kritiq.example": 421, "akritiq.example": 421, "x.kritiq.example.org": 421,
    }.items():  # fmt: skip
        assert client.get("/v1/queue", headers={"Host": host}).status_code == status, host


def test_beyond_loopback_any_name_will_do_until_some_are_named(redis_client: redis.Redis) -> None:
    text = (doors := Doors(redis_client, host="0.0.0.0")).key()[1].text
    assert doors.showing(text).get("/v1/queue", headers={"Host": "10.0.0.7:5000"}).status_code == 200
    named = Doors(redis_client, host="0.0.0.0", allowed_hosts=frozenset({"kritiq.example.org"}))
    problem(named.showing(text).get("/v1/queue", headers={"Host": "10.0.0.7:5000"}), 421)
    # What looks after a pod asks by its address.
    assert named.stranger().get("/livez", headers={"Host": "10.0.0.7:5000"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost:5050"}, {"Origin": "x"},
        {"Origin": "https://localhost:8443"}, {"Origin": "http://localhost.evil.example"}, {"Origin": "http://[::1"},
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
)  # fmt: skip
def test_a_page_of_another_site_changes_nothing(redis_client: redis.Redis, headers: dict[str, str]) -> None:
    doors = Doors(redis_client)
    client = doors.stranger()
    for method, path in [
        ("POST", "/v1/jobs"), ("PUT", "/v1/jobs/mine"), ("DELETE", "/v1/jobs/mine"), ("POST", "/v1/jobs/mine/cancel"),
        ("PATCH", "/v1/endpoints/ep_x"), ("POST", "/v1/webhook-secret"), ("POST", "/api/"), ("POST", "/v1/keys"),
    ]:  # fmt: skip
        problem(client.open(path, method=method, headers=headers), 403, "foreign-origin")
    assert redis_client.keys("kritiq:*") == []


def test_a_form_that_a_page_sends_to_the_old_call_judges_nothing(redis_client: redis.Redis) -> None:
    answer = (
        Doors(redis_client)
        .stranger()
        .post("/api/", data={"text": REVIEW}, headers={"Origin": "https://evil.example", "Host": "127.0.0.1:5000"})
    )
    problem(answer, 403, "foreign-origin")


def test_the_documentation_s_own_page_and_programs_may(redis_client: redis.Redis) -> None:
    client = Doors(redis_client).stranger()
    own: list[dict[str, Any]] = [
        {}, {"Origin": "http://127.0.0.1:5000", "Host": "127.0.0.1:5000", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "none"},
    ]  # fmt: skip
    for headers in own:
        assert client.post("/v1/jobs", json={"text": REVIEW}, headers=headers).status_code == 202, headers


def test_behind_a_proxy_with_tls_the_page_of_the_same_name_may(redis_client: redis.Redis) -> None:
    text = (doors := Doors(redis_client, host="0.0.0.0")).key()[1].text
    headers = {"Origin": "https://kritiq.example.org", "Host": "kritiq.example.org"}
    assert doors.showing(text).post("/v1/jobs", json={"text": REVIEW}, headers=headers).status_code == 202
    # One that passes another Host on is named.
    named = Doors(redis_client, host="0.0.0.0", allowed_hosts=frozenset({"kritiq.example.org"}))
    inner = headers | {"Host": "127.0.0.1:5000"}
    assert named.showing(text).post("/v1/jobs", json={"text": REVIEW}, headers=inner).status_code == 202


def test_the_default_port_is_no_difference() -> None:
    assert same_origin("https://a.example", "a.example:443")
    assert same_origin("http://a.example:80", "a.example")
    assert not same_origin("http://a.example", "a.example:8080")
    assert not same_origin("http://a.example:8080", "a.example")


def test_a_star_is_any_name_but_none_is_no_name() -> None:
    assert trusted("whatever:1", frozenset({"*"}))
    assert not trusted("", frozenset({"*"}))


@pytest.mark.parametrize("value", ["a b", "https://a", "a:5000", "a,,b", "*.a"])
def test_a_host_that_is_none_is_refused_by_the_settings(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRITIQ_ALLOWED_HOSTS", value)
    with pytest.raises(SettingsError, match="KRITIQ_ALLOWED_HOSTS"):
        load_settings()
    monkeypatch.setenv("KRITIQ_ALLOWED_HOSTS", "Kritiq.example.org, .a.example,[::1]")
    assert load_settings().allowed_hosts == {"kritiq.example.org", ".a.example", "[::1]"}
