"""A request on its way in: what has come of it, whether that is all, and until when the rest may take."""

import re

from api.server.chunks import Chunks

#: The longest head of a request, in bytes; what is longer is the server's to refuse.
MOST_HEAD = 65_536
#: How long a head may take from its first byte, a silent new connection, and a body beside its rate; in seconds.
HEAD_S = 10.0
#: The least rate of a body, in bytes a second.
BODY_RATE = 4_096

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*0*([0-9]{1,15})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r\n]*chunked", re.IGNORECASE)
_AUTHORIZATION = re.compile(rb"\r\nauthorization:[ \t]*([^\r\n]*?)[ \t]*\r\n", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\ncookie:[ \t]*([^\r\n]*?)[ \t]*\r\n", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)


class Arriving:
    """What has come of one request since `now`, in seconds of a clock that only moves on.

    It decides when somebody should look at the request, never whether the request is right: that is the server's.
    """

    def __init__(self, now: float, *, most_body: int) -> None:
        self._began, self._most_body = now, most_body
        self._data = bytearray()
        #: Where the body begins; None while the head is not whole.
        self._body: int | None = None
        #: How long the body says it is, where it does not come in chunks.
        self._length = 0
        self._chunks: Chunks | None = None
        #: What it shows as `Authorization` and as `Cookie`, if anything; None while the head is not whole.
        self.shown: tuple[str | None, str | None] | None = None
        #: Whether the client waits to be told to go on (`Expect: 100-continue`).
        self.expects = False
        #: Whether the rest need not be waited for.
        self.complete = False

    def __len__(self) -> int:
        return len(self._data)

    def take(self) -> bytearray:
        """All that has come; nothing is left."""
        data, self._data = self._data, bytearray()
        return data

    def feed(self, data: bytes) -> None:
        """Some more has come."""
        searched = max(0, len(self._data) - 3)
        self._data += data
        if self._body is None:
            end = self._data.find(b"\r\n\r\n", searched)
            if end < 0:
                self.complete = len(self._data) > MOST_HEAD
                return
            self._read_head(end)
        assert self._body is not None
        come = len(self._data) - self._body
        if self._chunks is not None:
            self.complete = come > self._most_body or self._chunks.whole(self._data)
        else:
            # One that is too long is refused, and not read.
            self.complete = come >= self._length or self._length > self._most_body

    def _read_head(self, end: int) -> None:
        head = bytes(self._data[: end + 2])
        self._body = end + 4
        length, key, cookie = _LENGTH.search(head), _AUTHORIZATION.search(head), _COOKIE.search(head)
        self.shown = (key and key[1].decode("latin-1"), cookie and cookie[1].decode("latin-1"))
        if _CHUNKED.search(head):
            self._chunks = Chunks(self._body)
        elif length:
            self._length = int(length[1])
        self.expects = bool(_EXPECTS.search(head)) and (self._chunks is not None or self._length != 0)

    @property
    def until(self) -> float:
        """When waiting ends: the slower the body comes, the sooner."""
        allowed = HEAD_S if self._body is None else 2 * HEAD_S + (len(self._data) - self._body) / BODY_RATE
        return self._began + allowed
