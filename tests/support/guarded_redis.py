"""A private Redis with the users of deploy/redis/roles.acl, and clients that log in as one of them."""

import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from jobs.settings import Settings
from store.connection import connect
from store.jobs import RedisStore
from tests.support.factories import make_settings
from tests.support.redis_server import RedisServer, require_version
from webhooks.secret import new_key

DEPLOY = Path(__file__).parents[2] / "deploy"
ROLES = ("api", "worker", "delivery", "reconciler", "archive", "flower", "celery-client")
KEY = new_key()
#: What clients ask for politely: redis-py goes on without its name, and `store.checks` asks INFO instead.
OPTIONAL = ("client|setinfo", "config|get", "config")


class Guarded:
    """A Redis with the users of `deploy/secrets.sh`, and clients by role."""

    def __init__(self, server: RedisServer, folder: Path) -> None:
        require_version(server, 7)  # the users' rules have selectors of keys to read and keys to write
        self._server = server
        made = subprocess.run(
            ["sh", str(DEPLOY / "secrets.sh"), str(folder)],
            env={"PATH": "/usr/bin:/bin", "REDIS_HOST": f"127.0.0.1:{server.port}"},
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        assert not made.stdout + made.stderr, "a secret might be in it"
        self.urls = {role: (folder / f"redis-url-{role}").read_text().strip() for role in ROLES}
        self.admin: Redis = server.client()
        for line in (folder / "redis-users.acl").read_text().splitlines():
            _, name, *rules = line.split()
            if name != "default":  # it is the test's own, and off in production
                self.admin.execute_command("ACL", "SETUSER", name, *rules)

    def settings(self, role: str, **more: Any) -> Settings:
        return make_settings(redis_url=self.urls[role], secret_keys=KEY, **more)

    def client(self, role: str) -> Redis:
        return connect(self.settings(role), timeout_s=10.0)

    def store(self, role: str) -> RedisStore:
        return RedisStore(self.client(role))

    def denied(self) -> list[str]:
        """What Redis refused to anybody since the last call, but for what is optional."""
        entries: Any = self.admin.acl_log()
        self.admin.acl_log_reset()
        rows = [{name: str(_text(value)) for name, value in entry.items()} for entry in entries]
        refused = [(row["username"], row["reason"], row["object"]) for row in rows]
        return sorted({" ".join(words) for words in refused if words[2].lower() not in OPTIONAL})


def _text(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with closing(RedisServer()) as server:
        found = Guarded(server.start(), tmp_path_factory.mktemp("secrets"))
        version = str(found.admin.info()["redis_version"])  # type: ignore[index]
        if int(version.partition(".")[0]) < 7:
            pytest.skip(f"Redis {version} knows no rules for reading and writing")
        yield found
        found.admin.close()


@pytest.fixture(autouse=True)
def nothing_denied(guarded: Guarded) -> Iterator[None]:
    """Redis is empty at first, and no test but those of the fence makes it refuse anything."""
    guarded.admin.flushall()
    guarded.denied()
    yield
    assert guarded.denied() == []
