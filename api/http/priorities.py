"""In which priorities a caller may have work done: those that both its key and its organisation may use."""

from collections.abc import Sequence
from dataclasses import replace

from access.caller import Caller
from api.http.context import caller, context
from jobs.errors import Forbidden
from jobs.request import JobRequest, Priority

#: What a job gets that names no priority: the first of these that its caller may use.
UNNAMED = (Priority.NORMAL, Priority.BULK, Priority.HIGH)


def usable_by(caller: Caller) -> list[Priority]:
    """Those that the caller may use, most urgent first. What the operator said of its organisation is believed for five
    seconds; who shows no key, where none is asked for, has no limits. Raises Unavailable."""
    own = context().limiter.allowance(caller.tenant).priorities if caller.key_id is not None else None
    limits = [limit for limit in (caller.priorities, own) if limit is not None]
    return [priority for priority in Priority if all(priority in limit for limit in limits)]


def prioritized(asked: JobRequest, *, named: bool = True, instead: Sequence[Priority] = UNNAMED) -> JobRequest:
    """What the caller asks, with a priority that it may use: where none was `named`, the first of `instead`.

    Raises Forbidden for one that it may not use, Unavailable.
    """
    usable = usable_by(caller())
    if not named:
        chosen = next((priority for priority in instead if priority in usable), asked.priority)
        asked = asked if chosen is asked.priority else replace(asked, priority=chosen)
    if asked.priority not in usable:
        if not usable:
            raise Forbidden("This key is for certain priorities only, and its organisation may use none of them.")
        raise Forbidden(f"This key is for certain priorities only ({', '.join(usable)}), not {asked.priority}.")
    return asked
