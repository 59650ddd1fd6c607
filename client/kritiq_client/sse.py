"""Server-sent events out of bytes that come in any pieces (WHATWG HTML, section 9.2.6)."""

import codecs
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerEvent:
    """One event."""

    event: str
    data: str
    #: The last id that the stream had named when this event came.
    id: str


class EventParser:
    """Feed it bytes as they come; it gives the events that are complete. An incomplete one at the end is no event."""

    def __init__(self) -> None:
        # What is not UTF-8 becomes U+FFFD, as the standard says; a character may be cut by a chunk.
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._rest = ""
        self._first = True
        self._after_cr = False
        self._event, self._data = "", list[str]()
        self.last_id = ""
        #: Seconds after which the server wants to be asked again; None when it did not say.
        self.retry_s: float | None = None

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """The events that `chunk` completes."""
        text = self._decode(chunk)
        if self._first and text:
            text, self._first = text.removeprefix("\ufeff"), False
        # The LF of a CRLF that was cut belongs to the line that has ended.
        if self._after_cr and text:
            text, self._after_cr = text.removeprefix("\n"), False
        text = self._rest + text
        self._after_cr = self._after_cr or text.endswith("\r")
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._rest = lines.pop()
        return [event for line in lines if (event := self._line(line)) is not None]

    def _line(self, line: str) -> ServerEvent | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._event = value
        elif name == "data":
            self._data.append(value)
        elif name == "id" and "\0" not in value:
            self.last_id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry_s = int(value[:9]) / 1000
        return None

    def _dispatch(self) -> ServerEvent | None:
        event, data = self._event or "message", self._data
        self._event, self._data = "", []
        return ServerEvent(event=event, data="\n".join(data), id=self.last_id) if data else None


class LineParser:
    """Bytes in any pieces into whole lines, for NDJSON. An incomplete one at the end is no line."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that `chunk` completes, without their ends and without empty ones."""
        head, *tail = chunk.split(b"\n")
        self._pieces.append(head)
        if not tail:
            return []
        lines = [b"".join(self._pieces), *tail[:-1]]
        self._pieces = [tail[-1]]
        return [line for line in lines if line.strip()]
