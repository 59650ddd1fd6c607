"""A whole stack, and a real Prometheus that scrapes it every second with our rules, whose times are made short."""

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.faults.proxy import Proxy
from bench.prometheus import Prometheus, shipped_config, shipped_rules
from ops.ports import free_port
from store import keys, webhook_keys
from store.jobs import RedisStore
from store.outbox import Outbox
from store.traffic import TrafficStore, model_key
from tests.integration.webhooks.receivers import OK, receiver, says
from tests.support.processes import Api, Process, start_worker
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for
from tests.support.worlds import RedisWorld
from watch.drift import LEAST
from watch.traffic import Traffic

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
TOKEN = "what Prometheus shows"
#: Stands for all windows of rules and dashboards: a few of the calls in which processes tell what they counted.
WINDOW = "20s"
#: What a machine that is busy with other things may raise by itself: alerts about times.
BUSY = frozenset({"KritiqStoreSlow", "KritiqOldestJob", "KritiqBacklogGrows"})


def shortened(expression: str) -> str:
    """A query over the last seconds instead of minutes or days."""
    return re.sub(r"\[\d+[mhd]\]", f"[{WINDOW}]", expression)


def rules() -> Any:
    """The shipped rules, with short windows, and without waiting for a while before an alert fires."""
    found = yaml.safe_load(shipped_rules())
    for group in found["groups"]:
        for rule in group["rules"]:
            rule["expr"] = shortened(rule["expr"])
            if "for" in rule:
                rule["for"] = "0s"
    return found


class Alerts(Prometheus):
    """Prometheus as it is shipped, but for its times, over one API and one Flower."""

    def __init__(self, folder: Path, *, api_port: int, flower_port: int) -> None:
        token = folder / "token"
        token.write_text(TOKEN)
        config = shipped_config(api_port=api_port, flower_port=flower_port, token=token)
        often = re.sub(r"_interval: \d+s", "_interval: 1s", config)
        super().__init__(folder, config=often, rules=yaml.safe_dump(rules()))
        self.names = {rule["alert"] for group in rules()["groups"] for rule in group["rules"] if "alert" in rule}

    def ask(self, query: str) -> list[float]:
        """The values of a query now."""
        return [sample.value for sample in self.samples(query)]

    def firing(self) -> set[str]:
        """The alerts that fire."""
        return {alert["labels"]["alertname"] for alert in self.get("alerts")["alerts"] if alert["state"] == "firing"}

    def fired(self, *, within_s: float = 3_600.0) -> set[str]:
        """The alerts that have fired in the last seconds, whether they still do or not."""
        found = self.samples(f'max_over_time(ALERTS{{alertstate="firing"}}[{within_s:.0f}s])')
        return {sample.labels["alertname"] for sample in found}

    @contextmanager
    def raising(self, *names: str, meanwhile: Callable[[], object] = lambda: None) -> Iterator[None]:
        """What happens in the block raises these alerts, which did not fire. `meanwhile` is called until all have."""
        # A scrape or a heartbeat that came late may have raised one for a moment.
        quiet = set(names) - BUSY
        wait_for(
            lambda: self.firing().isdisjoint(quiet), "none fires yet", every_s=0.5,
            explain=lambda: f"already: {sorted(self.firing() & quiet)}",
        )  # fmt: skip
        began = time.monotonic()
        yield

        def missing() -> set[str]:
            return set(names) - self.fired(within_s=1 + time.monotonic() - began)

        def all_fired() -> bool:
            meanwhile()
            return not missing()

        wait_for(
            all_fired, f"{', '.join(names)} fire", every_s=0.5, deadline_s=300,
            explain=lambda: f"not yet: {sorted(missing())}",
        )  # fmt: skip


