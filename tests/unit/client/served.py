"""A service behind a real socket, for the commands, which make their own connections."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx

from tests.unit.client.shells import Handler


@contextmanager
def served(handler: Handler) -> Iterator[str]:
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
            self.send_header("content-type", response.headers.get("content-type", "application/x-ndjson"))
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Tests say by themselves what is wrong."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
