"""What takes its time and is looked at until it has ended."""

from typing import Protocol, TypeVar

from kritiq_client.exchange import ask
from kritiq_client.retrying import Core
from kritiq_client.steps import Flow, Request, Sleep


class Ends(Protocol):
    """What comes to an end."""

    @property
    def ended(self) -> bool:
        """Whether nothing more becomes of it."""


E = TypeVar("E", bound=Ends)


def until_ended(core: Core, where: str, cls: type[E], *, every_s: float, timeout_s: float) -> Flow[E]:
    """What is at `where` when it has ended, looked at every `every_s` seconds, or as it is after `timeout_s`.

    Raises NotFound.
    """
    end = core.clock() + timeout_s
    while True:
        found = yield from ask(core, Request(method="GET", path=where), cls)
        rest = end - core.clock()
        if found.ended or rest <= 0:
            return found
        yield Sleep(min(every_s, rest))
