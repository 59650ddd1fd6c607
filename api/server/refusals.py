"""What the server itself answers where no request reaches the application: problem documents, as everything else."""

import socket
from typing import Any

from api.http.problems import plain_code, problem

#: What is wrong, by the status that gunicorn found; `cfg` are its settings.
_DETAILS = {
    400: "This is not an HTTP request that can be parsed.",
    403: "Requests from this origin are not allowed.",
    414: "The first line has more than {cfg.limit_request_line} bytes.",
    417: "Only 100-continue can be expected.",
    431: "A header has over {cfg.limit_request_field_size} bytes, or there are over {cfg.limit_request_fields}.",
    500: "Something went wrong on our side; it has been logged.",
    501: "Transfer-Encoding can only be chunked.",
}


def refusal(status: int, detail: str, headers: dict[str, str] | None = None) -> bytes:
    """A whole answer behind which the connection is closed."""
    answer = problem(status, plain_code(status), detail, headers={"Connection": "close", **(headers or {})})
    head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
    return f"HTTP/1.1 {answer.status}\r\n{head}\r\n".encode("latin-1") + answer.get_data()


def too_slow() -> bytes:
    """Of a request that is not waited for any longer."""
    return refusal(408, "The request came too slowly.")


def too_busy() -> bytes:
    """Of one for which there is no room."""
    return refusal(503, "Too much is on its way in. Send yours again in a moment.", {"Retry-After": "5"})


def too_much_of(whose: str) -> bytes:
    """Of one of somebody who has had their share of the room."""
    detail = f"As much of {whose} is on its way in as may be at once. Send this again when some of it has come."
    return refusal(429, detail, {"Retry-After": "5"})


class Refusing:
    """A socket to which gunicorn writes its pages of errors: what is sent is the problem that they tell of."""

    def __init__(self, sock: socket.socket, cfg: Any) -> None:
        self._sock, self._cfg = sock, cfg

    def sendall(self, page: bytes) -> None:
        """See `socket.sendall`; of the page only its status is looked at."""
        status = int(page.split(b" ", 2)[1])
        self._sock.sendall(refusal(status, _DETAILS.get(status, "").format(cfg=self._cfg)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)
