"""`kritiq bench way`: the files that one review passes, from `POST /v1/jobs` to its delivered webhook.

The API, a worker with the real model and a delivery worker run in this process, on a private Redis, so that one profile
function sees them all. A first review warms everything up. Of those after it, what runs is noted until the client has
the result and the webhook is written down as delivered. `bench.executed` says when a file counts. Heartbeats, the
watchdog, reports of what was counted and who looks how far long reviews are run by the clock and not for a review:
their threads do not count. Nor does the network itself where it is replayed as a recorded graph
(`model.runtime.graph`): no Python of it runs.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import click
import redis
from flask.testing import FlaskClient
from pydantic import SecretStr

from bench.executed import Executed
from bench.harness import Stack, until
from jobs.job import DEFAULT_TENANT
from jobs.settings import Settings
from store import keys, webhook_keys
from telemetry.meter import Meter
from telemetry.traces import Tracer
from webhooks.secret import new_key

#: Stages in the order in which a review passes them; a file is listed in the first that it runs in.
STAGES = {
    "in": "POST to stored",
    "worker": "claim to judged, and the result stored",
    "model": "what of it is model/",
    "out": "stored result to the client that waits for it",
    "delivery": "webhook rendered, signed, sent, written down",
}
TEXT = "Das Schnitzel war knusprig. Die Bedienung kam nie."

Way = dict[str, list[str]]


class Stages:
    """Which stage a thread works for."""

    def __init__(self) -> None:
        #: Whether the review that is being looked at is stored: its request's thread only waits from then on.
        self.stored = False

    def of(self, thread: str) -> str | None:
        """By the names that the processes give their threads."""
        if thread in ("heartbeat", "watchdog", "receiver", "follow-ups", "progress", "reporter"):
            return None
        if thread == "MainThread":
            return "out" if self.stored else "in"
        if thread == "hub":
            return "out"
        if thread == "audit":
            return "in"
        return "delivery" if thread.startswith("deliver") else "worker"

    def after(self, script: str) -> None:
        """A script was run."""
        self.stored = self.stored or script.endswith("/create.lua")


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what is printed is the list."""


@contextmanager
def receiver() -> Iterator[int]:
    """A receiver of webhooks that takes all; its port."""
    with HTTPServer(("127.0.0.1", 0), _Receiver) as server:
        threading.Thread(target=server.serve_forever, name="receiver", daemon=True).start()
        yield server.server_port
        server.shutdown()


@contextmanager
def service(settings: Settings, client: redis.Redis) -> Iterator[FlaskClient]:
    """Worker, delivery worker and API in this process; a client of the API."""
    from api.app import create_app
    from api.http.hub import RedisHub
    from store.batches import BatchStore
    from store.connection import connect
    from store.jobs import RedisStore
    from store.webhooks import open_webhooks
    from worker.app import create_app as create_celery
    from worker.consumer.bootstep import BatchConsumerStep
    from worker.delivery.cli import build

    worker = SimpleNamespace(app=create_celery(settings), hostname="way@localhost", exitcode=0)
    step, deliverer = BatchConsumerStep(worker), build(settings, connect(settings), "way", Meter(), Tracer())
    step.start(worker)
    thread = threading.Thread(target=deliverer.run, name="delivery")
    thread.start()
    line = connect(settings)
    app = create_app(
        settings, RedisStore(line), RedisHub(line, most=8), BatchStore(line), open_webhooks(settings, line)
    )
    try:
        until(lambda: client.zcard(keys.WORKERS) and client.zcard(keys.DELIVERERS), "the workers", within_s=60)
        yield app.test_client()
    finally:
        deliverer.stop()
        thread.join()
        step.stop(worker)


def pass_review(client: FlaskClient, text: str) -> str:
    """Post one review and wait for its result; its id."""
    answer = client.post("/v1/jobs", json={"text": text}, headers={"Prefer": "wait=30"})
    if answer.status_code != 200 or answer.get_json()["status"] != "succeeded":
        raise click.ClickException(f"the review did not succeed: {answer.status} {answer.text}")
    return str(answer.get_json()["id"])


