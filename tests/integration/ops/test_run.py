"""The whole of `kritiq run`: whatever dies is started again and that is said, and a signal ends all of it."""

import json
import os
import signal
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from ops.data_folder import held
from ops.ports import free_port
from tests.support.processes import ROOT, Process
from tests.support.redis_server import RedisServer, require_server
from tests.support.waiting import wait_for

# READY_S is waited for twice, within the first test.
pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

#: Process -> a part of its command line; Redis writes its own.
PROCESSES = {
    "redis": "-server 127.0.0.1:", "api": "ops api", "worker": "ops worker", "reconciler": "ops reconciler",
    "delivery": "ops delivery", "archive": "ops archive", "flower": "ops flower", "dashboard": "examples.dashboard",
}  # fmt: skip
#: Loaded without transformers, which each process of a worker would be seconds of a processor longer at.
MINI = ROOT / "models" / "kritiq-mini"
#: Loading a model on a machine that does other things.
READY_S = 110.0


class Service:
    """A running `kritiq run`, with JSON lines, a login for Flower, and ports and data of its own.

    By `module`: as anybody starts it, or with processes that are forked.
    """

    def __init__(self, data: Path, module: str = "ops", **settings: str) -> None:
        self.port, self.flower_port = free_port(), free_port()
        self.env = {
            "KRITIQ_PORT": str(self.port), "KRITIQ_FLOWER_PORT": str(self.flower_port),
            "KRITIQ_REDIS_PORT": str(free_port()), "KRITIQ_DASHBOARD_PORT": str(free_port()),
            "KRITIQ_DATA_DIR": str(data), "KRITIQ_MODEL": str(MINI), "KRITIQ_DEVICE": "cpu",
            "KRITIQ_TOKEN_BUDGET": "2048", "KRITIQ_API_PROCESSES": "1", "KRITIQ_LOG_FORMAT": "json",
            "KRITIQ_FLOWER_USERS": "me:geheim", "KRITIQ_SHUTDOWN_S": "10", **settings,
        }  # fmt: skip
        data.mkdir()
        # The example dashboard is run where it is found.
        (data.parent / "examples").symlink_to(ROOT / "examples")
        self.process = Process("run", env=self.env, folder=data.parent, module=module)
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30, trust_env=False)
        self.key_file = data / "development.key"

    def close(self) -> None:
        """End all of it."""
        self.http.close()
        self.process.close()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Everything that was logged; fails for a line that is not a JSON object."""
        complete = self.process.log.rpartition("\n")[0].splitlines()
        found = [json.loads(line) for line in complete]
        assert all({"time", "level", "process", "message"} <= set(line) for line in found)
        return found

    def messages(self, process: str) -> list[str]:
        return [line["message"] for line in self.lines if line["process"] == process]

    def pids(self) -> dict[str, int]:
        """The ids of its children by their names."""
        found = {}
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            # A thread or a child that ends meanwhile is none.
            with suppress(FileNotFoundError, ProcessLookupError):
                for child in (task / "children").read_text().split():
                    line = Path(f"/proc/{child}/cmdline").read_bytes().decode().replace("\0", " ")
                    # A forked process has the command line of its server.
                    line += Path(f"/proc/{child}/comm").read_text()
                    found |= {name: int(child) for name, part in PROCESSES.items() if part in line}
        return found

    def judged(self) -> bool:
        """Whether a review gets its result now."""
        try:
            answer = self.http.post("/v1/jobs", json={"text": "Gut."}, headers={"Prefer": "wait=5"})
        except httpx.TransportError:
            return False
        return answer.status_code == 200 and answer.json()["status"] == "succeeded"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    require_server()
    found = Service(tmp_path_factory.mktemp("run") / "data")
    try:
        found.process.wait_until(lambda: "Kritiq is ready." in found.messages("ready"), "it is ready", READY_S)
        found.http.headers["Authorization"] = f"Bearer {found.key_file.read_text().strip()}"
        wait_for(found.judged, "the worker works", deadline_s=READY_S, explain=lambda: found.process.log[-3000:])
        yield found
    finally:
        found.close()


def test_it_starts_every_process_and_no_password_is_in_a_command_line(service: Service) -> None:
    pids = service.pids()
    assert set(pids) == set(PROCESSES)
    assert not [name for name, pid in pids.items() if b"geheim" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_the_api_asks_for_the_key_that_it_printed(service: Service) -> None:
    key = service.key_file.read_text().strip()
    assert any(f"-H 'Authorization: Bearer {key}'" in line for line in service.messages("ready"))
    assert stat.S_IMODE(service.key_file.stat().st_mode) == 0o600
    answer = httpx.get(f"http://127.0.0.1:{service.port}/v1/jobs", trust_env=False)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="kritiq"')
    assert service.http.get("/v1/jobs").status_code == 200


def test_its_dashboard_is_told_of_reviews(service: Service) -> None:
    assert [each["description"] for each in service.http.get("/v1/endpoints").json()["endpoints"]] == [
        "The example dashboard"
    ]


def test_its_dashboard_shows_what_a_batch_came_to(service: Service) -> None:
    body = {"restaurant": "backfill", "reviews": [{"text": "Der Wein war gut."}, {"text": "Das Essen war kalt."}]}
    assert service.http.post("/v1/batches", json=body).status_code == 202
    view = f"http://127.0.0.1:{service.env['KRITIQ_DASHBOARD_PORT']}/view.json?lang=en"

    def restaurants() -> str:
        return httpx.get(view, trust_env=False).text

    wait_for(lambda: "backfill" in restaurants(), "its reviews are shown", explain=lambda: service.process.log[-3000:])


def test_the_commands_of_the_client_find_the_key(service: Service) -> None:
    words = ("submit", "Der Wein war gut.", "--url", f"http://127.0.0.1:{service.port}")
    command = Process(*words, env={"KRITIQ_DATA_DIR": service.env["KRITIQ_DATA_DIR"]})
    assert command.wait() == 0, command.log
    command.close()


def test_flower_asks_for_the_login(service: Service) -> None:
    url = f"http://127.0.0.1:{service.flower_port}/"
    assert httpx.get(url, trust_env=False).status_code == 401
    assert httpx.get(url, trust_env=False, auth=("me", "geheim")).status_code == 200


@pytest.mark.parametrize("name", PROCESSES)
def test_what_is_killed_is_started_again_and_that_is_said(service: Service, name: str) -> None:
    old = service.pids()[name]
    before = len(service.messages("run"))
    os.kill(old, signal.SIGKILL)
    wait_for(lambda: service.pids().get(name) not in (None, old), f"{name} runs again")
    assert service.messages("run")[before:] == [f"{name} ended with -9, starts again in 0.5 s"]
    wait_for(service.judged, "a review is judged", deadline_s=READY_S, explain=lambda: service.process.log[-3000:])


def test_each_request_is_logged_with_its_job(service: Service) -> None:
    job_id = service.http.post("/v1/jobs", json={"text": "Der Wein war kalt."}).json()["id"]
    lines = wait_for(
        lambda: [
            line for line in service.lines if line.get("job_id") == job_id and line["logger"] == "api.http.request_log"
        ],
        "its request line",
    )
    assert (lines[0]["process"], lines[0]["status"], lines[0]["route"]) == ("api", 202, "/v1/jobs")
    assert "Wein" not in service.process.log


def test_our_own_processes_write_json_themselves(service: Service) -> None:
    ours = [line for line in service.lines if line["process"] in ("api", "worker", "reconciler", "delivery")]
    assert {line["process"] for line in ours} >= {"api", "worker"}
    # What `kritiq run` had to wrap carries the process's name as its logger.
    assert not [line for line in ours if line["logger"] == line["process"]]


def test_operators_commands_find_its_redis_without_a_url(service: Service) -> None:
    command = Process("jobs", "dead", env={"KRITIQ_REDIS_PORT": service.env["KRITIQ_REDIS_PORT"]})
    assert (command.wait(), command.log) == (0, "No dead jobs.\n")
    command.close()


def test_a_signal_ends_all_of_it_redis_last(service: Service) -> None:
    pids = service.pids()
    service.process.terminate()
    assert service.process.wait(READY_S) == 0, service.process.log[-3000:]
    assert not [name for name, pid in pids.items() if Path(f"/proc/{pid}").exists()]
    assert "Wein" not in service.process.log


def test_a_file_that_redis_cannot_load_ends_it_with_redis_own_words(tmp_path: Path) -> None:
    require_server()
    (tmp_path / "appendonlydir").mkdir()
    (tmp_path / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")
    env = {"KRITIQ_DATA_DIR": str(tmp_path), "KRITIQ_REDIS_PORT": str(free_port()), "KRITIQ_PORT": str(free_port())}
    process = Process("run", env=env | {"KRITIQ_FLOWER_PORT": str(free_port()), "KRITIQ_MODEL": str(MINI)})
    assert process.wait() == 1
    assert "kritiq: Redis ended before it took connections. Its last words:" in process.log
    assert "AOF manifest" in process.log
    process.close()


def test_an_api_that_others_could_reach_is_refused_before_there_is_a_key(
    redis_server: RedisServer, redis_client: Redis
) -> None:
    env = {"KRITIQ_HOST": "0.0.0.0", "KRITIQ_PORT": str(free_port()), "KRITIQ_REDIS_URL": redis_server.url}
    process = Process("api", env=env)
    assert process.wait() == 1
    assert "No API key exists, and others could reach the API on 0.0.0.0. Make the first one:" in process.log
    assert "kritiq keys create --tenant acme" in process.log
    process.close()


def test_a_flower_that_all_could_reach_without_a_login_is_refused_before_anything_starts(tmp_path: Path) -> None:
    env = {"KRITIQ_HOST": "0.0.0.0", "KRITIQ_DATA_DIR": str(tmp_path / "data")}
    process = Process("run", env=env)
    assert process.wait() == 1
    assert process.log == "kritiq: KRITIQ_FLOWER_USERS: Flower on 0.0.0.0 needs a login, such as name:password\n"
    assert not (tmp_path / "data").exists()
    process.close()


def test_data_that_another_one_uses_are_left_alone(tmp_path: Path) -> None:
    """With ports of its own, a second Redis would write the same append-only file."""
    env = {
        "KRITIQ_DATA_DIR": str(tmp_path), "KRITIQ_REDIS_PORT": str(free_port()), "KRITIQ_PORT": str(free_port()),
        "KRITIQ_FLOWER_PORT": str(free_port()), "KRITIQ_DASHBOARD_PORT": str(free_port()),
        "KRITIQ_MODEL": str(MINI),
    }  # fmt: skip
    with held(tmp_path):
        process = Process("run", env=env)
        assert process.wait() == 1
    assert process.log == f"kritiq: KRITIQ_DATA_DIR: another `kritiq run` uses {tmp_path}: stop it, or name another\n"
    assert not (tmp_path / "appendonlydir").exists()
    process.close()
