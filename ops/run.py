"""`kritiq run`: the whole of Kritiq on one machine, in the foreground, for trying out and for development."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from importlib.util import find_spec
from types import FrameType

import click

from jobs.job import DEFAULT_TENANT
from jobs.settings import Settings, load_settings
from ops import run_dashboard
from ops.announcement import announce
from ops.console import Console
from ops.data_folder import held
from ops.development_key import development_key
from ops.kept_lines import KeptLines
from ops.logs import log_folder
from ops.ports import check_ports
from ops.process import ChildProcess, Restart, stop_all
from ops.redis_server import WARNING, RedisFailed, RedisServer
from ops.refused import refuse
from ops.text_keys import ensure_key


def commands(settings: Settings) -> dict[str, Sequence[str]]:
    """Name and command line of every process but Redis. Raises SettingsError for what one of them would refuse."""
    refuse(settings)
    kritiq = [sys.executable, "-m", "ops"]
    dashboard = {"dashboard": run_dashboard.dashboard_command()} if run_dashboard.has_dashboard() else {}
    archive = {"archive": [*kritiq, "archive"]} if has_archive(settings) else {}
    return {
        **dashboard,
        **archive,
        "api": [*kritiq, "api"],
        "worker": [*kritiq, "worker", "--name", "worker@%h"],
        "reconciler": [*kritiq, "reconciler"],
        "delivery": [*kritiq, "delivery"],
        "flower": [*kritiq, "flower"],
    }


def has_archive(settings: Settings) -> bool:
    """Whether history is kept: where it is said, or else where that can be done at all."""
    return bool(settings.archive_url.get_secret_value()) or find_spec("sqlalchemy") is not None


def archive_environment(settings: Settings) -> dict[str, str]:
    """What has the API read the archive, too. What was said reaches all processes as it reached this one."""
    url = settings.archive_url.get_secret_value()
    return {"KRITIQ_ARCHIVE_URL": settings.archive_address} if has_archive(settings) and not url else {}


class LocalService:
    """Redis, unless one is given, and all other processes; each is started again when it ends."""

    def __init__(self, settings: Settings, console: Console) -> None:
        self._settings, self._console = settings, console
        self._commands = commands(settings)
        # The console writes their lines out for people, and keeps them.
        self._environment = dict(os.environ, PYTHONUNBUFFERED="1", KRITIQ_LOG_FORMAT="json")
        self._redis = self._own_redis() if "redis_url" not in settings.model_fields_set else None
        self._processes: list[ChildProcess] = []
        self._stopping = threading.Event()
        self._failure = ""

    def run(self) -> None:
        """Start everything, and end it in order once `stop` is called.

        Raises SettingsError before anything is started, and RedisFailed when Redis cannot be.
        """
        host = self._settings.host
        check_ports(self._ports(), {"KRITIQ_PORT": host, "KRITIQ_FLOWER_PORT": host})
        # Reviews and secrets are in what Redis, Flower and the dashboard write: nobody else's to read.
        os.umask(0o077)
        with held(self._settings.data_dir):
            self._run()
        if self._failure:
            raise RedisFailed(self._failure)

    def _run(self) -> None:
        ensure_key(self._settings, DEFAULT_TENANT)
        if self._settings.flower_db is None:
            self._environment["KRITIQ_FLOWER_DB"] = str(self._settings.data_dir.resolve() / "flower" / "history")
        if not self._settings.flower_url:
            flower = f"http://{self._settings.netloc_host}:{self._settings.flower_port}"
            self._environment["KRITIQ_FLOWER_URL"] = flower
        self._environment |= archive_environment(self._settings)
        self._environment |= run_dashboard.environment(self._settings)
        if self._settings.auth == "auto":
            # Not for a moment is it open.
            self._environment["KRITIQ_AUTH"] = "on"
        try:
            if self._redis is not None:
                binary = self._redis.binary
                self._say(f"Redis {binary.version}: {binary.path}, data in {self._redis.folder}")
                self._redis.start(self._stopping.is_set)
            key = development_key(self._settings, self._stopping)
            for name, command in self._commands.items():
                if self._stopping.is_set():
                    break
                self._processes.append(self._child(name, command).start())
            announce(self._settings, self._console.of("ready"), self._stopping, key)
            self._stopping.wait()
        finally:
            self._stopping.set()
            # Before it kills: what a worker may take to finish what it holds.
            stop_all(self._processes, within_s=self._settings.shutdown_s + 5)
            if self._redis is not None:
                # Last, so that the workers can still store what they finish.
                self._redis.stop()

    def stop(self) -> None:
        """End it; asked again, let go of what workers hold at once. Safe in a signal handler."""
        if self._stopping.is_set():
            for process in self._processes:
                process.send(signal.SIGTERM)
        self._stopping.set()

    def _ports(self) -> Mapping[str, int]:
        settings = self._settings
        ports = {"KRITIQ_PORT": settings.port, "KRITIQ_FLOWER_PORT": settings.flower_port}
        if self._redis is not None:
            ports["KRITIQ_REDIS_PORT"] = settings.redis_port
        if "dashboard" in self._commands:
            ports["KRITIQ_DASHBOARD_PORT"] = settings.dashboard_port
        return ports

    def _own_redis(self) -> RedisServer:
        return RedisServer(
            self._settings.data_dir, port=self._settings.redis_port, fsync="always", output=self._redis_line,
            restart=Restart(), say=self._teller("redis"), failed=self._failed,
        )  # fmt: skip

    def _child(self, name: str, command: Sequence[str]) -> ChildProcess:
        output, say = self._console.of(name), self._teller(name)
        return ChildProcess(command, output=output, env=self._environment, restart=Restart(), say=say)

    def _redis_line(self, line: str) -> None:
        # Of its own lines those that it marks as a warning; it also tells every few minutes that it has saved.
        if WARNING in line:
            self._console.line("redis", line, logging.WARNING)

    def _failed(self, words: str) -> None:
        self._failure = words
        self._stopping.set()

    def _teller(self, name: str) -> Callable[[str], None]:
        return lambda text: self._say(f"{name} {text}", logging.WARNING)

    def _say(self, text: str, level: int = logging.INFO) -> None:
        self._console.line("run", text, level)


@click.command("run")
def run_command() -> None:
    """Start Redis, the API, a worker, the reconciler, webhook delivery, the archive, Flower and the example dashboard.

    Redis is started unless KRITIQ_REDIS_URL names one. Each is started again when it ends. Ctrl-C stops them all.
    """
    settings = load_settings()
    with closing(KeptLines(log_folder(settings))) as kept:
        service = LocalService(settings, Console(settings.log_format, keep=kept.keep))

        def stop(number: int, frame: FrameType | None) -> None:
            service.stop()

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, stop)
        service.run()