def pass_line(client: FlaskClient, text: str) -> str:
    """Post a batch of one line and read its results as they come; the batch's id."""
    answer = client.post("/v1/batches", json={"reviews": [{"text": text}]})
    if answer.status_code != 202:
        raise click.ClickException(f"the batch was not taken: {answer.status} {answer.text}")
    name = str(answer.get_json()["id"])
    # An empty line is a heartbeat: on a busy machine the profile makes a line take longer than until the first.
    lines = [line for line in client.get(f"/v1/batches/{name}/results").text.splitlines() if line]
    if [json.loads(line)["status"] for line in lines] != ["succeeded"]:
        raise click.ClickException(f"the line did not succeed: {lines}")
    return name


#: What is looked at, and what sends it.
KINDS: Mapping[str, Callable[[FlaskClient, str], str]] = {"review": pass_review, "batch line": pass_line}


def look(rounds: int) -> dict[str, Way]:
    """The way of each of `KINDS`: the union over `rounds` texts, each looked at alone after one that warms up."""
    stages = Stages()
    executed = Executed(stages.of)
    executed.on_script = stages.after
    ways: dict[str, Way] = {}
    with ExitStack() as opened:
        stack = opened.enter_context(Stack())
        port = opened.enter_context(receiver())
        opened.enter_context(executed.installed())
        ours = {"cache": True, "secret_keys": SecretStr(new_key()), "webhook_allow_insecure": True}
        settings = stack.settings().model_copy(update=ours)
        client = opened.enter_context(service(settings, stack.client))
        endpoint = client.post("/v1/endpoints", json={"url": f"http://127.0.0.1:{port}/"}).get_json()["id"]

        def passes(kind: str, text: str) -> None:
            stages.stored = False
            subject = KINDS[kind](client, text)
            msg = f"msg_{subject}_{endpoint}"
            # Not called, which would count as the review's.
            made = webhook_keys.ENDPOINT_DELIVERIES.format(tenant=DEFAULT_TENANT, id=endpoint)
            record = webhook_keys.DELIVERY.format(tenant=DEFAULT_TENANT, id=msg)

            def delivered() -> bool:
                # One that arrived has no record any more, or one that says so. What reads it otherwise is on no way.
                there = stack.client.zscore(made, msg) is not None
                return there and stack.client.hget(record, "status") in (None, b"succeeded")

            until(delivered, "its webhook", within_s=30)

        for kind in KINDS:
            passes(kind, f"{TEXT} Das war {kind} 0.")
            found: dict[str, set[str]] = {}
            for number in range(1, rounds + 1):
                executed.begin(stack.client)
                passes(kind, f"{TEXT} Das war {kind} {number}.")
                for stage, files in executed.end(stack.client).items():
                    found.setdefault(stage, set()).update(files)
            ways[kind] = by_stage(found)
    return ways


def by_stage(found: Mapping[str, set[str]]) -> Way:
    """Each file once, in the first stage that it runs in; what a worker runs of model/ is the model's."""
    stages = {stage: set(found.get(stage, ())) for stage in STAGES}
    stages["model"] |= {path for path in stages["worker"] if path.startswith("model/")}
    stages["worker"] -= stages["model"]
    way: Way = {}
    listed: set[str] = set()
    for stage in STAGES:
        way[stage] = sorted(stages[stage] - listed)
        listed |= stages[stage]
    return way


@click.command("way")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option(
    "--rounds", type=click.IntRange(1), default=3, show_default=True, help="Reviews to look at, one after the other."
)
def way_command(as_json: bool, rounds: int) -> None:
    """List the project's files whose code runs for one review, and for one line of a batch, Lua included."""
    ways = look(rounds)
    if as_json:
        click.echo(json.dumps({name: _counted(way) for name, way in ways.items()}, indent=2))
        return
    for name, way in ways.items():
        click.echo(f"One {name}: {sum(map(len, way.values()))} files")
        for stage, files in way.items():
            click.echo(f"  {stage} ({STAGES[stage]}): {len(files)}")
            for path in files:
                click.echo(f"    {path}")
        if name == "batch line":
            more = {path for files in way.values() for path in files}
            more -= {path for files in ways["review"].values() for path in files}
            click.echo(f"  of these, not on a review's way: {len(more)}: {', '.join(sorted(more))}")


def _counted(way: Way) -> dict[str, Any]:
    return {"total": sum(map(len, way.values())), "stages": way}
