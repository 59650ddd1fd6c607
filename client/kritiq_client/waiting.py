"""What a command says while it waits for a service that does not take what it is asked."""

from collections.abc import Callable

from kritiq_client.errors import ApiError, KritiqError, TransportError
from kritiq_client.printable import printable


class Waiting:
    """Says what is waited for, each thing once, after the first try that failed: the `told` of a `Core`.

    `say` prints a line; `how_long` goes behind "trying again".
    """

    def __init__(self, url: str, say: Callable[[str], object], how_long: str = "") -> None:
        self._url, self._say, self._how_long = url, say, how_long
        self._said = set[str]()

    def __call__(self, failure: KritiqError) -> None:
        """Something failed, and is tried again."""
        what = _what(failure)
        if what not in self._said:
            self._said.add(what)
            self._say(printable(f"{self._url} {what}; trying again{self._how_long}."))


def _what(failure: KritiqError) -> str:
    if isinstance(failure, ApiError):
        return f"says {failure.status} {failure.code}"
    never_left = isinstance(failure, TransportError) and not failure.sent
    return "cannot be reached" if never_left else "does not answer"
