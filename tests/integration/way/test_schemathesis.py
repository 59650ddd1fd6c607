"""schemathesis asks the running service everything that its own document allows, and much that it does not."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis

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


@dataclass(frozen=True, kw_only=True)
class Stored:
    """Ids of what the organisation has."""

    job: str
    endpoint: str

    def seen(self, service: Api) -> tuple[Any, Any]:
        """It as its owner sees it."""
        endpoint = service.http.get(f"/v1/endpoints/{self.endpoint}").json()
        return service.ended(self.job), {name: endpoint[name] for name in ("url", "enabled", "events", "version")}


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


def run_schemathesis(
    service: Api, stored: Stored, folder: Path, key: str, *options: str, others: Sequence[str] = (),
    examples: int = EXAMPLES,
) -> None:  # fmt: skip
    """What it says about the service, when it shows this key, and then each of the others; it should find nothing."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("KRITIQ_")}
    asked = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"),
            "run", f"http://127.0.0.1:{service.port}/openapi.json", "--continue-on-failure",
            "--max-examples", str(examples), "--request-timeout", "40", "--generation-deterministic",
            "--no-color", *options,
        ],
        cwd=folder,
        env=clean
        | {
            "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.integration.way.schemathesis_hooks",
            "TEST_KEY": key, "TEST_OTHER_KEYS": " ".join(others), "TEST_JOB": stored.job,
        },
        capture_output=True,
        text=True,
        timeout=280,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stdout[-8000:] + asked.stderr[-2000:]
    tested = [line for line in asked.stdout.splitlines() if "Tested:" in line]
    paths = service.http.get("/openapi.json").json()["paths"]
    assert [int(line.split()[-1]) for line in tested] == [sum(map(len, paths.values()))], "an operation was left out"


@pytest.fixture(scope="module")
def stored(open_service: Api) -> Stored:
    """What the organisation has, for others to try."""
    http = open_service.http
    job = http.post("/v1/jobs", json={"text": "Das Essen war gut."}).json()["id"]
    endpoint = http.post("/v1/endpoints", json={"url": "http://127.0.0.1:9/hook"}).json()["id"]
    return Stored(job=job, endpoint=endpoint)


def test_whoever_else_asks_hears_what_the_document_says_and_changes_nothing(
    open_service: Api, stored: Stored, tmp_path: Path
) -> None:
    """Another organisation, a reader, and somebody whom nobody knows."""
    asking = [("other", Scope.ADMIN), ("acme", Scope.JOBS_READ)]
    with redis.Redis.from_url(open_service.redis_url) as client:
        store, digests = ApiKeyStore(client), TokenDigests([SECRET])
        keys = [
            issue(store, digests, ApiKey(id="", tenant=tenant, scopes=(scope,)))[1].text for tenant, scope in asking
        ]
    before = stored.seen(open_service)
    # What is refused is refused however well it is formed: whether good data is accepted is no question here.
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    run_schemathesis(
        open_service, stored, tmp_path, keys[0], "--phases", "fuzzing", "--checks",
        f"{checks},others_are_answered_as_the_document_says", others=[keys[1], "krt_live_nobody"], examples=2,
    )  # fmt: skip
    assert stored.seen(open_service) == before


def test_feedback_is_taken_as_the_document_says(open_service: Api, stored: Stored) -> None:
    """The answer that whoever may delete everything, as below, might not come to see."""
    # Here, as every process of pytest imports this file to see what tests there are.
    import schemathesis

    open_service.ended(stored.job)
    correction = {"sentence": 0, "aspect": "food", "polarity": "positive"}
    answer = open_service.http.post(f"/v1/jobs/{stored.job}/feedback", json=correction)
    assert answer.status_code == 200, answer.text
    document = schemathesis.openapi.from_dict(open_service.http.get("/openapi.json").json())
    document["/v1/jobs/{job_id}/feedback"]["POST"].validate_response(answer)


# Last: with every right it may take the key itself away.
def test_schemathesis_finds_nothing(open_service: Api, stored: Stored, tmp_path: Path) -> None:
    open_service.ended(stored.job)
    key = open_service.http.headers["Authorization"].removeprefix("Bearer ")
    run_schemathesis(
        open_service, stored, tmp_path, key, "--phases", "examples,coverage,fuzzing,stateful", "--checks", "all"
    )
