"""Every call about erasures and exports, as flows: what there is of somebody. For keys that are `admin`."""

from kritiq_client.erasure_answers import Erasure, Exported
from kritiq_client.errors import TransportError
from kritiq_client.exchange import ask, error_of, row_of
from kritiq_client.job_calls import JSON, SILENCE_S, paged, wishes
from kritiq_client.looking import until_ended
from kritiq_client.named import in_path
from kritiq_client.retrying import Core
from kritiq_client.reviews import encode
from kritiq_client.sse import LineParser
from kritiq_client.steps import Answer, Close, Emit, Flow, Open, Read, Request, Stream

#: Seconds between two looks.
LOOK_S = 1.0


def erase(
    core: Core, *, external_author: str | None = None, restaurant: str | None = None, everything: bool = False
) -> Flow[Erasure]:
    """Have all reviews of a guest, of a restaurant or of your organisation deleted; `wait_erasure` tells the end.

    For a key that is `admin`. Raises Invalid where not one of the three is given, Conflict while too many wait.
    """
    body = _whose(external_author, restaurant, everything)
    request = Request(method="POST", path="/v1/erasures", headers={"content-type": JSON}, body=body)
    return (yield from ask(core, request, Erasure))


def get_erasure(core: Core, erasure_id: str | Erasure) -> Flow[Erasure]:
    """How far it is, and when it has ended its report. Raises NotFound."""
    return (yield from ask(core, Request(method="GET", path=_path(erasure_id)), Erasure))


def wait_erasure(core: Core, erasure: str | Erasure, *, timeout_s: float = 60.0) -> Flow[Erasure]:
    """It, when it has ended, or as it is after `timeout_s` seconds. Raises NotFound."""
    where = _path(erasure)
    return (yield from until_ended(core, where, Erasure, every_s=LOOK_S, timeout_s=timeout_s))


def erasures(core: Core, *, page_size: int = 100) -> Stream[Erasure]:
    """Erasures newest first, page by page as they are asked for."""
    yield from paged(core, "/v1/erasures", wishes(page_size=page_size), "erasures", Erasure)
    return Erasure


def export(
    core: Core, *, external_author: str | None = None, restaurant: str | None = None, everything: bool = False
) -> Stream[Exported]:
    """All that there is of a guest, of a restaurant or of your organisation, as it comes, to be handed to whom it is
    about.

    For a key that is `admin`. Raises Invalid where not one of the three is given, and TransportError where it ends
    before all of it has come: it has to be begun anew then.
    """
    request = Request(
        method="POST", path="/v1/exports", headers={"content-type": JSON},
        body=_whose(external_author, restaurant, everything), wait_s=SILENCE_S,
    )  # fmt: skip
    answer: Answer = yield Open(request)
    if answer.status >= 400:
        raise error_of(answer)
    parser = LineParser()
    while (data := (yield Read())) is not None:
        for row in parser.feed(data):
            line = row_of(Exported, row, "export")
            if line.raw.get("complete") is None:
                yield Emit(line)
                continue
            yield Close()
            if line.raw["complete"]:
                return Exported
            raise TransportError(f"The service could not export all: {line.raw.get('detail', '')}", sent=True)
    yield Close()
    raise TransportError("The export ended before all of it had come.", sent=True)


def _whose(external_author: str | None, restaurant: str | None, everything: bool) -> bytes:
    members = {"external_author": external_author, "restaurant": restaurant, "everything": everything or None}
    return encode({name: value for name, value in members.items() if value is not None})


def _path(erasure_id: str | Erasure) -> str:
    return f"/v1/erasures/{in_path(erasure_id)}"
