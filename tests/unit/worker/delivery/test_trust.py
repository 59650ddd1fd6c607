"""Whom webhooks' receivers are certified by is as the settings say."""

from pathlib import Path

import pytest

from jobs.errors import SettingsError
from worker.delivery.sender import trust


@pytest.mark.parametrize("name", ["none", "empty", "folder", "no\ncertificate"])
def test_authorities_that_cannot_be_read_are_named_with_the_setting(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "no\ncertificate").write_text("root:x:0:0")
    with pytest.raises(SettingsError, match=r"^KRITIQ_WEBHOOK_CA_FILE='[^\n]+': [^\n]+$"):
        trust(str(tmp_path / name))
