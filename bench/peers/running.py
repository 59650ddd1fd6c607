"""A peer that runs: its processes in its own environment, a private Redis if it queues, started again when they end."""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench.peers.connection import Connection
from bench.peers.descendants import descendants, end
from bench.peers.environment import ROOT, NotHere, last_words
from bench.peers.load import Target
from bench.peers.peer import Peer
from bench.peers.place import Place
from model.runtime.tuning import NATIVE
from ops.ports import free_port
from ops.process import ChildProcess, Restart, stop_all
from ops.redis_server import RedisServer

#: Longest time until a peer answers its first review, and until it has stopped, in seconds.
READY_S, STOP_S = 150.0, 15.0
#: What no peer is to do on the machine of whoever measures: tell its makers, or ask a hub.
_QUIET = {
    "BENTOML_DO_NOT_TRACK": "True", "RAY_USAGE_STATS_ENABLED": "0", "HF_HUB_OFFLINE": "1", "NO_COLOR": "1",
    "PYTHONUNBUFFERED": "1",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """What all peers load: the model's directory, and the tokens of a batch."""

    model: str
    budget: int


class Running:
    """A context manager: entering it waits for the first answered review, leaving it stops everything it started."""

    def __init__(self, peer: Peer, python: Path, loaded: Loaded) -> None:
        self._peer, self._python, self._loaded = peer, python, loaded
        self._processes: list[ChildProcess] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Raises NotHere with the last words of a process that ended, or when nothing answers."""
        with ExitStack() as stack:
            before = descendants(os.getpid())
            self._scratch = Path(tempfile.mkdtemp(prefix="kritiq-peer-"))
            stack.callback(shutil.rmtree, self._scratch, ignore_errors=True)
            # Daemons and what a killed process has left, after everything was asked to stop.
            stack.callback(lambda: end(descendants(os.getpid()) - before))
            self._start(stack)
            self._wait()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def target(self) -> Target:
        """Where it answers."""
        return Target(port=self._place.port, follow=self._peer.dialect.follow)

    def kill(self) -> None:
        """SIGKILL of a process that has the model: the first that said so, or else the last one of the peer's."""
        below = descendants(os.getpid())
        holders = [pid for pid in self._place.noted() if pid in below]
        pid = holders[0] if holders else self._processes[-1].pid
        if pid is None:
            raise RuntimeError("its worker is not running")
        os.kill(pid, signal.SIGKILL)

    def _start(self, stack: ExitStack) -> None:
        url = ""
        if self._peer.redis:
            server = RedisServer(self._scratch).start()
            stack.callback(server.stop)
            url = server.url
        self._place = Place(
            port=free_port(), redis=url, model=self._loaded.model, budget=self._loaded.budget, scratch=self._scratch
        )
        environment = environment_of(self._peer, self._place, self._python, os.environ)
        stack.callback(lambda: stop_all(self._processes, within_s=STOP_S))
        for number, arguments in enumerate(self._peer.processes):
            self._processes.append(
                ChildProcess(
                    [str(self._python), "-m", *arguments], env=environment, folder=ROOT, restart=Restart(),
                    output=self._scratch / f"{number}.log",
                ).start()
            )  # fmt: skip

    def _wait(self) -> None:
        until = time.monotonic() + READY_S
        sent = self._peer.dialect.requests(["Das Essen war gut."])[0]
        while not asyncio.run(self._answers(sent)):
            for process in self._processes:
                if process.ended:
                    raise NotHere(f"not started: {last_words(process.log)}")
            if time.monotonic() > until:
                words = last_words("\n".join(process.log for process in self._processes))
                raise NotHere(f"no answer within {READY_S:.0f} s: {words}")
            time.sleep(0.2)

    async def _answers(self, sent: bytes) -> bool:
        try:
            connection: Connection = await self.target.connect()
        except OSError:
            return False
        try:
            await self.target.ask(connection, sent)
        except (OSError, RuntimeError, ValueError):
            return False
        finally:
            connection.close()
        return True


def environment_of(peer: Peer, place: Place, python: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """The variables of a peer's processes. No setting of Kritiq's that is set by chance reaches any of them.

    All of them get what Kritiq's worker sets for the libraries below torch: it is the model's, not the queue's.
    """
    clean = {name: value for name, value in inherited.items() if not name.startswith(("KRITIQ_", "PYTHON"))}
    kritiq = {
        "KRITIQ_PORT": str(place.port), "KRITIQ_REDIS_URL": place.redis, "KRITIQ_MODEL": place.model,
        "KRITIQ_TOKEN_BUDGET": str(place.budget), "KRITIQ_DTYPE": "float32", "KRITIQ_CACHE": "false",
    }  # fmt: skip
    own = {"PATH": f"{python.parent}:{inherited.get('PATH', '')}", "PYTHONPATH": str(ROOT)}
    return clean | _QUIET | NATIVE | (kritiq if peer.name == "kritiq" else place.environment()) | own | peer.variables
