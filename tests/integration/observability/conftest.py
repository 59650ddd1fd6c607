"""A whole stack, and a real Prometheus that scrapes it every second with our rules, whose times are made short."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from ops.ports import free_port
from ops.process import ChildProcess
from store.jobs import RedisStore
from store.traffic import TrafficStore, model_key
from tests.integration.webhooks.receivers import OK, receiver, says
from tests.support.processes import ROOT, Api, Process, start_worker
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for
from watch.drift import LEAST
from watch.traffic import Traffic

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
#: Stands for all windows of rules and dashboards: a few of the calls in which processes tell what they counted.
WINDOW = "20s"


def shortened(expression: str) -> str:
    """A query over the last seconds instead of minutes or days."""
    return re.sub(r"\[\d+[mhd]\]", f"[{WINDOW}]", expression)


class Prometheus:
    """A running Prometheus over one API."""

    def __init__(self, api_port: int, folder: Path) -> None:
        rules = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
        for group in rules["groups"]:
            for rule in group["rules"]:
                rule["expr"] = shortened(rule["expr"])
                if "for" in rule:
                    rule["for"] = "0s"
        (folder / "alerts.yml").write_text(yaml.safe_dump(rules))
        config = {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": ["alerts.yml"],
            "scrape_configs": [
                {"job_name": "kritiq", "static_configs": [{"targets": [f"127.0.0.1:{api_port}"]}]},
            ],
        }
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        port = free_port()
        command = [
            str(shutil.which("prometheus")), f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn",
        ]  # fmt: skip
        self.process = ChildProcess(command, output=folder / "log", folder=folder).start()
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10, trust_env=False)
        wait_for(self._ready, "Prometheus is ready", explain=lambda: self.process.log)

    def _ready(self) -> bool:
        try:
            return self.http.get("/-/ready").status_code == 200
        except httpx.TransportError:
            return False

    def ask(self, query: str) -> list[float]:
        """The values of a query now; what is no number is left out."""
        answer = self.http.get("/api/v1/query", params={"query": query}).json()
        assert answer["status"] == "success", (query, answer)
        values = [float(found["value"][1]) for found in answer["data"]["result"]]
        return [value for value in values if value == value]

    def firing(self) -> set[str]:
        """The alerts that fire."""
        found: Any = self.http.get("/api/v1/alerts").json()["data"]["alerts"]
        return {alert["labels"]["alertname"] for alert in found if alert["state"] == "firing"}

    def await_alert(self, name: str) -> None:
        """Until it fires."""
        wait_for(
            lambda: name in self.firing(),
            f"{name} fires",
            every_s=0.5,
            deadline_s=120,
            explain=lambda: str(self.firing()),
        )

    def close(self) -> None:
        self.http.close()
        self.process.stop()


class Stack:
    """Redis, one process of each kind, a receiver that answers, and Prometheus."""

    def __init__(self, stack: ExitStack) -> None:
        self.redis = stack.enter_context(closing(RedisServer())).start()
        self.client = stack.enter_context(self.redis.client())
        env = {"KRITIQ_REDIS_URL": self.redis.url, "KRITIQ_SECRET_KEYS": KEY, "KRITIQ_WEBHOOK_ALLOW_INSECURE": "1"}
        self.worker = start_worker(self.redis.url)
        self.reconciler, self.delivery = Process("reconciler", env=env), Process("delivery", env=env)
        self.api = Api(self.redis.url, secret_keys=KEY, webhook_allow_insecure="1")
        for each in (self.worker, self.reconciler, self.delivery, self.api):
            stack.callback(each.close)
        self.receiver = stack.enter_context(receiver(says(OK)))
        self.api.wait()
        self.worker.wait_until(RedisStore(self.client).workers, "the worker is up", deadline_s=180)
        # The model's own users write German.
        self.traffic = TrafficStore(self.client)
        [worker] = RedisStore(self.client).workers()
        self.traffic.set_reference(
            model_key(**worker.model), Traffic(reviews=1_000, features={"language": {"de": 1_000}})
        )
        self.prometheus = Prometheus(self.api.port, Path(stack.enter_context(tempfile.TemporaryDirectory())))
        stack.callback(self.prometheus.close)

    def batch(self, text: str) -> None:
        """Send so many reviews that a model's traffic says something."""
        sent = self.api.http.post(
            "/v1/batches", json={"reviews": [{"text": f"{text} {n}."} for n in range(LEAST + 50)]}
        )
        assert sent.status_code == 202, sent.text

    def endpoint(self, port: int) -> None:
        """Tell whoever listens there of every job."""
        made = self.api.http.post("/v1/endpoints", json={"url": f"http://127.0.0.1:{port}/"})
        assert made.status_code == 201, made.text


@pytest.fixture
def stack() -> Iterator[Stack]:
    with ExitStack() as found:
        yield Stack(found)
