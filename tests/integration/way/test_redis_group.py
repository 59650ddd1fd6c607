"""The scripts that compose and Kubernetes start: three Redis servers and three Sentinels, with users and passwords."""

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import redis

from jobs.errors import Unavailable
from jobs.job import DEFAULT_TENANT
from jobs.request import JobRequest
from jobs.settings import Settings
from jobs.submission import submit
from ops.ports import free_port
from ops.process import ChildProcess
from store.connection import connect
from store.jobs import RedisStore
from tests.support.factories import REVIEW, make_settings
from tests.support.redis_server import require_server
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration
DEPLOY = Path(__file__).parents[3] / "deploy"
KEEP = ("--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction")
OPTIONS = ("--slowlog-log-slower-than", "-1", *KEEP)


class Group:
    """The processes, each with a folder of its own below `folder`."""

    def __init__(self, folder: Path) -> None:
        binary = require_server()
        if binary.major < 7 or shutil.which("redis-cli") is None:
            pytest.skip("needs Redis 7 and redis-cli")
        self.folder, self.secrets = folder, folder / "secrets"
        self.ports, self.watchers = [free_port() for _ in range(3)], [free_port() for _ in range(3)]
        group = ",".join(f"127.0.0.1:{port}" for port in self.watchers)
        given = {"REDIS_SCHEME": "redis+sentinel", "REDIS_HOST": f"{group}/kritiq"}
        subprocess.run(["sh", str(DEPLOY / "secrets.sh"), str(self.secrets)], env=os.environ | given, check=True)
        self._env = dict(os.environ) | {
            "PATH": f"{binary.path.parent}:{os.environ['PATH']}", "GROUP": group, "NAME": "127.0.0.1",
            "FIRST": f"127.0.0.1:{self.ports[0]}", "SECRETS": str(self.secrets),
        }  # fmt: skip

    def server(self, number: int) -> ChildProcess:
        users = ("--aclfile", str(self.secrets / "redis-users.acl"), "--bind", "127.0.0.1")
        return self._start("server.sh", self.ports[number], f"redis{number}", *OPTIONS, *users)

    def sentinel(self, number: int) -> ChildProcess:
        return self._start("sentinel.sh", self.watchers[number], f"sentinel{number}", "--bind", "127.0.0.1")

    def _start(self, script: str, port: int, name: str, *options: str) -> ChildProcess:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        env = self._env | {"PORT": str(port), "DATA": str(folder)}
        command = ["sh", str(DEPLOY / "redis" / script), *options]
        return ChildProcess(command, env=env, output=folder / "log").start()

    def hand_over(self, number: int) -> None:
        env = self._env | {"PORT": str(self.ports[number])}
        subprocess.run(["sh", str(DEPLOY / "redis/hand-over.sh")], env=env, check=True, timeout=60)

    def settings(self) -> Settings:
        return make_settings(
            redis_url=(self.secrets / "redis-url-api").read_text().strip(), redis_replicas=2,
            redis_sentinel_password=(self.secrets / "sentinel-password").read_text().strip(),
        )  # fmt: skip

    def role(self, number: int) -> tuple[str, int]:
        """`master` or `slave`, and how many replicas it has."""
        password = (self.secrets / "redis-admin").read_text().strip()
        with redis.Redis(port=self.ports[number], username="admin", password=password, socket_timeout=2) as client:
            try:
                replication: Any = client.info("replication")
            except redis.RedisError:
                # Nobody is there yet, or it still loads what it has.
                return "away", 0
        lags = [value for name, value in replication.items() if name.startswith("slave") and name[5:].isdigit()]
        return replication["role"], sum(replica["state"] == "online" for replica in lags)

    def known(self) -> bool:
        """Whether every Sentinel knows the others and both replicas."""
        password = (self.secrets / "sentinel-password").read_text().strip()
        for port in self.watchers:
            with redis.Redis(port=port, password=password, socket_timeout=2) as client:
                try:
                    state: Any = client.sentinel_master("kritiq")
                except redis.RedisError:
                    return False
            if (state["num-slaves"], state["num-other-sentinels"]) != (2, 2):
                return False
        return True


@pytest.fixture
def group(tmp_path: Path) -> Iterator[tuple[Group, list[ChildProcess]]]:
    made = Group(tmp_path)
    with ExitStack() as started:
        servers = [made.server(number) for number in range(3)]
        started.callback(lambda: [server.stop(signal.SIGKILL) for server in servers])
        # A Sentinel that finds both replicas at its start knows them at once.
        wait_for(lambda: made.role(0) == ("master", 2), "two replicas")
        for number in range(3):
            started.callback(made.sentinel(number).stop, signal.SIGKILL)
        wait_for(made.known, "Sentinels that know each other")
        yield made, servers


def test_a_primary_hands_over_under_load_and_comes_back_as_a_replica(group: tuple[Group, list[ChildProcess]]) -> None:
    made, servers = group
    settings, answered, over = made.settings(), list[str](), threading.Event()
    with connect(settings) as client:
        store = RedisStore(client)

        def send() -> None:
            while not over.is_set():
                try:
                    answered.append(submit(store, settings, REVIEW, JobRequest()).job.id)
                except Unavailable:
                    over.wait(0.02)

        sender = threading.Thread(target=send)
        sender.start()
        try:
            wait_for(lambda: len(answered) >= 20, "some reviews")
            made.hand_over(0)
            assert "master" in (made.role(1)[0], made.role(2)[0])
            servers[0].stop(signal.SIGTERM)
            servers.append(made.server(0))
            before = len(answered)
            wait_for(lambda: len(answered) >= before + 20, "more reviews")
        finally:
            over.set()
            sender.join()
        # NotFound for one that is gone.
        assert [store.get(DEFAULT_TENANT, job).job.id for job in answered] == answered
    assert made.role(0)[0] == "slave", "a Sentinel told it whom to follow"
