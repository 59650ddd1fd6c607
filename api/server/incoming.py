"""What of requests is on its way into a process, and in its memory: from which addresses, whose, and how much."""

from collections import Counter
from collections.abc import Callable

from flask import Flask

from access.caller import Caller
from api.http.context import Context
from api.http.session_cookie import session_cookie_in
from api.server.arriving import Arriving
from api.server.refusals import too_busy, too_much_of
from api.server.shares import NoRoom, NoShare, Place, Shares, place_of

#: The most that requests on their way in hold in a process, in bytes; of one key or organisation a share (`Shares`).
MOST_BUFFERED = 268_435_456


def remembering(app: Flask) -> Callable[[str | None, str | None], Caller | None]:
    """What `Incoming` asks, of an application's gatekeeper."""
    ctx: Context = app.extensions["kritiq"]

    def known(header: str | None, cookies: str | None) -> Caller | None:
        return ctx.gate.remembered(header, session_cookie_in(cookies or "", ctx.settings))

    return known


class Incoming:
    """Of one process. `known` tells whose request it is that shows this `Authorization` and `Cookie`, without asking
    anybody: it is called in the server's loop. Not to be shared by threads."""

    def __init__(self, known: Callable[[str | None, str | None], Caller | None], *, most: int = MOST_BUFFERED) -> None:
        self._known = known
        self._bytes = Shares(most)
        self._held: dict[Arriving, tuple[Place, int]] = {}
        self._of_address: Counter[str | None] = Counter()

    def of_address(self, address: str | None) -> int:
        """Requests of one address that are on their way."""
        return self._of_address[address]

    def begin(self, arriving: Arriving, address: str | None) -> None:
        """A request is waited for."""
        self._held[arriving] = (place_of(None), 0)
        self._of_address[address] += 1

    def grow(self, arriving: Arriving) -> bytes:
        """More has come of it, and not all: what the client is told when there is no room for that, else nothing."""
        place, held = self._held[arriving]
        if arriving.shown is not None and place == place_of(None):
            # Its head has come. Who was not known then may be by now.
            self._bytes.leave(place, held)
            place, held = place_of(self._known(*arriving.shown)), 0
        try:
            self._bytes.take(place, len(arriving) - held)
        except NoRoom as none:
            self._held[arriving] = (place, held)
            return too_much_of(none.whose) if isinstance(none, NoShare) else too_busy()
        self._held[arriving] = (place, len(arriving))
        return b""

    def end(self, arriving: Arriving, address: str | None) -> None:
        """It is whole, or given up."""
        self._bytes.leave(*self._held.pop(arriving))
        self._of_address[address] -= 1
        if not self._of_address[address]:
            del self._of_address[address]
