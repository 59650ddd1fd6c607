"""Kritiq's real processes and a private Redis, on loopback, for one scenario."""

import os
import secrets
import shutil
import signal
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path

import redis
from cryptography.fernet import Fernet

from bench.faults.proxy import Proxy
from bench.faults.sentinels import RedisGroup
from bench.harness import until
from jobs.settings import Settings
from ops.ports import free_port
from ops.process import ChildProcess, Restart
from ops.redis_binary import RedisBinary
from ops.redis_server import Fsync, RedisServer
from store.connection import connect
from store.jobs import RedisStore

ROOT = Path(__file__).parents[2]
READY_S = 120.0
#: Before a process that ended is started again.
RESTART = Restart(first_s=0.3, longest_s=0.3)


class Cluster:
    """A context manager: leaving it stops everything that it started."""

    def __init__(
        self,
        *,
        workers: int = 2,
        apis: int = 1,
        reconcilers: int = 1,
        delivery: bool = True,
        fsync: Fsync = "always",
        lease_s: float = 10.0,
        stuck_s: float = 120.0,
        ms_per_review: float = 5.0,
        proxied: bool = False,
        sentinels: bool = False,
        divisible: bool = False,
        replicas: int = 0,
        redis_folder: Path | None = None,
        clock: dict[str, str] | None = None,
        redis_clock: dict[str, str] | None = None,
        redis_server: RedisBinary | None = None,
        python_path: Path | None = None,
        former: Path | None = None,
    ) -> None:
        """`former`: a checkout of another commit, of which all processes are at first: see `former_roles`."""
        self.folder = Path(tempfile.mkdtemp(prefix="kritiq-faults-"))
        self.redis_folder = redis_folder or self.folder / "redis"
        self.redis_folder.mkdir(exist_ok=True)
        self.redis_port, self.lease_s = free_port(), lease_s
        #: Instead of one server, with `sentinels`.
        self.group = (
            RedisGroup(self.folder / "group", fsync=fsync, restart=RESTART, divisible=divisible) if sentinels else None
        )
        self.direct = self.client(timeout_s=10.0)
        self.proxy = Proxy(self.redis_port).__enter__() if proxied else None
        url = f"redis://127.0.0.1:{self.proxy.port}/0" if self.proxy else self.url
        clean = {key: value for key, value in os.environ.items() if not key.startswith("KRITIQ_")}
        self.secret_keys, self.metrics_token = Fernet.generate_key().decode(), secrets.token_hex()
        path = os.pathsep.join(str(folder) for folder in (python_path, ROOT) if folder)
        self._env = clean | {
            "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", "KRITIQ_REDIS_URL": url,
            "KRITIQ_REDIS_REPLICAS": str(replicas),
            "KRITIQ_LEASE_S": str(lease_s), "KRITIQ_STUCK_S": str(stuck_s), "KRITIQ_API_PROCESSES": "1",
            "KRITIQ_CACHE": "false", "KRITIQ_BATCH_JOBS": "16", "KRITIQ_BATCH_SENTENCES": "32",
            "KRITIQ_TOKEN_BUDGET": "2048", "KRITIQ_SHUTDOWN_S": "10", "KRITIQ_WEBHOOK_ALLOW_INSECURE": "true",
            "KRITIQ_SECRET_KEYS": self.secret_keys, "KRITIQ_METRICS_TOKEN": self.metrics_token,
        }  # fmt: skip
        self._clock, self._ms = clock or {}, ms_per_review
        self._redis = RedisServer(
            self.redis_folder, port=self.redis_port, fsync=fsync, binary=redis_server, restart=RESTART,
            env=self._env | (redis_clock or {}), options=["--auto-aof-rewrite-percentage", "0"],
            output=self.folder / "redis.log",
        )  # fmt: skip
        self._wanted = {"worker": workers, "api": apis, "reconciler": reconcilers, "delivery": int(delivery)}
        self._former = former
        #: Roles whose processes are started from `former`.
        self.former_roles = set(self._wanted) if former else set[str]()
        self.kept: dict[str, ChildProcess] = {}
        self.ports: list[int] = []
        self._commands: dict[str, tuple[list[str], dict[str, str]]] = {}

    def __enter__(self) -> "Cluster":
        try:
            if self.group is not None:
                self.group.start()
            else:
                self.kept["redis"] = self._redis.start().process
            for number in range(self._wanted["api"]):
                self.ports.append(free_port())
                self.api(number)
            for number in range(self._wanted["worker"]):
                name = f"worker{number}"
                self._python(name, "bench.faults.worker", f"{name}@here", str(self._ms))
            for number in range(self._wanted["reconciler"]):
                self._python(f"reconciler{number}", "ops", "reconciler", "--name", f"reconciler{number}")
            if self._wanted["delivery"]:
                self._python("delivery", "ops", "delivery", "--name", "delivery")
            for port in self.ports:
                until(partial(self.listens, port), "the API", within_s=READY_S, every_s=0.1)
            until(lambda: len(self.workers_up()) == self._wanted["worker"], "workers", within_s=READY_S, every_s=0.1)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for name, kept in self.kept.items():
            if name != "redis":
                kept.send(signal.SIGCONT)
                kept.stop(signal.SIGKILL)
        if "redis" in self.kept:
            self.kept["redis"].stop(signal.SIGKILL)
        if self.group is not None:
            self.group.stop()
        if self.proxy:
            self.proxy.__exit__()
        self.direct.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self) -> str:
        """Where Redis is, past every proxy."""
        return self.group.url if self.group is not None else f"redis://127.0.0.1:{self.redis_port}/0"

    def client(self, timeout_s: float = 2.0) -> redis.Redis:
        """A client of Redis, past every proxy."""
        return connect(Settings(redis_url=self.url), timeout_s=timeout_s)

    def api(self, number: int) -> ChildProcess:
        """Start the API process of this number."""
        env = {"KRITIQ_PORT": str(self.ports[number])}
        return self._start(f"api{number}", [sys.executable, "-m", "ops", "api"], env)

    def _python(self, name: str, *arguments: str) -> ChildProcess:
        return self._start(name, [sys.executable, "-m", *arguments], {})

    def _start(self, name: str, command: list[str], env: dict[str, str]) -> ChildProcess:
        self._commands[name] = (command, self._env | self._clock | env)
        return self._run(name)

    def _run(self, name: str) -> ChildProcess:
        command, env = self._commands[name]
        if self._former is not None and name.rstrip("0123456789") in self.former_roles:
            env = env | {"PYTHONPATH": str(self._former)}
        process = ChildProcess(
            command, env=env, folder=self.folder, output=self.folder / f"{name}.log", restart=RESTART
        )
        self.kept[name] = process.start()
        return process

    def restart(self, name: str, *, within_s: float = 40.0) -> int | None:
        """Ask a process to end, and start another in its place; the status of the old one."""
        status = self.kept[name].stop(signal.SIGTERM, within_s=within_s)
        self._run(name)
        return status

    def kill(self, name: str) -> None:
        """End a process as a crash does; its supervisor starts it again."""
        self.kept[name].send(signal.SIGKILL)

    def listens(self, port: int) -> bool:
        """Whether an API answers on this port."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def redis_answers(self) -> bool:
        """Whether Redis can be asked."""
        try:
            return bool(self.direct.ping())
        except redis.RedisError:
            return False

    def workers_up(self) -> list[str]:
        """The names of the workers that say that they are up and are running."""
        with self.client() as client:
            alive = [info.name.partition("@")[0] for info in RedisStore(client).workers()]
        return [name for name in alive if name in self.kept and self.kept[name].pid]

    def ready(self) -> list[str]:
        """The workers that have said in their present life that they are ready."""
        return [
            name for name, kept in self.kept.items()
            if name.startswith("worker") and kept.pid and kept.log.count("@here ready.") > len(kept.ended)
        ]  # fmt: skip

    def kill_redis(self, *, down_s: float, before_start: Callable[[], None] = lambda: None) -> None:
        """End Redis as a crash does, and start it again after `down_s`."""
        kept = self.kept["redis"]
        kept.hold()
        kept.send(signal.SIGKILL)
        time.sleep(down_s)
        before_start()
        kept.go_on()
        until(self.redis_answers, "Redis again", within_s=60, every_s=0.02)

    @property
    def logs(self) -> str:
        """The end of every log."""
        return "\n".join(f"== {name}\n{kept.log[-1500:]}" for name, kept in self.kept.items())
