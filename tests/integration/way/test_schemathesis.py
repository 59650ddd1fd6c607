"""schemathesis asks the running service everything that its own document allows, and much that it does not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from access.api_key import ApiKey
from access.digests import TokenDigests
from access.scope import Scope
from store.api_keys import ApiKeyStore, issue
from tests.support.processes import ROOT, Api, start_worker, wait_for_worker
from tests.support.redis_server import RedisServer
from webhooks.secret import new_key

pytestmark = [pytest.mark.integration, pytest.mark.timeout(320)]

HERE = Path(__file__).parent
#: For each operation and kind of data; the same ones in every run.
EXAMPLES = 6
#: What its keys are hashed with.
SECRET = "s" * 32


@pytest.fixture(scope="module")
def open_service() -> Iterator[Api]:
    """A service of its own, which may be filled with nonsense; webhooks may go to loopback, where nobody listens."""
    server = RedisServer().start()
    worker = start_worker(server.url)
    api = Api(server.url, webhook_allow_insecure="true", secret_keys=new_key(), auth="on", key_secret=SECRET)
    try:
        with server.client() as client:
            wait_for_worker(worker, client)
            wanted = ApiKey(id="", tenant="acme", scopes=(Scope.ADMIN,))
            _, token = issue(ApiKeyStore(client), TokenDigests([SECRET]), wanted)
        api.http.headers["Authorization"] = f"Bearer {token.text}"
        api.wait()
        # Without it, no webhook of a single job is taken.
        assert api.http.post("/v1/webhook-secret").status_code == 200
        yield api
    finally:
        api.close()
        worker.close()
        server.close()


def test_schemathesis_finds_nothing(open_service: Api, tmp_path: Path) -> None:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("KRITIQ_")}
    key = open_service.http.headers["Authorization"].removeprefix("Bearer ")
    asked = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"),
            "run", f"http://127.0.0.1:{open_service.port}/openapi.json",
            "--phases", "examples,coverage,fuzzing,stateful", "--checks", "all", "--continue-on-failure",
            "--max-examples", str(EXAMPLES), "--request-timeout", "40", "--generation-deterministic",
            "--no-color",
        ],
        cwd=tmp_path,
        env=clean
        | {"PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.integration.way.schemathesis_hooks", "TEST_KEY": key},
        capture_output=True,
        text=True,
        timeout=280,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stdout[-8000:] + asked.stderr[-2000:]
    tested = [line for line in asked.stdout.splitlines() if "Tested:" in line]
    paths = open_service.http.get("/openapi.json").json()["paths"]
    assert [int(line.split()[-1]) for line in tested] == [sum(map(len, paths.values()))], "an operation was left out"
