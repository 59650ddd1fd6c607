"""Kritiq's API as far as corrections go."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


class Kritiq(BaseHTTPRequestHandler):
    """An API that takes what `refusals` does not refuse."""

    base: str
    told: list[tuple[str, Any, str | None]]
    refusals: dict[str, tuple[int, bytes]]

    def do_POST(self) -> None:
        """Feedback on whatever job."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.told.append((self.path, body, self.headers["Authorization"]))
        status, answer = self.refusals.get("always", (200, b"{}"))
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Tell nobody."""


@contextmanager
def listening() -> Iterator[type[Kritiq]]:
    """Such an API, at `base`."""

    class Handler(Kritiq):
        """Of this test alone."""

    Handler.told, Handler.refusals = [], {}
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        Handler.base = f"http://127.0.0.1:{server.server_port}"
        yield Handler
        server.shutdown()
        thread.join()
