"""A text that went every way through Kritiq is found nowhere once it was deleted, or when its time is over: not in
Redis, its slow log and its files, not with the dashboard, with Flower, in the archive or in a log."""

import base64
import contextlib
import json
import os
import re
import signal
import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import chain

from jobs.job import DEFAULT_TTL_MS
from store import keys, queues
from tests.integration.ops.test_run import READY_S, Service
from tests.integration.webhooks.receivers import read_request, receiver, status
from tests.support.celery_client import celery_client
from tests.support.processes import ORACLE, Process
from tests.support.redis_server import require_server
from tests.support.waiting import wait_for
from tests.support.worlds import RedisWorld

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

#: In every text, with the way that it goes behind it.
CANARY = "Zeisigkanari"


def spelled(word: bytes) -> Iterator[bytes]:
    """A word as it is, and as base64 has it: so lie the bodies of Celery's messages."""
    yield word
    for before, cut in enumerate((0, 2, 3)):
        whole = (before + len(word)) // 3 * 4
        yield base64.b64encode(bytes(before) + word)[cut:whole]


SPELLED = tuple(spelled(CANARY.encode()))


@dataclass(kw_only=True)
class Stack:
    """The whole of `kritiq run`, and everywhere that it keeps something."""

    service: Service
    data: Path
    client: redis.Redis
    #: Addresses of what was made, to be deleted.
    made: list[str] = field(default_factory=list)

    @property
    def http(self) -> Any:
        return self.service.http

    def post(self, path: str, body: Any, **headers: str) -> Any:
        answer = self.http.post(
            path, json=body, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )
        assert answer.status_code < 300, answer.text
        if "Location" in answer.headers:
            self.made.append(answer.headers["Location"])
        return answer.json()

    def found(self, *, but: tuple[str, ...] = ()) -> list[str]:
        """Where the canary is, with what follows it; files whose name begins with one of `but` are passed over."""
        places = [
            ("slow log", repr(self.client.slowlog_get(1000)).encode()),
            ("log", self.service.process.log.encode()),
        ]
        places += [
            (f"redis {name.decode(errors='replace')}", name + self._value(name)) for name in self.client.scan_iter()
        ]
        for path in self.data.rglob("*"):
            if path.is_file() and not path.name.startswith(but):
                with contextlib.suppress(FileNotFoundError):
                    places.append((f"file {path.relative_to(self.data)}", path.read_bytes()))
        return [
            f"{place}: {content[max(0, at - 60) : at + len(word) + 20]!r}"
            for place, content in places
            for word in SPELLED
            if (at := content.find(word)) >= 0
        ]

    def _value(self, name: bytes) -> bytes:
        """Everything that a key holds; nothing when it has just gone."""
        kind = self.client.type(name)
        read: dict[bytes, Callable[[], object]] = {
            b"string": lambda: self.client.get(name), b"hash": lambda: self.client.hgetall(name),
            b"list": lambda: self.client.lrange(name, 0, -1), b"zset": lambda: self.client.zrange(name, 0, -1),
            b"set": lambda: self.client.smembers(name), b"stream": lambda: self.client.xrange(name),
        }  # fmt: skip
        return b"" if kind == b"none" else repr(read[kind]()).encode()


@contextlib.contextmanager
def running(data: Path, **settings: str) -> Iterator[Stack]:
    """The whole of it, with these settings beside."""
    require_server()
    service = Service(
        data, "tests.support.forked_run", KRITIQ_ERASE_FILES_S="1", KRITIQ_FEEDBACK_TTL_S=str(DEFAULT_TTL_MS // 1000),
        KRITIQ_MAX_STRIKES="1", KRITIQ_LEASE_S="1", KRITIQ_WEBHOOK_ALLOW_INSECURE="true",
        KRITIQ_LOG_LEVEL="DEBUG", KRITIQ_MODEL=str(ORACLE),
        KRITIQ_ARCHIVE_URL=f"sqlite:///{data}/archive.db", **settings,
    )  # fmt: skip
    try:
        service.process.wait_until(lambda: "Kritiq is ready." in service.messages("ready"), "it is ready", READY_S)
        service.http.headers["Authorization"] = f"Bearer {service.key_file.read_text().strip()}"
        wait_for(service.judged, "the worker works", deadline_s=READY_S, explain=lambda: service.process.log[-3000:])
        with redis.Redis(port=int(service.env["KRITIQ_REDIS_PORT"]), socket_timeout=30) as client:
            # In a file that is not compressed everything can be seen.
            client.config_set("rdbcompression", "no")
            yield Stack(service=service, data=data, client=client)
    finally:
        service.close()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("canary") / "data") as found:
        yield found


