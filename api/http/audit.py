"""Writes the audit log: every request that changes something, and every one that was refused."""

import atexit
import logging
import os
import threading
import time
from collections import deque

from flask import Flask, Response, g, request

from access.audit_entry import UNKNOWN, AuditEntry
from access.caller import Caller
from api.http.origin import SAFE_METHODS
from api.http.request_log import ids_of
from jobs.errors import Unavailable
from store.audit import AuditStore
from telemetry.trouble import Trouble

log = logging.getLogger(__name__)

#: Entries that wait for Redis at most; the oldest give way, and that is said.
MOST_WAITING = 10_000
#: Entries that one round trip writes.
AT_ONCE = 200
#: Seconds that an entry waits for others to be written with: one round trip for each would cost a tenth of a POST.
LINGER_S = 0.1
#: Seconds until a Redis that is away is tried again.
AGAIN_S = 1.0


class AuditWriter:
    """Hands entries to the store on a thread of its own, within a second: no request waits for its entry.

    What a process has not written when it is killed is lost; ended gently, it writes what waits.
    """

    def __init__(self, store: AuditStore) -> None:
        self._store, self._on = store, store.on
        self._waiting: deque[AuditEntry] = deque()
        self._lost = 0
        self._new = threading.Event()
        self._lock = threading.Lock()
        self._pid = 0

    def put(self, entry: AuditEntry) -> None:
        """Have an entry written."""
        if not self._on:
            return
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            self._lost += 1
        self._waiting.append(entry)
        if self._pid != os.getpid():
            self._start()
        self._new.set()

    def flush(self) -> None:
        """Write what waits. Raises Unavailable."""
        with self._lock:
            while batch := [self._waiting[n] for n in range(min(AT_ONCE, len(self._waiting)))]:
                self._store.append(batch)
                for _ in batch:
                    self._waiting.popleft()
            if self._lost:
                log.error("the audit log lacks %d entries: Redis took none for too long", self._lost)
                self._lost = 0

    def _start(self) -> None:
        # In the process that serves, which may be a fork of the one that made this.
        with self._lock:
            if self._pid != os.getpid():
                self._pid = os.getpid()
                threading.Thread(target=self._run, name="audit", daemon=True).start()
                atexit.register(self._end)

    def _run(self) -> None:
        trouble = Trouble(log, "the audit log waits")
        while True:
            self._new.wait()
            time.sleep(LINGER_S)
            self._new.clear()
            try:
                self.flush()
                trouble.over()
            except Unavailable as error:
                trouble.met(error)
                time.sleep(AGAIN_S)
                self._new.set()

    def _end(self) -> None:
        try:
            self.flush()
        except Unavailable:
            log.error("the audit log lacks the last %d entries", len(self._waiting))


def register(app: Flask, writer: AuditWriter) -> None:
    """Have every request of `app` noted that changes something or is refused, as its answer leaves."""

    def note(response: Response) -> Response:
        refused = response.status_code in (401, 403)
        if request.endpoint is not None and (refused or request.method not in SAFE_METHODS):
            caller = g.get("caller") or Caller(tenant=UNKNOWN)
            writer.put(
                AuditEntry(
                    tenant=caller.tenant,
                    action=request.endpoint.replace(".", "_"),
                    status=response.status_code,
                    key_id=caller.key_id,
                    address=request.remote_addr,
                    objects=ids_of(response),
                )
            )
        return response

    app.extensions["audit"] = writer
    app.after_request(note)
