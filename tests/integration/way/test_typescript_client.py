"""The TypeScript client: its types are the document's, and its own tests and README hold against the real service."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy import types_document
from kritiq_client import Client
from tests.support.processes import ROOT, Api
from webhooks.secret import Secret, SecretKind, new_secret

CLIENT = ROOT / "client-ts"
README = (CLIENT / "README.md").read_text(encoding="utf-8")
EXAMPLES = [
    block.replace('"kritiq-client"', '"../src/index.js"') for block in re.findall(r"```ts\n(.*?)```", README, re.DOTALL)
]
#: What the clients have beside calls, and calls that have others in their place: `batchEvents` and `submitBatch`.
OF_ITS_OWN = {"api", "constructor"}
PYTHON_ALONE = {"batch_progress", "close", "patient", "submit_batch_body"}
#: What npm says when it reaches no registry.
AWAY = re.compile(r"\bE(NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|HOSTUNREACH|NETUNREACH|TIMEDOUT)\b")
#: Of the messages that are signed for it, in Unix seconds.
NOW = 1_794_648_600

pytestmark = [
    pytest.mark.integration,
    # Packages are fetched, and each type is looked at, which costs a processor some ten seconds.
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        shutil.which("npm") is None and not os.environ.get("CI"), reason="needs Node and npm (Debian: nodejs, npm)"
    ),
]


def run(*command: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **more}, capture_output=True, text=True, timeout=200, check=False
    )


def done(*command: str, folder: Path, **more: str) -> str:
    """What a command prints; it has to succeed."""
    found = run(*command, folder=folder, **more)
    assert found.returncode == 0, f"{found.stdout[-4000:]}\n{found.stderr[-4000:]}"
    return found.stdout


@pytest.fixture(scope="module")
def packages() -> Path:
    """What the lock file pins, as npm puts it there."""
    there = CLIENT / "node_modules"
    stamp = there / ".package-lock.json"
    if not stamp.exists() or stamp.stat().st_mtime < (CLIENT / "package-lock.json").stat().st_mtime:
        fetched = run("npm", "ci", "--no-audit", "--no-fund", "--prefer-offline", folder=CLIENT)
        if fetched.returncode and AWAY.search(fetched.stderr) and not os.environ.get("CI"):
            pytest.skip("npm has not got the packages of client-ts yet, and reaches no registry")
        assert fetched.returncode == 0, fetched.stderr[-4000:]
    return there


@pytest.fixture(scope="module")
def built(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client, its tests and the README's examples as JavaScript; whatever has a wrong type ends it."""
    folder = tmp_path_factory.mktemp("client") / "client-ts"
    shutil.copytree(CLIENT, folder, ignore=shutil.ignore_patterns("node_modules", "build", "dist"))
    (folder / "node_modules").symlink_to(packages)
    for number, example in enumerate(EXAMPLES):
        (folder / "test" / f"example{number}.ts").write_text(example, encoding="utf-8")
    # Examples are to be read: `process.env.NAME` is what everybody writes.
    options = ("-p", "tsconfig.test.json", "--noPropertyAccessFromIndexSignature", "false")
    done("node", "node_modules/typescript/bin/tsc", *options, folder=folder)
    return folder / "build"


def test_the_types_are_those_of_the_document(packages: Path, tmp_path: Path) -> None:
    (tmp_path / "document.json").write_text(json.dumps(types_document.today()), encoding="utf-8")
    done("node", "generate.mjs", str(tmp_path / "document.json"), str(tmp_path / "schema.ts"), folder=CLIENT)
    assert (tmp_path / "schema.ts").read_text() == (CLIENT / "src" / "schema.ts").read_text(), "run: make types"


def test_client_tests_and_examples_fit_its_types(built: Path) -> None:
    assert len(list((built / "test").glob("example*.js"))) == len(EXAMPLES) == 2


def test_it_has_the_calls_of_the_python_client(built: Path) -> None:
    tell = "import {Kritiq} from './src/index.js'; console.log(...Object.getOwnPropertyNames(Kritiq.prototype))"
    found = set(done("node", "--input-type=module", "-e", tell, folder=built).split()) - OF_ITS_OWN
    python = {name for name, item in vars(Client).items() if name[0] != "_" and callable(item)} - PYTHON_ALONE
    assert found == {re.sub("_(.)", lambda part: part[1].upper(), name) for name in python}


def test_it_does_what_its_tests_say(built: Path, service: Api) -> None:
    secrets = [new_secret(SecretKind.HMAC), new_secret(SecretKind.ED25519)]
    tests = [str(path) for path in sorted((built / "test").glob("*.test.js"))]
    told = done(
        "node", "--test", *tests, folder=built, KRITIQ_URL=f"http://127.0.0.1:{service.port}",
        KRITIQ_SIGNED=json.dumps([signed(secret) for secret in secrets]),
    )  # fmt: skip
    assert re.search(r"^(#|ℹ) pass 4[0-9]$", told, re.MULTILINE), told


def test_its_readme_prints_what_it_says(built: Path, service: Api) -> None:
    told = done(
        "node", "test/example0.js", folder=built, KRITIQ_URL=f"http://127.0.0.1:{service.port}", KRITIQ_API_KEY=""
    )
    shown = README[README.index("prints\n\n") :].split("\n\n")[1]
    assert [line.rstrip() for line in told.splitlines()] == [line.strip() for line in shown.splitlines()]


def signed(secret: Secret) -> dict[str, object]:
    """A message as the service signs it, and what a receiver has to verify it with."""
    body = json.dumps({"type": "job.deleted", "timestamp": "2026-11-14T09:30:00.123Z", "data": {"job_id": "job_1"}})
    signature = secret.sign(f"msg_1.{NOW}.{body}".encode())
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(NOW), "webhook-signature": f"v1,bm9uZQ== {signature}"}
    return {"body": body, "headers": headers, "secret": secret.public_key or secret.reveal(), "now": NOW}