class Stack:
    """Redis, one process of each kind, a receiver that answers, and Prometheus."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.redis = stack.enter_context(closing(RedisServer())).start()
        self.client = stack.enter_context(self.redis.client())
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        #: The reconciler's way to Redis.
        self.line = stack.enter_context(Proxy(self.redis.port))
        # Nobody collects traces there: exemplars name them all the same.
        collector, flower_port = f"http://127.0.0.1:{free_port()}", free_port()
        self.worker = self.keep(start_worker(self.redis.url, otlp_endpoint=collector))
        self.reconciler = self.process("reconciler", KRITIQ_REDIS_URL=f"redis://127.0.0.1:{self.line.port}/0")
        self.delivery = self.process(
            "delivery", KRITIQ_SECRET_KEYS=KEY, KRITIQ_WEBHOOK_ALLOW_INSECURE="1", KRITIQ_OTLP_ENDPOINT=collector
        )
        self.process("flower", KRITIQ_FLOWER_PORT=str(flower_port))
        self.archive = self.process(
            "archive", KRITIQ_ARCHIVE_URL=f"sqlite:///{self.folder}/archive.db",
            KRITIQ_ARCHIVE_FILES=str(self.folder / "files"), KRITIQ_ARCHIVE_FILES_FORMAT="jsonl",
        )  # fmt: skip
        self.api = Api(
            self.redis.url, secret_keys=KEY, webhook_allow_insecure="1", metrics_token=TOKEN, otlp_endpoint=collector
        )
        stack.callback(self.api.close)
        self.keep(self.api.process)
        self._receiving = stack.enter_context(ExitStack())
        port = self._receiving.enter_context(receiver(says(OK))).port
        self.api.wait()
        made = self.api.http.post("/v1/endpoints", json={"url": f"http://127.0.0.1:{port}/"})
        assert made.status_code == 201, made.text
        self.worker.wait_until(RedisStore(self.client).workers, "the worker is up", deadline_s=180)
        # The model's own users write German.
        [worker] = RedisStore(self.client).workers()
        reference = Traffic(reviews=1_000, features={"language": {"de": 1_000}})
        TrafficStore(self.client).set_reference(model_key(**worker.model), reference)
        self.prometheus = stack.enter_context(Alerts(self.folder, api_port=self.api.port, flower_port=flower_port))

    def keep(self, process: Process) -> Process:
        """End it with the others, at once: nobody looks at how it ends."""
        self._stack.callback(process.close)
        self._stack.callback(process.kill)
        return process

    def process(self, *arguments: str, module: str = "ops", **env: str) -> Process:
        """Another one, on this Redis."""
        return self.keep(Process(*arguments, module=module, env={"KRITIQ_REDIS_URL": self.redis.url, **env}))

    def stop_receiver(self) -> None:
        """From now on nobody listens where webhooks are sent."""
        self._receiving.close()

    def delay_webhooks(self, ms: int) -> None:
        """Let the oldest webhook that nobody takes be due since so long; there is one in a moment."""
        [(oldest, due)] = wait_for(lambda: self.client.zrange(webhook_keys.PENDING, 0, 0, withscores=True), "one waits")
        self.client.zadd(webhook_keys.PENDING, {oldest: due - ms}, xx=True)

    def review(self, text: str = "Das Essen war gut.", **more: Any) -> int:
        """Send one; what the API answered."""
        return self.api.http.post("/v1/jobs", json={"text": text, **more}).status_code

    def traffic(self, text: str) -> None:
        """Send so many that a model's traffic says something; one by one, for bulk work waits on a busy machine."""
        for number in range(LEAST + 20):
            assert self.review(f"{text} {number}.") == 202

    def batch(self, text: str, reviews: int) -> None:
        """Send so many as one."""
        sent = self.api.http.post("/v1/batches", json={"reviews": [{"text": f"{text} {n}."} for n in range(reviews)]})
        assert sent.status_code == 202, sent.text

    def age(self, ms: int) -> None:
        """Let so much time pass as far as Redis knows, the archive's outbox too."""
        RedisWorld(self.client).advance(ms)
        outbox = Outbox(self.client)
        outbox.filed((outbox.lag().files_s or 0) + ms / 1000)
        entries: Any = self.client.xrange(keys.OUTBOX)
        self.client.delete(keys.OUTBOX)
        for place, told in entries:
            at, _, number = place.decode().partition("-")
            self.client.xadd(keys.OUTBOX, told, id=f"{int(at) - ms}-{number}")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with ExitStack() as found:
        yield Stack(found)
