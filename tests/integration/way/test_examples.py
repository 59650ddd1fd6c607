"""README.md and the pages beside the guides do what they say: each block is run where `make run` was, in its order."""

import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kritiq_client import WebhookInvalid
from ops.development_key import development_key
from tests.support.factories import make_settings
from tests.support.pages import blocks, differences, steps
from tests.support.processes import ROOT, Api, Process, start_worker, wait_for_worker
from tests.support.reader import Reader
from tests.support.redis_server import RedisServer
from webhooks.secret import Secret, new_key, new_secret

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

PAGES = (
    "README.md",
    "client/README.md",
    "docs/webhooks.md",
    "docs/webhook-links.md",
    "docs/keys.md",
    "docs/archive.md",
)
#: Files that the pages speak of.
FILES = {
    "reviews.csv": b"text\nDas Essen war super.\nZu laut.\n",
    "reviews.jsonl": b'{"text": "Sehr laut."}\n{"text": "Kalt."}\n',
}
#: What only a server can do: it has a request to look at.
VERIFIES = "verify_webhook("


@pytest.fixture(scope="module")
def somebody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Whoever has a Kritiq as `make run` starts it, with its key, and has read nothing yet."""
    folder = tmp_path_factory.mktemp("checkout")
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    data = folder / ".data"
    data.mkdir()
    with ExitStack() as stack:
        broker = stack.enter_context(closing(RedisServer())).start()
        env = {
            "KRITIQ_REDIS_URL": broker.url, "KRITIQ_DATA_DIR": str(data), "KRITIQ_AUTH": "on",
            "KRITIQ_SECRET_KEYS": new_key(), "KRITIQ_WEBHOOK_ALLOW_INSECURE": "1",
            "KRITIQ_ARCHIVE_URL": f"sqlite:///{data}/archive.db",
        }  # fmt: skip
        settings = make_settings(redis_url=broker.url, data_dir=data, auth="on")
        key = development_key(settings, threading.Event())
        stack.enter_context(closing(Process("archive", env=env)))
        stack.enter_context(closing(Process("reconciler", env=env)))
        worker = stack.enter_context(closing(start_worker(broker.url)))
        named = {name.removeprefix("KRITIQ_").lower(): value for name, value in env.items()}
        named.pop("redis_url")
        api = stack.enter_context(closing(Api(broker.url, **named))).wait()
        with broker.client() as client:
            wait_for_worker(worker, client)
        api.process.wait_until(lambda: (data / "archive.db").exists(), "the archive has its tables")
        url = f"http://127.0.0.1:{api.port}"
        commands = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        mine = {"KRITIQ_API_KEY": str(key), "KRITIQ_URL": url, "PATH": commands, "PYTHONPATH": str(ROOT)}
        mine["auth"] = f"Authorization: Bearer {key}"
        # Nobody can be reached under a name here.
        here = {"http://127.0.0.1:5000": url, "redis://127.0.0.1:6389/0": broker.url}
        here["https://hooks.example.com"] = "http://127.0.0.1:9"
        yield Reader(folder=folder, environment={**os.environ, **env, **mine}, addresses=here)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_does_what_it_says(page: str, somebody: Reader) -> None:
    reader = Reader(folder=somebody.folder, environment=somebody.environment, addresses=somebody.addresses)
    run = [step for step in steps(ROOT / page) if VERIFIES not in step.code]
    assert run, "a page without code would pass, whatever it says"
    assert [(step.code, wrong) for step in run if (wrong := differences(step, reader.does(step)))] == []


RECEIVERS = ("docs/webhooks.md", "client/README.md")


@pytest.mark.parametrize("page", RECEIVERS)
def test_what_a_receiver_does_takes_what_is_signed_and_nothing_else(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = [block.code for block in blocks(ROOT / page) if VERIFIES in block.code]
    secret, body = new_secret(), b'{"type": "endpoint.ping", "timestamp": "2026-11-14T09:30:00.123Z", "data": {}}'
    monkeypatch.setenv("KRITIQ_WEBHOOK_SECRET", secret.reveal())
    told: dict[str, Any] = {"request": SimpleNamespace(get_data=lambda: body, headers=signed(secret, body))}
    exec(code.replace("whsec_…", secret.reveal()), told)
    assert told["event"].type == "endpoint.ping"
    told["request"].get_data = lambda: body.replace(b"ping", b"pong")
    with pytest.raises(WebhookInvalid):
        exec(code.replace("whsec_…", secret.reveal()), told)


def signed(secret: Secret, body: bytes) -> dict[str, str]:
    """What comes with a message of ours."""
    now = int(time.time())
    signature = secret.sign(f"msg_1.{now}.".encode() + body)
    return {"webhook-id": "msg_1", "webhook-timestamp": str(now), "webhook-signature": signature}


#: What pages show and nothing here runs, by how it begins, and where it is tried instead.
ELSEWHERE = {
    "make run": "tests/integration/ops/test_run.py",
    "make test": ".ci/run",
    "kritiq = OpenAI(": "tests/unit/api/files/test_files.py",
    'curl -s -H "$auth" -X DELETE http://127.0.0.1:5000/v1/endpoints/': "tests/integration/webhooks/test_api.py",
    'curl -s -H "$auth" -X POST http://127.0.0.1:5000/v1/batches/batch_…/retry': "tests/unit/store/test_requeue.py",
    'curl -sN -H "$auth" http://127.0.0.1:5000/v1/events': "tests/unit/api/service/test_changes.py",
    "celery -A examples.beat beat": "tests/celery/test_beat.py",
    "kritiq archive": "tests/unit/archive/test_import.py",
    "kritiq audit": "tests/unit/api/test_audit.py",
    "kritiq export": "tests/unit/model/artifact/test_variants.py",
    "kritiq import": "tests/unit/archive/test_import_history.py",
    "kritiq models": "tests/unit/model/cli/test_models.py",
    "kritiq predict": "tests/unit/model/offline",
    "kritiq report": "tests/unit/archive/test_report.py",
    "kritiq retrain": "tests/integration/way/test_retraining.py",
    "kritiq review": "tests/unit/ops/test_review.py",
    "kritiq trainer": "tests/integration/way/test_retraining.py",
    "kritiq worker": "tests/integration/ops/test_model_bucket.py",
}
_COMMAND = re.compile(
    r"^(?:\$ )?(?:export )?(?:KRITIQ_\w+=\S+ *)*((?:make|celery|kritiq|curl|python|npm|docker) .*)$", re.MULTILINE
)


def test_whatever_is_not_run_here_is_tried_elsewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "client" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    shown = [
        command
        for page in pages
        for block in blocks(page)
        if not block.language
        for command in _COMMAND.findall(block.code)
    ]
    assert [command for command in shown if not command.startswith(tuple(ELSEWHERE))] == []
    assert [begins for begins in ELSEWHERE if not any(command.startswith(begins) for command in shown)] == []
    assert [place for place in ELSEWHERE.values() if not (ROOT / place).exists()] == []
