"""What the routes of one application share."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import current_app, g, has_app_context, request
from werkzeug.exceptions import RequestEntityTooLarge

from access.caller import Caller
from api.http.content_coding import is_coded, unzipped
from api.http.eta import EtaEstimator
from api.http.gatekeeper import Entry, Gatekeeper
from api.http.hub import Hub
from api.http.link_sessions import LinkSessions
from api.http.parameters import KEY_PATTERN
from api.http.problems import InvalidRequest, MediaTypeError
from api.http.rates import RateLimiter
from api.http.recent import Recent
from api.http.session_cookie import session_cookie
from api.http.strict_json import check, read
from jobs.backlog import Backlog
from jobs.errors import Gone, NotFound, Unauthenticated
from jobs.history import History
from jobs.settings import Settings
from jobs.store import JobStore
from store.activity import ActivityStore
from store.aliases import AliasStore
from store.answers import AnswerStore
from store.api_keys import ApiKeyStore
from store.audit import AuditStore
from store.batches import BatchStore
from store.erasures import ErasureStore
from store.feedback import FeedbackStore
from store.files import FileStore
from store.model_cards import CardStore
from store.model_operations import OperationStore
from store.outbox import Outbox
from store.retrainings import RetrainingStore
from store.rollouts import RolloutStore
from store.served import Catalogue, ServedStore
from store.traffic import TrafficStore
from store.usage import UsageStore
from store.webhook_links import WebhookLinkStore
from store.webhooks import Webhooks


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """The parts that `create_app` was given."""

    settings: Settings
    store: JobStore
    hub: Hub
    etas: EtaEstimator
    #: What waits, as it was within the last second.
    backlog: Recent[Backlog]
    batches: BatchStore
    files: FileStore
    feedback: FeedbackStore
    erasures: ErasureStore
    answers: AnswerStore
    cards: CardStore
    webhooks: Webhooks
    keys: ApiKeyStore
    links: WebhookLinkStore
    link_sessions: LinkSessions
    gate: Gatekeeper
    limiter: RateLimiter
    usage: UsageStore
    metrics: ActivityStore
    audit: AuditStore
    traffic: TrafficStore
    outbox: Outbox
    history: History
    catalogue: Catalogue
    aliases: AliasStore
    rollouts: RolloutStore
    operations: OperationStore
    retrainings: RetrainingStore
    served: ServedStore

    @property
    def recent_ms(self) -> int:
        """Of what was made since then Redis tells alone (milliseconds since the epoch): it is kept for so long."""
        return int((time.time() - self.settings.result_ttl_s) * 1000)


def context() -> Context:
    """The context of the current application."""
    found = current_app.extensions["kritiq"]
    assert isinstance(found, Context)
    return found


def caller() -> Caller:
    """Who makes this request, as `api.http.gate` found out."""
    found = g.caller
    assert isinstance(found, Caller)
    return found


def sender() -> Caller | None:
    """Who makes the request that this thread is about; None before that is known."""
    return g.get("caller") if has_app_context() else None


def entry() -> Entry:
    """How the caller came in."""
    found = g.entry
    assert isinstance(found, Entry)
    return found


def tenant() -> str:
    """Whose request this is."""
    return caller().tenant


def link(path: str) -> str:
    """Where `path` of this service is for clients: below KRITIQ_PUBLIC_URL, or on the host that they asked."""
    return context().settings.public_url + path


def still_in() -> Callable[[], None]:
    """What a stream calls again and again: some seconds after the key or session of this request has ended it raises
    Unauthenticated or InvalidToken. Raises Unavailable, too."""
    ctx, admitted = context(), caller()
    header, cookie = request.headers.get("Authorization"), session_cookie(ctx.settings)

    def check() -> None:
        if ctx.gate.entry(header, cookie).caller != admitted:
            raise Unauthenticated("The API key or the session is not good any more.")

    return check


def while_in(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The parts, of an answer or of what is sent, for as long as the key or session of this request is good.

    Raises as what `still_in` gives does; then nothing more is read or sent.
    """
    check_caller = still_in()

    def checked() -> Iterator[bytes]:
        for part in parts:
            check_caller()
            yield part

    return checked()


def check_job(job_id: str) -> None:
    """Raises NotFound when the job is of a restaurant that the caller's key is not for.

    So it does when the job is gone: whose it was is gone with it.
    """
    if caller().restaurants:
        with _as_unknown(NotFound()):
            found = context().store.get(tenant(), job_id).job
        if not caller().sees(found.request.restaurant):
            raise NotFound


def check_batch(batch_id: str) -> None:
    """The same of a batch, or of any of its lines."""
    if caller().restaurants:
        unknown = NotFound("There is no such batch.")
        with _as_unknown(unknown):
            found = context().batches.get(tenant(), batch_id)
        if not found.within(caller().restaurants):
            raise unknown


@contextmanager
def _as_unknown(unknown: NotFound) -> Iterator[None]:
    try:
        yield
    except Gone:
        raise unknown from None


def json_body(*, unchecked: str = "", also: Sequence[str] = ()) -> dict[str, Any]:
    """The request's body, a strict JSON object; what is in the member `unchecked` is the caller's to check.

    `also` are media types that the call takes beside it, for whoever sends another one.

    Raises MediaTypeError, BadJson, InvalidRequest, and werkzeug's 413 for a body over the limit.
    """
    if request.mimetype != "application/json":
        taken = " or ".join(("application/json", *also))
        raise MediaTypeError(f"The body should be {taken}, not {request.mimetype or 'untyped'}.")
    body = read(raw_body())
    check(body, but=unchecked)
    if not isinstance(body, dict):
        raise InvalidRequest("#", "should be a JSON object")
    return body


def raw_body() -> bytes:
    """The request's body, unpacked. Raises UnknownCoding, CodingError, and werkzeug's 413 for one over the limit."""
    most = request.max_content_length
    data = request.get_data()
    if request.content_length is None and len(data) >= (most or len(data) + 1):
        # Of a chunked body, werkzeug reads as much as is allowed and says nothing of the rest.
        raise RequestEntityTooLarge
    if "Content-Encoding" not in request.headers or not is_coded():
        return data
    if "unpacked" not in g:
        held = bytearray()
        for piece in unzipped([data]):
            held += piece
            if most is not None and len(held) > most:
                raise RequestEntityTooLarge
        g.unpacked = bytes(held)
    unpacked: bytes = g.unpacked
    return unpacked


def checked_text(text: str) -> str:
    """`text` when it is not longer than the operator allows. Raises InvalidRequest."""
    most = context().settings.max_text_chars
    if len(text) > most:
        raise InvalidRequest("#/text", f"should have at most {most} characters, has {len(text)}")
    return text


def check_model(model: str | None, pointer: str = "#/model") -> None:
    """Raises InvalidRequest when there is no such model, and says which there are."""
    if model is not None and (why := context().catalogue.missing(model)):
        raise InvalidRequest(pointer, why)


def idempotency_key() -> str | None:
    """The request's `Idempotency-Key`. Raises InvalidRequest."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not re.fullmatch(KEY_PATTERN, key.strip()):
        raise InvalidRequest("Idempotency-Key", "should have 1 to 255 printable ASCII characters")
    return key.strip().strip('"')
