"""`/v1/events`: what changes of an organisation, as it happens, in one stream."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

from flask import Blueprint, Response, request

from access.caller import Caller
from access.scope import Scope
from api.batches.answers import counts_dict
from api.http.context import Context, caller, context, still_in
from api.http.feed import DELETED, Change, Changes, Kind
from api.http.operation import operation
from api.http.pauses import Signal, pause, stopping
from api.http.problem_schemas import ProblemAnswer
from api.http.streams import EVENTS_S, HEARTBEAT_S, ending, event, streamed
from api.http.waiting import STREAM_LOOKS_S
from api.service.change_schemas import ChangesEventAnswer
from api.service.queue import backlog_dict
from api.webhooks.visible import deliveries_of
from jobs.errors import Gone, KritiqError, NotFound
from store.lists import Listed
from webhooks.delivery import Delivery

blueprint = Blueprint("changes", __name__)

#: What happens within this time after an event is told by the next one, in seconds.
PACE_S = 1.0
#: Of so many things of a kind an event tells that have to be read for it: batches, and, for a key of some restaurants,
#: everything.
MOST_READ = 20
READ = frozenset({Kind.JOBS, Kind.BATCHES, Kind.DELIVERIES})
#: The scope of whoever is told of a list; of the others it takes what it takes to listen.
SCOPES = {
    Listed.AUDIT: Scope.ADMIN, Listed.KEYS: Scope.ADMIN, Listed.RETRAININGS: Scope.MODELS_MANAGE,
    Listed.ENDPOINTS: Scope.WEBHOOKS_MANAGE, Listed.WEBHOOK_LINKS: Scope.WEBHOOKS_MANAGE,
}  # fmt: skip
#: Lists whose entries may be limited to restaurants: keys of some hear of theirs.
OF_RESTAURANTS = frozenset({Listed.ENDPOINTS, Listed.WEBHOOK_LINKS})


@blueprint.get("/v1/events")
@operation(
    "Listen to all that changes",
    scope=Scope.JOBS_READ,
    answers={200: ChangesEventAnswer, 503: ProblemAnswer},
    media={200: "text/event-stream"},
)
def all_events() -> Response:
    """Server-sent events `changes`, at most one a second: which jobs, batches and deliveries have changed, what guests
    say of which restaurants, in which lists something has, and what waits when that has. Of what the key may see; of
    deliveries for keys with `webhooks:manage`.

    Nothing is kept for who is away. Where `complete` is false more may have changed than is told, as in the first event
    of each stream: read again what you show. A stream ends after five minutes with `end`, and is opened again.
    """
    ctx, me = context(), caller()
    with ExitStack() as stack:
        changed = stack.enter_context(ctx.hub.changes(me.tenant))
        # Errors must be answered before the stream begins.
        teller = _Teller(ctx, me, changed, still_in())
        ctx.backlog()
        held = stack.pop_all()
    return streamed(_events(teller, changed, request.environ), "text/event-stream", held)


def _events(teller: "_Teller", changed: Changes, environ: Mapping[str, Any]) -> Iterator[bytes]:
    until, heard = time.monotonic() + EVENTS_S, time.monotonic()
    yield b"retry: 1000\n\n"
    while time.monotonic() < until and not stopping(environ):
        yield from pause(environ, changed, STREAM_LOOKS_S)
        try:
            body = teller.news()
        except KritiqError as error:
            yield ending(str(error))
            return
        if body is not None:
            heard = time.monotonic()
            yield event("changes", body)
            yield from pause(environ, Signal(), PACE_S)
            # What waits may have been read before the last change.
            changed.set()
        elif time.monotonic() - heard >= HEARTBEAT_S:
            heard = time.monotonic()
            yield b": still here\n\n"
    yield ending("Come again.")


class _Teller:
    """What a caller is told of changes. It works outside of the caller's request."""

    def __init__(self, ctx: Context, me: Caller, changed: Changes, check_caller: Callable[[], None]) -> None:
        self._ctx, self._me, self._changed, self._check_caller = ctx, me, changed, check_caller
        #: Which deliveries a caller that may see some is told of; None: all.
        self._visible = self._visible_now()
        #: What waited when it was told last.
        self._queue: dict[str, Any] | None = None

    def news(self) -> dict[str, Any] | None:
        """What has changed since the last time; None when nothing has. Raises KritiqError."""
        self._check_caller()
        changes, complete = self._changed.take()
        if not complete or any(change.id == Listed.ENDPOINTS for change in changes if change.kind is Kind.LISTS):
            self._visible = self._visible_now()
        queue = backlog_dict(self._ctx.backlog(), self._ctx.settings)
        tellers: dict[Kind, Callable[[Change], Any]] = {
            Kind.JOBS: self._job, Kind.BATCHES: self._batch, Kind.DELIVERIES: self._delivery,
            Kind.RESTAURANTS: self._restaurant, Kind.LISTS: self._list,
        }  # fmt: skip
        told: dict[str, list[Any]] = {}
        for kind, tell in tellers.items():
            of_kind = [change for change in changes if change.kind is kind]
            if kind is Kind.BATCHES or (self._me.restaurants and kind in READ):
                complete = complete and len(of_kind) <= MOST_READ
                of_kind = of_kind[-MOST_READ:]
            found = [each for change in of_kind if (each := tell(change)) is not None]
            # Several entries of a list may have changed.
            told[kind.value] = list(dict.fromkeys(found)) if kind is Kind.LISTS else found
        if complete and not any(told.values()) and queue == self._queue:
            return None
        news = queue if queue != self._queue else None
        self._queue = queue
        return {"complete": complete, **told, "queue": news}

    def _visible_now(self) -> Callable[[Delivery], bool] | None:
        return deliveries_of(self._me, self._ctx.webhooks.endpoints) if self._me.may(Scope.WEBHOOKS_MANAGE) else None

    def _job(self, change: Change) -> dict[str, Any] | None:
        if self._me.restaurants and not self._sees_job(change):
            return None
        return {"id": change.id, "status": change.status, "version": change.version}

    def _sees_job(self, change: Change) -> bool:
        if change.status == DELETED:
            return self._me.sees_all(change.restaurants)
        try:
            found = self._ctx.store.get(self._me.tenant, change.id).job
        except (NotFound, Gone):
            # That it was deleted is told next.
            return False
        return self._me.sees(found.request.restaurant)

    def _batch(self, change: Change) -> dict[str, Any] | None:
        told: dict[str, Any] = {"id": change.id, "status": change.status, "version": change.version, "counts": None}
        try:
            batch = self._ctx.batches.get(self._me.tenant, change.id)
        except (NotFound, Gone):
            # Of one that is past its time nobody says whose it was.
            return told if self._me.sees_all(change.restaurants) else None
        if self._me.restaurants and not batch.within(self._me.restaurants):
            return None
        return told | {"status": batch.status, "version": batch.version, "counts": counts_dict(batch)}

    def _delivery(self, change: Change) -> dict[str, Any] | None:
        if not self._me.may(Scope.WEBHOOKS_MANAGE):
            return None
        if self._visible is not None:
            try:
                found = self._ctx.webhooks.deliveries.get(self._me.tenant, change.id)
            except (NotFound, Gone):
                return None
            if not self._visible(found):
                return None
        return {"id": change.id, "status": change.status}

    def _restaurant(self, change: Change) -> str | None:
        return change.id if self._me.sees(change.id) else None

    def _list(self, change: Change) -> str | None:
        try:
            listed = Listed(change.id)
        except ValueError:
            # A process of a newer release announces a list that this one does not have.
            return None
        hidden = listed in OF_RESTAURANTS and not self._me.sees_all(change.restaurants)
        return None if hidden or not self._me.may(SCOPES.get(listed, Scope.JOBS_READ)) else listed
