"""Receivers of webhooks as the console shows how to write them, each run as its language is."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from ops.ports import free_port
from tests.support.waiting import wait_for


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What reaches a receiver."""

    body: bytes
    headers: Mapping[str, str]


def _python(code: str, keys: Mapping[str, str], message: Message, folder: Path) -> str | None:
    call = "import json, sys\nreceive(sys.stdin.buffer.read(), json.loads(os.environ['HEADERS']))"
    return _program([sys.executable, "-c", f"{code}\n{call}"], keys, message)


def _node(code: str, keys: Mapping[str, str], message: Message, folder: Path) -> str | None:
    call = 'receive((await import("node:fs")).readFileSync(0, "utf8"), JSON.parse(process.env.HEADERS));'
    return _program(["node", "--input-type=module", "-e", f"{code}\n{call}"], keys, message)


def _program(command: list[str], keys: Mapping[str, str], message: Message) -> str | None:
    env = {**os.environ, **keys, "HEADERS": json.dumps(dict(message.headers))}
    done = subprocess.run(command, env=env, input=message.body, capture_output=True, timeout=60, check=False)
    return None if done.returncode else done.stdout.decode()


def _php(code: str, keys: Mapping[str, str], message: Message, folder: Path) -> str | None:
    page, log, port = folder / "receive.php", folder / "php.log", free_port()
    page.write_text(code, encoding="utf-8")
    address, env = f"127.0.0.1:{port}", {**os.environ, **keys}
    with log.open("w") as errors, httpx.Client(trust_env=False, timeout=60) as client:
        server = subprocess.Popen(["php", "-S", address, page.name], cwd=folder, env=env, stderr=errors)
        try:
            # It says so when it listens.
            wait_for(lambda: "started" in log.read_text(), "PHP listens")
            answer = client.post(f"http://{address}/", content=message.body, headers=dict(message.headers))
        finally:
            server.terminate()
            server.wait()
    return log.read_text() if answer.status_code == 200 else None


#: How each language is called, and the program that it needs.
LANGUAGES: dict[str, tuple[str, Callable[[str, Mapping[str, str], Message, Path], str | None]]] = {
    "Python": (sys.executable, _python),
    "Node": ("node", _node),
    "PHP": ("php", _php),
}


def missing(language: str) -> bool:
    """Whether its program is not on this machine; in CI it is."""
    return shutil.which(LANGUAGES[language][0]) is None and not os.environ.get("CI")


def received(language: str, code: str, keys: Mapping[str, str], message: Message, folder: Path) -> str | None:
    """What a receiver says of a message; None where it refuses it. `keys` are in its environment."""
    return LANGUAGES[language][1](code, keys, message, folder)