@pytest.fixture(scope="module")
def sink() -> Iterator[str]:
    """A receiver that takes everything and says nothing."""
    with receiver(status("204 ok")) as found:
        yield f"http://127.0.0.1:{found.port}/sink"


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    """A receiver that repeats what it is sent, and says that it failed."""

    def behave(sock: socket.socket) -> None:
        body = read_request(sock).partition(b"\r\n\r\n")[2][:1500]
        sock.sendall(b"HTTP/1.1 500 no\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    with receiver(behave, raw=True) as found:
        yield f"http://127.0.0.1:{found.port}/echo"


def text(way: str) -> str:
    return f"Das {CANARY} {way} schmeckte gut. Der Service war {way} langsam."


def send_all(stack: Stack, name: str, hook: str) -> None:
    """One text on every way that there is; all have ended."""
    send(stack, name, hook)
    native(stack, name)
    stack.client.lpush(queues.CELERY_QUEUE, f"kein Celery, nur {CANARY}")
    poison(stack)
    wait_for(lambda: not unfinished(stack), "all has ended", explain=lambda: f"{unfinished(stack)}")


def send(stack: Stack, name: str, hook: str) -> None:
    """One text on every way over HTTP."""
    about = {"metadata": {"gast": f"{CANARY} Metadaten"}, "restaurant": "adler"}
    stack.post("/v1/jobs", {"text": text("einzeln"), **about, "webhook": {"url": f"{hook}?gast={CANARY}"}})
    stack.post("/v1/jobs", {"text": text("verlangt"), **about}, Idempotency_Key=f"{name}-key")
    stack.post("/v1/jobs", {"text": text("verlangt"), **about}, Idempotency_Key=f"{name}-key")
    stack.post("/v1/jobs", {"texts": [text("mehrere"), text("noch einer")], **about})
    stack.post("/v1/jobs", {"text": text("zu spät"), "deadline_s": 0.001, **about})
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    late = stack.post("/v1/jobs", {"text": text("abgesagt"), "not_before": tomorrow, **about})
    assert stack.http.post(f"/v1/jobs/{late['id']}/cancel").status_code == 200
    answer = stack.http.put(f"/v1/jobs/{name}-own", json={"text": text("eigene"), **about})
    assert answer.status_code < 300, answer.text
    stack.made.append(f"/v1/jobs/{name}-own")
    answer = stack.http.post("/api/", json={"text": text("alt")})
    assert answer.status_code == 200, answer.text
    stack.made.append(answer.headers["Location"])
    lines = [{"text": text(f"Zeile {n}"), "custom_id": f"{CANARY}-{n}", **about} for n in range(3)]
    stack.post("/v1/batches", {"reviews": [*lines, {"text": ""}], "external_author": f"{CANARY} Gast", **about})
    reviews = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    file = stack.http.post("/v1/files", content=reviews, headers={"Content-Type": "application/x-ndjson"})
    assert file.status_code == 201, file.text
    stack.post("/v1/batches", {"input_file_id": file.json()["id"]})
    assert stack.http.delete(file.headers["Location"]).status_code == 204
    judged = stack.post("/v1/jobs", {"text": text("berichtigt"), **about}, Prefer="wait=30")
    correction = {"sentence": 0, "aspect": "food", "polarity": "negative", "by": f"{CANARY} Gast"}
    answer = stack.http.post(f"{judged['links']['self']}/feedback", json=correction)
    assert answer.status_code == 200, answer.text
    answer = stack.http.post("/v1/jobs", json={"text": text("falsch"), CANARY: CANARY})
    assert answer.status_code == 422


def unfinished(stack: Stack) -> list[str]:
    """What was made and has not ended."""
    ended = ("succeeded", "failed", "canceled", "expired", "completed")
    return [path for path in stack.made if stack.http.get(path).json()["status"] not in ended]


def native(stack: Stack, name: str) -> None:
    """What a Celery client sends by itself: tasks, a chain, one with links, one that is refused."""
    url = f"redis://127.0.0.1:{stack.service.env['KRITIQ_REDIS_PORT']}/0"
    with celery_client(url) as app:
        app.conf.task_send_sent_event = True
        analyze = app.signature("kritiq.analyze", [text("Aufgabe")], kwargs={"metadata": {"gast": CANARY}})
        tasks = [analyze.clone().set(task_id=f"{name}-task")]
        step = app.signature("kritiq.analyze", [text("Schritt")], immutable=True).set(task_id=f"{name}-b")
        tasks += [chain(analyze.clone().set(task_id=f"{name}-a"), step)]
        tasks += [analyze.clone().set(task_id=f"{name}-limit", time_limit=0.0001)]
        results = [task.apply_async() for task in tasks]
        for result in results:
            with contextlib.suppress(Exception):
                result.get(timeout=60)
        wrong = app.send_task("kritiq.analyze", [text("zuviel")] * 12, {CANARY: CANARY}, task_id=f"{name}-wrong")
        with pytest.raises(TypeError):
            wrong.get(timeout=60)
        wrong.forget()
        stack.made += [f"/v1/jobs/{name}-{which}" for which in ("task", "a", "b", "limit")]


def poison(stack: Stack) -> None:
    """A job whose worker is killed; its text stays for the operator."""
    job = stack.post("/v1/jobs", {"text": text("giftig") * 400, "priority": "high"})
    path = f"/v1/jobs/{job['id']}"
    wait_for(lambda: stack.http.get(path).json()["status"] == "running", "it runs", every_s=0.005)
    os.kill(stack.service.pids()["worker"], signal.SIGKILL)
    wait_for(lambda: stack.http.get(path).json()["status"] == "failed", "it has failed", deadline_s=READY_S)
    wait_for(stack.service.judged, "the worker works", deadline_s=READY_S)


def nowhere(stack: Stack, what: str, *, but: tuple[str, ...] = ()) -> None:
    def report() -> str:
        return "\n".join(stack.found(but=but))

    wait_for(lambda: not stack.found(but=but), what, every_s=1.0, explain=report)


def test_what_was_deleted_is_found_nowhere(stack: Stack, echo: str) -> None:
    answer = stack.http.post("/v1/endpoints", json={"url": echo, "include_text": True})
    assert answer.status_code == 201, answer.text
    assert stack.http.post("/v1/webhook-secret").status_code == 200
    send_all(stack, "deleted", echo)
    for where in ("dashboard.db", "appendonly", ":attempts", "archive.db"):
        wait_for(lambda where=where: [place for place in stack.found() if where in place], f"it is in {where}")
    answer = stack.http.patch(answer.headers["Location"], json={"enabled": False})
    assert answer.status_code == 200, answer.text
    for path in dict.fromkeys(stack.made):
        assert stack.http.delete(path).status_code == 204, path
    stack.made.clear()
    with contextlib.closing(Process("jobs", "rejected", "drop", "--all", env=stack.service.env)) as command:
        assert command.wait() == 0, command.log
    nowhere(stack, "it is found nowhere")


def test_what_no_worker_has_taken_is_found_nowhere_once_it_was_erased(stack: Stack) -> None:
    url = f"redis://127.0.0.1:{stack.service.env['KRITIQ_REDIS_PORT']}/0"
    worker, guest = stack.service.pids()["worker"], f"{CANARY} Gast"
    with celery_client(url) as app:
        theirs = app.signature("kritiq.analyze", [text("ungelesen")], {"external_author": guest}, immutable=True)
        os.kill(worker, signal.SIGSTOP)
        try:
            sent = [theirs.clone().apply_async(priority=priority) for priority in (0, 5, 9)]
            sent += [chain(app.signature("kritiq.analyze", ["Gut."]), theirs.clone()).apply_async()]
            assert [place for place in stack.found() if place.startswith("redis celery")]
            asked = stack.http.post("/v1/erasures", json={"external_author": guest}).headers["Location"]
            wait_for(lambda: stack.http.get(asked).json()["finished_at"], "it is erased", deadline_s=READY_S)
            done = stack.http.get(asked).json()
            assert (done["status"], done["erased"]["messages"]) == ("succeeded", len(sent)), done
            nowhere(stack, "it is found nowhere")
        finally:
            os.kill(worker, signal.SIGCONT)
        for result in sent:
            result.get(timeout=60, propagate=False)
        assert [result.state for result in sent] == ["REVOKED"] * len(sent)
        nowhere(stack, "it is found nowhere afterwards")


def test_when_its_time_is_over_it_is_found_nowhere_but_with_those_who_were_told(stack: Stack, sink: str) -> None:
    # What a webhook has still to tell is kept until it is told or given up: here are only receivers that take it.
    send_all(stack, "expired", sink)
    RedisWorld(stack.client).advance(DEFAULT_TTL_MS + 60_000)
    age_rejects(stack.client)
    # The dashboard is a receiver: how long it keeps what it was told is its own to say. An archive is to keep it.
    nowhere(stack, "it is found nowhere else", but=("dashboard.db", "archive.db"))


def test_nobody_but_its_owner_reads_its_files(stack: Stack) -> None:
    loose = {
        str(path.relative_to(stack.data)): oct(path.stat().st_mode)
        for path in (stack.data, *stack.data.rglob("*"))
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    }
    assert loose == {}


def age_rejects(client: redis.Redis) -> None:
    """Rejected messages have their time in themselves."""
    entries = [re.sub(rb'"at":"\d+"', b'"at":"1"', entry) for entry in client.lrange(keys.REJECTED, 0, -1)]
    for index, entry in enumerate(entries):
        client.lset(keys.REJECTED, index, entry)
