"""Carries out the erasures that were asked for over HTTP, one after the other, beside the reconciler's rounds.

Deleting is done twice without harm, and each attempt notes what it deleted, step by step: whoever takes over from a
process that was killed goes on, and the report has what both deleted; but for the step in which it was.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import redis

from jobs.erasure import Erased, Proof
from jobs.errors import TextErased, TextKeyMissing, Unavailable
from jobs.job import JobError
from store.audit import AuditStore
from store.erasure import Eraser
from store.erasures import ErasureClaim, ErasureStore, status_of
from store.outbox import Outbox
from telemetry.trouble import Trouble

log = logging.getLogger(__name__)

#: Between two looks, in seconds.
EVERY_S = 1.0
#: Who has not been heard of for so long is gone.
LEASE_MS = 60_000
#: While nothing is deleted, it is said so often, in seconds, that the attempt goes on.
RENEW_S = 5.0
#: How often an erasure is begun, whatever ends it.
MOST_TRIES = 10
#: How long one waits after an attempt that failed, while its organisation's key is missing, and for the archive.
AGAIN_MS, KEY_MS, ARCHIVE_MS = 30_000, 60_000, 1_000
FAILED = JobError(code="erasure_failed", message="It could not be carried out, again and again; it has been logged.")
FORGOTTEN = JobError(code="text_erased", message="Whose reviews to erase was erased with the organisation's key.")


class _TakenOver(Exception):
    """The lease has ended, and somebody else is at it."""


class _Stopped(Exception):
    """This process is to end."""


class Erasures:
    """`run` until `stop`; or step by step. Safe to run in several processes."""

    def __init__(
        self,
        client: redis.Redis,
        audit: AuditStore,
        *,
        store: ErasureStore | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._eraser, self._outbox = store or ErasureStore(client), Eraser(client), Outbox(client)
        self._audit, self._clock = audit, clock
        #: What was cut off because the store was away.
        self._cut_off: ErasureClaim | None = None
        self._stopping = threading.Event()

    def run(self) -> None:
        """Go on until `stop` is called. A store that is away is waited for."""
        trouble = Trouble(log, "erasures wait")
        while not self._stopping.is_set():
            try:
                again = self.step()
                trouble.over()
                if again:
                    continue
            except Exception as error:
                trouble.met(error, traceback=not isinstance(error, Unavailable))
            self._stopping.wait(EVERY_S)

    def stop(self) -> None:
        """End after the step that is under way; another process goes on with the erasure."""
        self._stopping.set()

    def step(self) -> bool:
        """Carry out what has waited longest, if anything does; whether there was something. Raises Unavailable."""
        if self._cut_off is not None:
            # No try that failed; and nobody has to wait for its lease to end.
            self._store.put_back(self._cut_off, after_ms=0, counted=False)
            self._cut_off = None
        claim = self._store.claim(lease_ms=LEASE_MS)
        if claim is None:
            return False
        try:
            self._carry_out(claim)
        except _TakenOver:
            log.warning("erasure %s: another process has taken it over", claim.id)
        except _Stopped:
            self._store.put_back(claim, after_ms=0, counted=False)
        except TextErased:
            self._fail(claim, FORGOTTEN)
        except TextKeyMissing as error:
            log.warning("erasure %s waits: %s", claim.id, error)
            self._store.put_back(claim, after_ms=KEY_MS, counted=False)
        except Unavailable:
            self._cut_off = claim
            raise
        except Exception:
            log.exception("erasure %s", claim.id)
            self._store.put_back(claim, after_ms=AGAIN_MS, counted=True)
        return True

    def _carry_out(self, claim: ErasureClaim) -> None:
        proof = claim.proof
        if proof is None:
            if claim.tries > MOST_TRIES:
                self._fail(claim, FAILED)
                return
            log.info("erasure %s of %s: attempt %d", claim.id, claim.tenant, claim.tries)
            proof = self._erase(claim)
        if proof.archive is not None and self._outbox.has(proof.archive):
            self._store.await_archive(claim, proof, after_ms=ARCHIVE_MS)
            return
        if proof.archive is not None and not self._outbox.lag().on:
            # It was turned off before it was told.
            proof = replace(proof, archive=None)
        if proof.archive is not None:
            proof = replace(proof, archived=self._outbox.erased(proof.archive))
        if self._store.end(claim, proof, audit=self._audit):
            log.info("erasure %s of %s: %s", claim.id, claim.tenant, status_of(proof))

    def _erase(self, claim: ErasureClaim) -> Proof:
        noted, said_at = Erased(), self._clock()

        def told(erased: Erased) -> None:
            nonlocal noted, said_at
            more = erased if erased != noted else None
            if more is not None or self._clock() - said_at >= RENEW_S:
                if not self._store.renew(claim, more, lease_ms=LEASE_MS):
                    raise _TakenOver
                noted, said_at = erased, self._clock()
            if self._stopping.is_set():
                raise _Stopped

        _, proof = self._eraser.erase(self._store.whose(claim), everywhere=False, told=told)
        return proof

    def _fail(self, claim: ErasureClaim, error: JobError) -> None:
        log.error("erasure %s failed: %s", claim.id, error.code)
        self._store.fail(claim, error, audit=self._audit)
