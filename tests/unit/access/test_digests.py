"""What stays of a token: a digest under a secret of the server."""

import stat
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from access.api_key import TokenDigest
from access.digests import FILE, TokenDigests, open_digests
from access.private_file import read_or_make, write_private
from access.token import new_token
from jobs.errors import SettingsError
from tests.support.factories import make_settings

OLD, NEW = "o" * 32, "n" * 32


def test_a_token_is_known_by_its_digest_and_no_other_is() -> None:
    digests, token = TokenDigests([NEW]), new_token()
    known = [TokenDigest(digest=digests.of(new_token())), TokenDigest(digest=digests.of(token))]
    assert digests.find(token, known) is known[1]
    assert digests.find(new_token(), known) is None
    assert token.text not in str(known)


def test_a_new_secret_still_knows_what_was_made_under_the_old_one() -> None:
    token = new_token()
    known = [TokenDigest(digest=TokenDigests([OLD]).of(token))]
    assert TokenDigests([NEW, OLD]).find(token, known) is known[0]
    assert TokenDigests([NEW]).find(token, known) is None
    assert TokenDigests([NEW, OLD]).of(token) == TokenDigests([NEW]).of(token)


def test_a_short_secret_is_refused_and_not_said() -> None:
    with pytest.raises(SettingsError, match="KRITIQ_KEY_SECRET") as caught:
        open_digests(make_settings(key_secret=SecretStr("hush")))
    assert "hush" not in str(caught.value)


def test_on_a_laptop_the_secret_is_a_file_that_is_made_once(tmp_path: Path) -> None:
    settings = make_settings(data_dir=tmp_path / "data")
    with pytest.raises(SettingsError, match="KRITIQ_KEY_SECRET is not set"):
        open_digests(settings)
    token = new_token()
    first = open_digests(settings, make=True).of(token)
    assert open_digests(settings).of(token) == open_digests(settings, make=True).of(token) == first
    assert stat.S_IMODE((tmp_path / "data" / FILE).stat().st_mode) == 0o600


def test_where_no_file_can_be_made_the_setting_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(SettingsError, match="KRITIQ_KEY_SECRET is not set"):
        open_digests(make_settings(data_dir=tmp_path / "data"), make=True)


def test_of_many_that_make_a_file_one_does(tmp_path: Path) -> None:
    texts: list[str] = []
    start = threading.Barrier(8)

    def make(number: int) -> None:
        start.wait()
        texts.append(read_or_make(tmp_path / "file", lambda: f"{number}"))

    threads = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(texts)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    write_private(tmp_path / "file", "other")
    assert read_or_make(tmp_path / "file", lambda: "never") == "other"
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600
