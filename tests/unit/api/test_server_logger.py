"""gunicorn's own lines go the way of all others."""

import logging

import pytest
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.util import parse_address

from api.cli import Server, ServerLogger, gunicorn_options
from jobs.errors import SettingsError
from tests.support.factories import make_settings


def test_what_gunicorn_says_is_logged_as_everything_else(caplog: pytest.LogCaptureFixture) -> None:
    assert gunicorn_options(make_settings())["logger_class"] is ServerLogger
    logger = ServerLogger(Config())
    caplog.set_level(logging.INFO)
    logger.info("Listening at: %s", "http://127.0.0.1:1")
    assert [(record.name, record.message) for record in caplog.records] == [
        ("gunicorn.error", "Listening at: http://127.0.0.1:1")
    ]
    assert not logging.getLogger("gunicorn.error").handlers


@pytest.mark.parametrize(
    ("host", "bound"), [("127.0.0.1", "127.0.0.1:5000"), ("::1", "[::1]:5000"), ("[::1]", "[::1]:5000")]
)
def test_it_listens_on_addresses_of_both_kinds(host: str, bound: str) -> None:
    options = gunicorn_options(make_settings(host=host))
    assert options["bind"] == bound
    assert parse_address(options["bind"])[1] == 5000


def test_an_application_that_cannot_be_built_is_one_line_and_ends_the_server(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def build() -> None:
        raise SettingsError("KRITIQ_SECRET_KEYS: should be Fernet keys")

    monkeypatch.setattr("api.app.build", build)
    with pytest.raises(SystemExit) as ended:
        Server(make_settings()).load()
    assert ended.value.code == Arbiter.APP_LOAD_ERROR, "gunicorn tries no other process then"
    assert [(record.message, record.exc_info) for record in caplog.records] == [
        ("KRITIQ_SECRET_KEYS: should be Fernet keys", None)
    ]
