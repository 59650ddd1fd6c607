"""What `kritiq run` adds to the environment of its processes for the example dashboard."""

from pathlib import Path

import pytest

from ops import run_dashboard
from tests.support.factories import make_settings

ALLOWS = "KRITIQ_WEBHOOK_LOCAL_PORTS"


def test_the_dashboard_on_loopback_may_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_dashboard, "has_dashboard", lambda: True)
    assert run_dashboard.environment(make_settings(data_dir=tmp_path))[ALLOWS] == "5050"


@pytest.mark.parametrize("allowed", [True, False])
def test_what_the_operator_said_of_insecure_webhooks_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: bool
) -> None:
    monkeypatch.setattr(run_dashboard, "has_dashboard", lambda: True)
    settings = make_settings(data_dir=tmp_path, webhook_allow_insecure=allowed)
    assert ALLOWS not in run_dashboard.environment(settings)


def test_without_a_dashboard_nothing_is_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_dashboard, "has_dashboard", lambda: False)
    assert ALLOWS not in run_dashboard.environment(make_settings(data_dir=tmp_path))
