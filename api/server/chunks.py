"""Where a body that comes in chunks ends (RFC 9112, section 7.1), found while it comes."""

import re

#: The longest line with a chunk's size, and the longest trailers, in bytes: what is longer is the server's to refuse.
MOST_LINE, MOST_TRAILERS = 8_190, 65_536

_SIZE = re.compile(rb"([0-9A-Fa-f]+)[ \t]*(?:;[^\r\n]*)?")
_EOL = b"\r\n"


class Chunks:
    """The chunks of a body that begins at `at` of what has come of a request."""

    def __init__(self, at: int) -> None:
        #: Where the next line with a size begins, or the trailers; it may not have come yet.
        self._at = at
        #: Up to where the end of that was looked for.
        self._searched = at
        self._last = False

    def whole(self, data: bytearray) -> bool:
        """Whether the rest need not be waited for: it has come with its trailers, or is wrong, which the server says.

        `data` is what had come at the last call, and more.
        """
        while not self._last:
            if len(data) < self._at:
                return False
            end = data.find(_EOL, self._searched)
            if end < 0:
                self._searched = max(self._at, len(data) - 1)
                return len(data) - self._at > MOST_LINE
            size = _SIZE.fullmatch(data, self._at, end)
            if size is None:
                return True
            self._last = not (length := int(size[1], 16))
            following = end + len(_EOL) + length
            if length:
                if data[following : following + 2] not in (_EOL, _EOL[:1], b""):
                    return True
                following += len(_EOL)
            self._at = self._searched = following
        return self._trailers_whole(data)

    def _trailers_whole(self, data: bytearray) -> bool:
        if data.startswith(_EOL, self._at):
            return True
        # None of the first line's, which may be what ends the trailers, was looked at before.
        found = data.find(_EOL + _EOL, self._searched) >= 0
        self._searched = max(self._at, len(data) - 3)
        return found or len(data) - self._at > MOST_TRAILERS
