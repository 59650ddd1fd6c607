"""Celery finds the Redis of the settings, and the Sentinels that name it."""

import ssl

import pytest
from celery import Celery
from kombu.transport.redis import SentinelChannel

from store.celery_url import celery_url, find_redis
from store.connection import connect
from tests.support.factories import make_settings
from worker.app import create_app


def test_the_url_of_a_server_is_celerys_too() -> None:
    settings = make_settings(redis_url="redis://me:geheim@one:7/2")
    assert celery_url(settings) == "redis://me:geheim@one:7/2"
    app = Celery(set_as_current=False)
    find_redis(app, settings)
    assert "master_name" not in app.conf.broker_transport_options


def test_sentinels_are_named_with_the_service_and_their_own_password() -> None:
    settings = make_settings(
        redis_url="redis+sentinel://me:p%40ss@one:7,two/kritiq/2", redis_sentinel_password="streng"
    )
    assert celery_url(settings) == "sentinel://me:p%40ss@one:7/2;sentinel://me:p%40ss@two:26379/2"
    app = create_app(settings)
    for options in (app.conf.broker_transport_options, app.conf.result_backend_transport_options):
        assert options["master_name"] == "kritiq"
        assert options["sentinel_kwargs"]["password"] == "streng"
    assert app.conf.broker_transport_options["visibility_timeout"] == 60, "what stood there stays"
    assert app.conf.result_backend_transport_options["retry_policy"] == {"timeout": 5.0}


@pytest.mark.parametrize(
    ("user", "login"), [("", {"password": "streng"}), ("me", {"username": "me", "password": "streng"})]
)
def test_sentinels_may_know_a_user(user: str, login: dict[str, str]) -> None:
    settings = make_settings(
        redis_url="redis+sentinel://one/kritiq", redis_sentinel_user=user, redis_sentinel_password="streng"
    )
    kwargs = create_app(settings).conf.broker_transport_options["sentinel_kwargs"]
    assert login.items() <= kwargs.items()
    assert ("username" in kwargs) is bool(user)
    (asked,) = connect(settings).connection_pool.sentinel_manager.sentinels
    assert login.items() <= asked.connection_pool.connection_kwargs.items()


@pytest.mark.parametrize("query", ["", "?ssl_ca_certs=/ca.pem", "?ssl_cert_reqs=required"])
def test_the_certificate_of_a_single_server_is_checked_by_queue_and_results_alike(query: str) -> None:
    app = create_app(make_settings(redis_url=f"rediss://me:p%40ss@one:6380/2{query}"))
    with app.connection() as connection:
        assert connection.ssl["ssl_cert_reqs"] == ssl.CERT_REQUIRED
        assert connection.ssl.get("ssl_ca_certs") == ("/ca.pem" if "ca.pem" in query else None)
    assert app.backend.connparams["ssl_cert_reqs"] == ssl.CERT_REQUIRED
    assert app.backend.connparams["password"] == "p@ss"


def test_celery_asks_the_sentinels_that_are_named() -> None:
    app = create_app(make_settings(redis_url="redis+sentinel://127.0.0.1:1,127.0.0.1:2/kritiq"))
    with app.connection() as connection:
        assert connection.transport.Channel is SentinelChannel
        assert [url.rpartition("@")[2] for url in connection.alt] == [
            "sentinel://127.0.0.1:1/0",
            "sentinel://127.0.0.1:2/0",
        ]
    assert [host["port"] for host in app.backend.connparams["hosts"]] == [1, 2]


@pytest.mark.parametrize(("url", "asks"), [("rediss", True), ("redis", False)])
def test_tls_holds_for_celery_as_well(url: str, asks: bool) -> None:
    app = create_app(make_settings(redis_url=f"{url}+sentinel://one/kritiq?ssl_ca_certs=/ca.pem"))
    wanted = {"ssl_cert_reqs": "required", "ssl_ca_certs": "/ca.pem"}
    assert (app.conf.broker_use_ssl == wanted) is asks
    assert (app.conf.redis_backend_use_ssl == wanted) is asks
