"""What the owner of an endpoint sets and may change: one frozen value, from the request to the record and back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

import orjson

from webhooks.event import DEFAULT_EVENTS


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointOptions:
    """All that can be set of an endpoint but its secret and whether it is enabled. One JSON field of the record.

    A new member, say a retry schedule of its own, is a change of five files:

    - this one: the member, its default (endpoints that were stored without it have that), its unit;
    - `api/webhooks/schemas.py`: what clients may set (EndpointRequest, EndpointChange) and get (EndpointAnswer);
    - `worker/delivery/deliverer.py` or `webhooks/message.py`, where it acts: each has the options in its snapshot;
    - `client/kritiq_client/webhook_calls.py` and `client/kritiq_client/webhook_answers.py`.

    Store, scripts, snapshot, routes and answers take what is here. A script that looks for endpoints by a member needs
    it as a field of the record beside the JSON, as `events` is (`store/endpoints.py`).
    """

    #: Empty where there is none: in what keeps the secret of one-off webhooks.
    url: str = ""
    #: Values of `webhooks.event.EventType`.
    events: tuple[str, ...] = DEFAULT_EVENTS
    description: str = ""
    #: The only restaurants whose events it gets, and no event without one; empty: all.
    restaurants: tuple[str, ...] = ()
    #: Whether the sentences' texts are sent, or offsets only.
    include_text: bool = False
    #: Of `batch.progress`: an event whenever so many more lines of a batch have ended; at most one for each of its
    #: chunks.
    progress_lines: int = 1000
    #: Of `batch.lines`: most lines that one event tells.
    lines_per_event: int = 10

    def changed(self, members: Mapping[str, Any]) -> Self:
        """These options with those of `members` that are options and not None."""
        given = {name: value for name, value in members.items() if name in _NAMES and value is not None}
        for name in ("events", "restaurants"):
            if name in given:
                given[name] = tuple(map(str, given[name]))
        return replace(self, **given)

    def described(self) -> dict[str, Any]:
        """All members, as answers give them back to the client."""
        return asdict(self)

    def encode(self) -> bytes:
        """As JSON. With defaults: an endpoint goes on as it was asked for when a newer Kritiq has others."""
        return orjson.dumps(self.described())

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The opposite of `encode`; members of a newer version are passed over."""
        return cls().changed(orjson.loads(data))


_NAMES = frozenset(field.name for field in fields(EndpointOptions))
