"""Prometheus itself, with the configuration and the rules that are shipped, on loopback while a block lasts."""

import json
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from bench.harness import READY_S, until
from ops.ports import free_port
from ops.process import ChildProcess

FOLDER = Path(__file__).parents[1] / "deploy" / "prometheus"
PROGRAM = "prometheus"
TIMEOUT_S = 10.0


def is_installed() -> bool:
    """Whether this machine has it (Debian: prometheus)."""
    return shutil.which(PROGRAM) is not None


def shipped_rules() -> str:
    """The rules as they are shipped."""
    return (FOLDER / "alerts.yml").read_text(encoding="utf-8")


def shipped_config(*, api_port: int, flower_port: int, token: Path) -> str:
    """The configuration as it is shipped, with its targets on loopback and the token of /metrics in that file."""
    text = (FOLDER / "prometheus.yml").read_text(encoding="utf-8")
    here = {
        "api:5000": f"127.0.0.1:{api_port}",
        "flower:5555": f"127.0.0.1:{flower_port}",
        "/run/secrets/metrics-token": str(token),
    }
    for there, replacement in here.items():
        if there not in text:
            raise LookupError(f"prometheus.yml has no {there}")
        text = text.replace(there, replacement)
    return text


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One value of a query's answer."""

    labels: Mapping[str, str]
    value: float


class Prometheus:
    """A running Prometheus. A context manager; what it keeps lies in `folder`."""

    def __init__(self, folder: Path, *, config: str, rules: str) -> None:
        (folder / "alerts.yml").write_text(rules, encoding="utf-8")
        (folder / "prometheus.yml").write_text(config, encoding="utf-8")
        port = free_port()
        self._url = f"http://127.0.0.1:{port}"
        command = [
            PROGRAM, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{port}", "--enable-feature=exemplar-storage", "--log.level=warn",
        ]  # fmt: skip
        self._process = ChildProcess(command, output=folder / "prometheus.log", folder=folder)

    def __enter__(self) -> Self:
        self._process.start()
        try:
            until(self._ready, "Prometheus", within_s=READY_S, every_s=0.05)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop()

    def _ready(self) -> bool:
        if self._process.over:
            raise RuntimeError(f"Prometheus ended:\n{self._process.log[-3000:]}")
        try:
            with urllib.request.urlopen(f"{self._url}/-/ready", timeout=TIMEOUT_S) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def get(self, path: str, **parameters: str) -> Any:
        """The data of an answer of its API. Raises ValueError for what it cannot answer."""
        query = urllib.parse.urlencode(parameters)
        try:
            with urllib.request.urlopen(f"{self._url}/api/v1/{path}?{query}", timeout=TIMEOUT_S) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(f"{path}?{query}: {error.read().decode()}") from error

    def samples(self, query: str, *, at: float | None = None) -> list[Sample]:
        """The values of a query, now or at a time in Unix seconds; what is no number is left out."""
        time = {} if at is None else {"time": f"{at:.3f}"}
        found = self.get("query", query=query, **time)["result"]
        samples = [Sample(labels=each["metric"], value=float(each["value"][1])) for each in found]
        return [sample for sample in samples if sample.value == sample.value]
