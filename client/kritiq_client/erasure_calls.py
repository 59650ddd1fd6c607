"""Every call about erasures, as flows."""

from urllib.parse import quote

from kritiq_client.erasure_answers import Erasure
from kritiq_client.exchange import ask
from kritiq_client.job_calls import JSON, paged, wishes
from kritiq_client.retrying import Core
from kritiq_client.reviews import encode
from kritiq_client.steps import Flow, Request, Sleep, Stream

#: Seconds between two looks.
LOOK_S = 1.0


def erase(
    core: Core, *, external_author: str | None = None, restaurant: str | None = None, everything: bool = False
) -> Flow[Erasure]:
    """Have all reviews of a guest, of a restaurant or of your organisation deleted; `wait_erasure` tells the end.

    For a key that is `admin`. Raises Invalid where not one of the three is given, Conflict while too many wait.
    """
    members = {"external_author": external_author, "restaurant": restaurant, "everything": everything or None}
    body = encode({name: value for name, value in members.items() if value is not None})
    request = Request(method="POST", path="/v1/erasures", headers={"content-type": JSON}, body=body)
    return (yield from ask(core, request, Erasure))


def get_erasure(core: Core, erasure_id: str) -> Flow[Erasure]:
    """How far it is, and when it has ended its report. Raises NotFound."""
    return (yield from ask(core, Request(method="GET", path=f"/v1/erasures/{quote(erasure_id, safe='')}"), Erasure))


def wait_erasure(core: Core, erasure: str | Erasure, *, timeout_s: float = 60.0) -> Flow[Erasure]:
    """It, when it has ended, or as it is after `timeout_s` seconds. Raises NotFound."""
    end = core.clock() + timeout_s
    while True:
        found = yield from get_erasure(core, erasure if isinstance(erasure, str) else erasure.id)
        rest = end - core.clock()
        if found.ended or rest <= 0:
            return found
        yield Sleep(min(LOOK_S, rest))


def erasures(core: Core, *, page_size: int = 100) -> Stream[Erasure]:
    """Erasures newest first, page by page as they are asked for."""
    yield from paged(core, "/v1/erasures", wishes(page_size=page_size), "erasures", Erasure)
    return Erasure
