"""What `kritiq run` says when everything is ready."""

import threading

import pytest

from ops import announcement, run_dashboard
from tests.support.factories import make_settings


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")])
def test_every_address_that_is_said_can_be_opened(monkeypatch: pytest.MonkeyPatch, host: str, shown: str) -> None:
    asked: list[str] = []
    monkeypatch.setattr(announcement, "_ready", lambda url: not asked.append(url))  # type: ignore[func-returns-value]
    monkeypatch.setattr(run_dashboard, "has_dashboard", lambda: False)
    lines: list[str] = []
    announcement.announce(make_settings(host=host), lines.append, threading.Event())
    assert asked == [f"http://{shown}:5000/readyz"]
    assert f"http://{shown}:5000/" in lines[1]
    assert f"http://{shown}:5000/console/" in lines[2]
    assert f"http://{shown}:5555/" in lines[3]
    assert f"http://{shown}:5000/v1/jobs" in lines[-1]
