"""A service behind a real socket, for who makes connections of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx

#: What the socket says by itself.
OWN = frozenset({"content-length", "content-encoding", "transfer-encoding"})


@contextmanager
def served(handler: Callable[[httpx.Request], httpx.Response]) -> Iterator[str]:
    """The URL under which `handler` answers."""

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            request = httpx.Request(
                self.command, f"http://{self.headers['host']}{self.path}", headers=list(self.headers.items()),
                content=body,
            )  # fmt: skip
            response = handler(request)
            content = response.read()
            self.send_response_only(response.status_code)
            response.headers.setdefault("content-type", "application/x-ndjson")
            for name in response.headers.keys() - OWN:
                self.send_header(name, response.headers[name])
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Tests say by themselves what is wrong."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
