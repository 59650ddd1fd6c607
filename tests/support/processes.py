"""Real `kritiq` processes on private ports, ended by their process ids."""

import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from redis import Redis

from ops.ports import free_port
from store.jobs import RedisStore
from tests.support.forked import ENVIRONMENT, ROOT, ForkedProcess
from tests.support.waiting import DEADLINE_S, wait_for

#: The tiny random network that the reference answers of `expected.json` are from.
ORACLE = ROOT / "tests" / "fixtures" / "oracle"
#: How long a process may take to end when asked to, in seconds.
GRACE_S = 40.0


class Process(ForkedProcess):
    """`python -m MODULE ARGUMENT...` and its log, in a folder of its own; by default a `kritiq` command."""

    def __init__(
        self,
        *arguments: str,
        env: Mapping[str, str],
        stop: signal.Signals = signal.SIGTERM,
        folder: Path | None = None,
        module: str = "ops",
    ) -> None:
        self._gently = stop
        self._own = tempfile.TemporaryDirectory(prefix="kritiq-test-")
        own = Path(self._own.name)
        clean = {key: value for key, value in os.environ.items() if not key.startswith("KRITIQ_")}
        # Away from the checkout, so that no `.env` and no stray module is found; the checkout comes first on the path.
        clean |= ENVIRONMENT | dict(env)
        command = [sys.executable, "-m", module, *arguments]
        super().__init__(command, env=clean, folder=folder or own, output=own / "log")
        self.start()

    @property
    def running(self) -> bool:
        return not self.over

    def wait_until(self, condition: Any, what: str, deadline_s: float = DEADLINE_S) -> Any:
        """Wait for `condition`; fails at once, with the log, when the process has ended."""

        def check() -> Any:
            assert self.running, f"the process ended while waiting: {what}\n{self.log[-4000:]}"
            return condition()

        return wait_for(check, what, deadline_s=deadline_s, explain=lambda: self.log[-4000:])

    def terminate(self) -> None:
        """Ask it to end, and return at once."""
        self.ask_to_stop()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.stop(signal.SIGKILL)

    def wait(self, within_s: float | None = GRACE_S) -> int:
        """Its exit status, when it has ended."""
        return super().wait(within_s)

    def close(self) -> None:
        """End it, gently if it will."""
        self.stop(self._gently, within_s=GRACE_S)
        self._own.cleanup()


def start_worker(redis_url: str, name: str = "worker@test", *, plain: bool = False, **settings: str) -> Process:
    """A worker with the oracle's model; returns at once, see `wait_for_worker`."""
    # A token budget is given: working one out takes two seconds, and only its own tests are about it.
    env = {"KRITIQ_REDIS_URL": redis_url, "KRITIQ_MODEL": str(ORACLE), "KRITIQ_DEVICE": "cpu"}
    env |= {"KRITIQ_TOKEN_BUDGET": "2048"}
    env |= {f"KRITIQ_{key.upper()}": value for key, value in settings.items()}
    return Process("worker", "--name", name, *(["--plain"] if plain else []), env=env)


def wait_for_worker(process: Process, client: Redis, name: str = "worker@test") -> Process:
    """Until the store knows the worker."""
    store = RedisStore(client)
    process.wait_until(lambda: name in [info.name for info in store.workers()], f"{name} is up")
    return process


class Api:
    """A running API and a client for it."""

    def __init__(self, redis_url: str, *, port: int = 0, **settings: str) -> None:
        port = port or free_port()
        env = {"KRITIQ_REDIS_URL": redis_url, "KRITIQ_PORT": str(port), "KRITIQ_API_PROCESSES": "1"}
        env |= {f"KRITIQ_{key.upper()}": value for key, value in settings.items()}
        # To gunicorn SIGINT means: at once, whoever is still connected.
        self.process = Process("api", env=env, stop=signal.SIGINT)
        self.redis_url = redis_url
        self.port = port
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)

    def wait(self) -> "Api":
        """Until it answers."""
        self.process.wait_until(self._alive, "the API answers")
        return self

    def _alive(self) -> bool:
        try:
            return self.http.get("/livez").status_code == 200
        except httpx.TransportError:
            return False

    def submit(self, text: str, **more: Any) -> str:
        """The id of a new job."""
        answer = self.http.post("/v1/jobs", json={"text": text, **more})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def job(self, job_id: str) -> dict[str, Any]:
        answer = self.http.get(f"/v1/jobs/{job_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def ended(self, job_id: str) -> dict[str, Any]:
        """The job when it has ended."""

        def done() -> dict[str, Any] | None:
            job = self.job(job_id)
            return job if job["status"] not in ("scheduled", "queued", "running") else None

        found = wait_for(done, f"{job_id} has ended", every_s=0.05)
        assert found is not None
        return found

    def close(self) -> None:
        self.http.close()
        self.process.close()
