"""Bodies that threads wait for: a few at a time in a process, and of one key or organisation only a share of them."""

from access.caller import Caller
from api.server.shares import NoRoom, NoShare, Place, Shares, place_of
from jobs.errors import TooOften, Unavailable

#: One thread of so many, and one at least, may wait for the rest of a request: the others are for whole ones.
PATIENT = 4
#: How long whoever finds no place is told to wait, in seconds.
RETRY_S = 5


class LargeBodies:
    """The places of a process with so many threads, in shares (`Shares`). Of a single place there is no share."""

    def __init__(self, threads: int) -> None:
        self._places = Shares(max(1, threads // PATIENT))

    def take(self, caller: Caller | None) -> Place:
        """One of them, to be given to `leave`; None: of somebody who is not known yet.

        Raises Unavailable when all are taken, and TooOften when the caller's share is.
        """
        place = place_of(caller)
        try:
            self._places.take(place)
        except NoShare as none:
            raise TooOften(
                f"As many large bodies of {none.whose} are on their way as may be ({none.share}): send this one when"
                " one has come.",
                retry_after_s=RETRY_S,
            ) from None
        except NoRoom:
            raise Unavailable("Too many large bodies are on their way. Send yours again in a moment.") from None
        return place

    def leave(self, place: Place) -> None:
        """The body is there, or nobody waits for it any more."""
        self._places.leave(place)
