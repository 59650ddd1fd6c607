"""Redis lets nobody in without a name, and refuses each role what is none of its business."""

import os
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import redis
from redis import Redis
from redis.exceptions import NoPermissionError

from tests.support.guarded_redis import DEPLOY, ROLES, Guarded, guarded
from tests.support.redis_server import RedisServer, require_version

__all__ = ["guarded"]
pytestmark = pytest.mark.integration


def test_a_redis_starts_with_the_users_file_and_lets_nobody_else_in(tmp_path: Path) -> None:
    subprocess.run(["sh", str(DEPLOY / "secrets.sh"), str(tmp_path / "s")], check=True)
    folder = tmp_path / "s"
    with closing(RedisServer(options=["--aclfile", str(folder / "redis-users.acl")])) as server:
        require_version(server, 7)
        port = server.start().port
        with Redis(port=port, username="health", password="any") as health:
            assert health.ping()
            with pytest.raises(NoPermissionError):
                health.get("x")
        with Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        with Redis(port=port, username="admin", password=(folder / "redis-admin").read_text().strip()) as admin:
            users: Any = admin.acl_list()
            assert len(users) == len(ROLES) + len(("default", "health", "admin", "replica", "sentinel"))


def test_secrets_are_made_once_and_the_users_follow_them(tmp_path: Path) -> None:
    command = ["sh", str(DEPLOY / "secrets.sh"), str(tmp_path)]
    subprocess.run(command, check=True)
    first = {path.name: path.read_text() for path in tmp_path.iterdir()}
    (tmp_path / "redis-users.acl").unlink()
    subprocess.run(command, check=True)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == first
    yours = ("redis-users.acl", "tls-certificate", "tls-key", "dashboard-secret")
    words = [text.strip() for name, text in first.items() if name not in yours]
    assert len(set(words)) == len(words)
    assert not any(url.split(":")[2].split("@")[0] in first["redis-users.acl"] for url in words if "redis://" in url)


def test_an_address_that_changes_leaves_the_passwords(tmp_path: Path) -> None:
    command = ["sh", str(DEPLOY / "secrets.sh"), str(tmp_path)]
    subprocess.run(command, check=True)
    first = {path.name: path.read_text() for path in tmp_path.iterdir()}
    moved = {"REDIS_SCHEME": "redis+sentinel", "REDIS_HOST": "one:26379,two:26379/kritiq"}
    subprocess.run(command, check=True, env=os.environ | moved)
    second = {path.name: path.read_text() for path in tmp_path.iterdir()}
    for name, text in first.items():
        if name.startswith("redis-url-") and name != "redis-url-celery-client":
            login = text.partition("//")[2].partition("@")[0]
            assert second[name] == f"redis+sentinel://{login}@one:26379,two:26379/kritiq/0\n"
        else:
            assert second[name] == text, "the users' digests too"


FORBIDDEN = [
    ("api", ("RPOP", "kritiq.normal")),
    ("api", ("HGETALL", "kritiq:claims")),
    ("api", ("ZADD", "kritiq:leases", 1, "tag")),
    ("api", ("GET", "kritiq:cache:x")),
    ("api", ("HSET", "kritiq:worker-info", "a", "b")),
    ("worker", ("HGETALL", "kritiq:default:endpoint:ep_1")),
    ("worker", ("HSET", "kritiq:default:endpoints", "ep_1", "job.succeeded")),
    ("worker", ("BLPOP", "kritiq:delivery-signal", 0.01)),
    ("delivery", ("LPUSH", "kritiq.normal", "x")),
    ("delivery", ("HSET", "kritiq:default:job:x", "status", "succeeded")),
    ("delivery", ("HGETALL", "kritiq:claims")),
    ("delivery", ("PUBLISH", "kritiq:job:x", "2 succeeded")),
    ("reconciler", ("HGETALL", "kritiq:default:endpoint:ep_1")),
    ("reconciler", ("RPOP", "kritiq.normal")),
    ("reconciler", ("GET", "kritiq:cache:x")),
    ("flower", ("HGETALL", "kritiq:default:job:x")),
    ("flower", ("GET", "celery-task-meta-x")),
    ("flower", ("LPUSH", "kritiq.normal", "x")),
    ("flower", ("LRANGE", "kritiq.normal", 0, -1)),
    ("flower", ("SET", "kritiq:schema", "9")),
    ("flower", ("SUBSCRIBE", "celery-task-meta-x")),
    ("celery-client", ("HGETALL", "kritiq:default:job:x")),
    ("celery-client", ("RPOP", "kritiq.normal")),
    ("celery-client", ("LRANGE", "celery", 0, -1)),
    ("celery-client", ("LPUSH", "kritiq:rejected", "x")),
    ("celery-client", ("PUBLISH", "/0.celery.pidbox", "{}")),
    ("celery-client", ("LPUSH", "kritiq.plain", "x")),
    ("celery-client", ("SMEMBERS", "_kombu.binding.celery.pidbox")),
    *[(role, command) for role in ROLES for command in [("FLUSHALL",), ("KEYS", "*"), ("CONFIG", "GET", "*"),
      ("ACL", "LIST"), ("SHUTDOWN",), ("MONITOR",), ("SCAN", 0), ("EVAL", "return 1", 0)]],
]  # fmt: skip


@pytest.mark.parametrize(("role", "command"), FORBIDDEN, ids=str)
def test_what_is_none_of_a_roles_business_is_refused(
    guarded: Guarded, role: str, command: tuple[str | int | float, ...]
) -> None:
    with guarded.client(role) as client, pytest.raises(NoPermissionError):
        client.execute_command(*command)
    guarded.denied()
