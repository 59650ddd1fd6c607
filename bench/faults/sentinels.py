"""A Redis that fails over: a primary, two replicas, and three Sentinels that watch them, on loopback."""

import signal
import time
from pathlib import Path
from typing import Any

import redis
from redis.sentinel import Sentinel

from bench.faults.proxy import Proxy
from bench.harness import until
from ops.ports import free_port
from ops.process import ChildProcess, Restart
from ops.redis_server import Fsync, RedisServer

SERVICE = "kritiq"
#: A primary that is silent for so long is down, in milliseconds.
DOWN_MS = 1_000
QUORUM = 2


#: From where replicas and Sentinels come to a primary that can be parted from them; clients come from 127.0.0.1.
FAR = "127.0.0.2"


class RedisGroup:
    """Three servers and three Sentinels, each with a folder below `folder`. `start` it, `stop` it.

    `divisible`: the first primary can be parted from the other servers and all Sentinels; clients reach both sides.
    """

    def __init__(self, folder: Path, *, fsync: Fsync, restart: Restart, divisible: bool = False) -> None:
        ports = [free_port() for _ in range(3)]
        self._line = Proxy(ports[0]).__enter__() if divisible else None
        #: Where Sentinels and clients find the servers.
        self._ports = [self._line.port, *ports[1:]] if self._line else ports
        self.servers = [
            RedisServer(
                _folder(folder, f"redis{number}"), port=port, fsync=fsync, restart=restart,
                options=["--repl-diskless-sync-delay", "0", *self._place(number)],
            )
            for number, port in enumerate(ports)
        ]  # fmt: skip
        self._folder, self._sentinels = folder, [free_port() for _ in range(3)]
        self._watching: list[ChildProcess] = []
        hosts = [("127.0.0.1", port) for port in self._sentinels]
        self._asked = Sentinel(hosts, sentinel_kwargs={"socket_timeout": 1.0})

    def _place(self, number: int) -> list[str]:
        """Options of a server: whose replica it is at first, and from where it comes and is to be found."""
        options = ["--replicaof", "127.0.0.1", str(self._ports[0])] if number else []
        if self._line is not None:
            options += ["--replica-announce-ip", "127.0.0.1", "--replica-announce-port", str(self._ports[number])]
            options += ["--bind-source-addr", FAR] if number else []
            # It is 127.0.0.1 alone that needs no password otherwise.
            options += ["--protected-mode", "no"]
        return options

    @property
    def url(self) -> str:
        """For KRITIQ_REDIS_URL."""
        return f"redis+sentinel://{','.join(f'127.0.0.1:{port}' for port in self._sentinels)}/{SERVICE}"

    def start(self) -> "RedisGroup":
        for server in self.servers:
            server.start()
        for number, port in enumerate(self._sentinels):
            folder = _folder(self._folder, f"sentinel{number}")
            config = folder / "sentinel.conf"
            config.write_text(
                f"port {port}\nbind 127.0.0.1\ndir {folder}\n"
                f"sentinel monitor {SERVICE} 127.0.0.1 {self._ports[0]} {QUORUM}\n"
                f"sentinel down-after-milliseconds {SERVICE} {DOWN_MS}\n"
                f"sentinel failover-timeout {SERVICE} 5000\nsentinel parallel-syncs {SERVICE} 2\n"
                + (f"bind-source-addr {FAR}\nsentinel announce-ip 127.0.0.1\n" if self._line else "")
            )
            command = [str(self.servers[0].binary.path), str(config), "--sentinel"]
            self._watching.append(ChildProcess(command, output=folder / "log").start())
        until(self._complete, "Sentinels that know each other and the replicas", within_s=30, every_s=0.1)
        return self

    def stop(self) -> None:
        for process in self._watching:
            process.stop(signal.SIGKILL)
        for server in self.servers:
            server.process.send(signal.SIGCONT)
            server.stop(signal.SIGKILL)
        if self._line is not None:
            self._line.__exit__()

    def primary(self) -> RedisServer:
        """Whom the Sentinels name. Raises redis.ConnectionError when they name nobody."""
        _, port = self._asked.discover_master(SERVICE)
        return self.servers[self._ports.index(int(port))]

    def await_another(self, old: RedisServer) -> None:
        """Return when the Sentinels name another primary than `old`."""

        def another() -> bool:
            try:
                return self.primary() is not old
            except redis.ConnectionError:
                return False

        until(another, "another primary", within_s=30, every_s=0.05)

    def switch(self) -> None:
        """What an operator does before maintenance: `SENTINEL FAILOVER`."""
        old = self.primary()
        with redis.Redis(port=self._sentinels[0], socket_timeout=5) as sentinel:
            sentinel.execute_command("SENTINEL", "FAILOVER", SERVICE)
        self.await_another(old)

    def kill(self, *, down_s: float) -> None:
        """The primary dies, and comes back later."""
        old = self.primary()
        old.process.hold()
        old.process.send(signal.SIGKILL)
        self.await_another(old)
        time.sleep(down_s)
        old.process.go_on()

    def freeze(self, *, more_s: float) -> None:
        """The primary stands still until another is there and `more_s` have passed, then goes on as one."""
        old = self.primary()
        old.process.send(signal.SIGSTOP)
        self.await_another(old)
        time.sleep(more_s)
        old.process.send(signal.SIGCONT)

    def part(self, *, more_s: float) -> None:
        """Nothing passes between the first primary and the others until another is there and `more_s` have passed.

        Both take writes meanwhile, and longer: Sentinels watch one that comes back for a while before they demote it.
        """
        assert self._line is not None
        self._line.cut_off = FAR
        self.await_another(self.servers[0])
        time.sleep(more_s)
        self._line.cut_off = None

    def await_replicas(self) -> None:
        """Return when the primary has both of its replicas."""
        until(lambda: self._replicas() == 2, "two replicas", within_s=60, every_s=0.1)

    def _replicas(self) -> int:
        try:
            with self.primary().client(timeout_s=1.0) as client:
                info: dict[str, Any] = client.info("replication")
        except (redis.RedisError, ValueError):
            return 0
        states = [value.get("state") for name, value in info.items() if name.startswith("slave") and "state" in value]
        return states.count("online")

    def _complete(self) -> bool:
        for port in self._sentinels:
            try:
                with redis.Redis(port=port, socket_timeout=1) as sentinel:
                    state: Any = sentinel.sentinel_master(SERVICE)
            except redis.RedisError:
                return False
            if (state["num-slaves"], state["num-other-sentinels"]) != (2, 2):
                return False
        return self._replicas() == 2


def _folder(folder: Path, name: str) -> Path:
    found = folder / name
    found.mkdir(parents=True)
    return found
