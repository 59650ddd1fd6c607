"""The URL that names Sentinels instead of a Redis server."""

import pytest

from jobs.errors import SettingsError
from jobs.sentinel import SentinelAddress, sentinel_address
from jobs.settings import load_settings


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (
            "redis+sentinel://one:26380,two,[::1]:7/kritiq",
            SentinelAddress(hosts=(("one", 26380), ("two", 26379), ("::1", 7)), service="kritiq"),
        ),
        (
            "redis+sentinel://me:p%40ss%2F@one/kritiq/3",
            SentinelAddress(hosts=(("one", 26379),), service="kritiq", db=3, username="me", password="p@ss/"),
        ),
        (
            "rediss+sentinel://:geheim@one,two/kritiq?ssl_ca_certs=/ca.pem",
            SentinelAddress(
                hosts=(("one", 26379), ("two", 26379)), service="kritiq", password="geheim", tls=True, ca_file="/ca.pem"
            ),
        ),
        ("redis://one:6379/0", None),
        ("unix:///redis.sock", None),
    ],
)
def test_it_has_hosts_a_service_and_what_to_log_in_with(url: str, address: SentinelAddress | None) -> None:
    assert sentinel_address(url) == address


@pytest.mark.parametrize(
    "rest", ["", "one", "one/", "/kritiq", "one,/kritiq", "one:x/kritiq", "one/kritiq/db", "one/kritiq?timeout=1"]
)
def test_one_that_cannot_be_used_is_refused_and_its_password_is_not_said(
    rest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRITIQ_REDIS_URL", f"redis+sentinel://me:geheim@{rest}")
    with pytest.raises(SettingsError, match=r"KRITIQ_REDIS_URL: should be redis\+sentinel://") as raised:
        load_settings()
    assert "geheim" not in str(raised.value)


def test_its_password_shows_in_no_trace() -> None:
    assert "geheim" not in repr(sentinel_address("redis+sentinel://me:geheim@one/kritiq"))
