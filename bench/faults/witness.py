"""Who watches: a subscriber that hears every end of a job, and a receiver that counts every webhook."""

import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import redis

ENDS = {b"succeeded", b"failed", b"canceled", b"expired"}


class Witness:
    """Hears the announcements of all jobs on a connection of its own, past every proxy. A context manager."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._stopping = threading.Event()
        self._listening = threading.Event()
        #: Times that an end was announced, by task id; and when it first was (time.monotonic).
        self.ends: Counter[str] = Counter()
        self.at: dict[str, float] = {}

    def __enter__(self) -> "Witness":
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self._listening.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(10)
        self._client.close()

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._client.pubsub() as pubsub:
                    pubsub.psubscribe("kritiq:job:*")
                    self._listening.set()
                    while not self._stopping.is_set():
                        message: Any = pubsub.get_message(timeout=0.2)
                        if message and message["type"] == "pmessage":
                            self._hear(message["channel"].decode().removeprefix("kritiq:job:"), message["data"])
            except redis.RedisError:
                # Redis is the victim today: what is announced to nobody is checked in the records at the end.
                time.sleep(0.05)

    def _hear(self, task: str, data: bytes) -> None:
        if data.split(b" ")[-1] in ENDS:
            self.ends[task] += 1
            self.at.setdefault(task, time.monotonic())


class Receiver:
    """A webhook receiver that answers 204 at once. A context manager."""

    def __init__(self) -> None:
        lock = threading.Lock()
        #: Times that each webhook-id came, and the webhook-ids of each job.
        self.seen: Counter[str] = Counter()
        self.of_job: dict[str, set[str]] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with lock:
                    outer.seen[self.headers["webhook-id"]] += 1
                    outer.of_job.setdefault(str(event["data"].get("job_id")), set()).add(self.headers["webhook-id"])
                self.send_response(204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> "Receiver":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
