"""Erasures that were asked for, in Redis: who asks follows them here, and reconcilers take them from here.

Of a guest the record has the id, encrypted where texts are, until the search is done: then nobody needs it any more.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson
import redis

from access.audit_entry import AuditEntry
from jobs.erasure import Erased, Erasure, ErasureStatus, Of, Proof
from jobs.errors import NotFound, TooManyErasures
from jobs.job import JobError
from jobs.members import known_members
from store import keys
from store.audit import NO_ENTRY, AuditStore, beside
from store.listing import Slice, newest
from store.scripts import RedisBase, translated
from store.whose import Whose

#: Erasures of an organisation that are kept; the oldest that has ended gives way to a new one.
MOST = 1_000
UNKNOWN = "There is no such erasure."


@dataclass(frozen=True, kw_only=True, slots=True)
class ErasureClaim:
    """An erasure in the hands of a process, until its lease ends."""

    tenant: str
    id: str
    #: Fences off whoever had it before.
    attempt: int
    #: How often it was begun, lost processes included.
    tries: int
    #: Its record: whose reviews.
    of: Of
    who: bytes
    #: There when only the archive is waited for.
    proof: Proof | None


class ErasureStore(RedisBase):
    """Keeps them. `offset_ms` puts the clock ahead of Redis' own; tests give it, nothing else does."""

    def __init__(self, client: redis.Redis, *, offset_ms: Callable[[], int] = lambda: 0) -> None:
        super().__init__(client)
        self._offset_ms = offset_ms

    @translated
    def ask(self, erasure_id: str, whose: Whose) -> Erasure:
        """Have somebody's reviews erased. Raises TooManyErasures, Unavailable."""
        if whose.external_author is not None:
            sealed = self._sealing.seal(whose.tenant, whose.external_author.encode())
            fields: list[Any] = ["of", Of.AUTHOR, "author", sealed]
        elif whose.restaurant is not None:
            fields = ["of", Of.RESTAURANT, "restaurant", whose.restaurant]
        else:
            fields = ["of", Of.EVERYTHING]
        answer = self._run("privacy/ask", args=[whose.tenant, erasure_id, MOST, *fields])
        if answer[0] == b"full":
            raise TooManyErasures
        return self.get(whose.tenant, erasure_id)

    @translated
    def get(self, tenant: str, erasure_id: str) -> Erasure:
        """Raises NotFound."""
        (found,) = self._read(tenant, [erasure_id])
        if found is None:
            raise NotFound(UNKNOWN)
        return found

    @translated
    def page(self, tenant: str, *, size: int, before: tuple[int, str] | None = None) -> Slice[Erasure]:
        """Up to `size` of an organisation's, newest first."""
        return newest(
            self._redis, [keys.ERASURES(tenant)], lambda ids: self._read(tenant, ids), size=size, before=before
        )

    @translated
    def claim(self, *, lease_ms: int) -> ErasureClaim | None:
        """What has waited longest, if anything does, or was left by somebody who is gone."""
        # It is asked each second, and mostly there is none.
        if not self._redis.exists(keys.ERASING):
            return None
        found = self._run("privacy/claim", args=[self._offset_ms(), lease_ms])
        if not found:
            return None
        tenant, erasure_id, flat = found
        raw = dict(zip(flat[::2], flat[1::2], strict=True))
        of = Of(raw[b"of"].decode())
        return ErasureClaim(
            tenant=tenant.decode(),
            id=erasure_id.decode(),
            attempt=int(raw[b"attempt"]),
            tries=int(raw[b"tries"]),
            of=of,
            who=raw.get(b"author" if of is Of.AUTHOR else b"restaurant", b""),
            proof=_proof(raw),
        )

    @translated
    def whose(self, claim: ErasureClaim) -> Whose:
        """Whose reviews a claim is about. Raises TextKeyMissing, TextErased."""
        if claim.of is Of.AUTHOR:
            return Whose(tenant=claim.tenant, external_author=self._sealing.open(claim.tenant, claim.who).decode())
        return Whose(tenant=claim.tenant, restaurant=claim.who.decode() if claim.of is Of.RESTAURANT else None)

    @translated
    def renew(self, claim: ErasureClaim, erased: Erased | None, *, lease_ms: int) -> bool:
        """Go on with a claim, and note what it has deleted by now, if that is more; False when it is another's."""
        told = b"" if erased is None else orjson.dumps(asdict(erased))
        return bool(self._run("privacy/renew", args=[*self._head(claim), lease_ms, told]))

    @translated
    def put_back(self, claim: ErasureClaim, *, after_ms: int, counted: bool) -> bool:
        """Somebody is to begin again, in so many milliseconds; False when it is another's by now.

        `counted`: as a try that failed.
        """
        tries = claim.tries if counted else claim.tries - 1
        return self._settle(claim, ErasureStatus.QUEUED, after_ms, "tries", tries)

    @translated
    def await_archive(self, claim: ErasureClaim, proof: Proof, *, after_ms: int) -> bool:
        """All is done but what the archive does; look at it again in so many milliseconds."""
        return self._settle(claim, ErasureStatus.RUNNING, after_ms, "proof", orjson.dumps(asdict(proof)))

    @translated
    def end(self, claim: ErasureClaim, proof: Proof, *, audit: AuditStore) -> bool:
        """It is done, and so is the archive where there is one. The audit log has it with the same step."""
        return self._settle(claim, status_of(proof), 0, "proof", orjson.dumps(asdict(proof)), audit=audit)

    @translated
    def fail(self, claim: ErasureClaim, error: JobError, *, audit: AuditStore) -> bool:
        """It cannot be carried out. The audit log has it with the same step."""
        return self._settle(claim, ErasureStatus.FAILED, 0, "error", orjson.dumps(asdict(error)), audit=audit)

    def _head(self, claim: ErasureClaim) -> list[str | int]:
        return [self._offset_ms(), claim.tenant, claim.id, claim.attempt]

    def _settle(
        self,
        claim: ErasureClaim,
        status: ErasureStatus,
        after_ms: int,
        field: str = "",
        value: bytes | int = b"",
        *,
        audit: AuditStore | None = None,
    ) -> bool:
        # Never whose reviews they were.
        entry = AuditEntry(tenant=claim.tenant, action=f"erasure_{status}", objects={"erasure_id": claim.id})
        noted = NO_ENTRY if audit is None else beside(audit, entry)
        return bool(self._run("privacy/settle", args=[*self._head(claim), status, after_ms, field, value, *noted]))

    def _read(self, tenant: str, ids: list[str]) -> list[Erasure | None]:
        pipe = self._redis.pipeline(transaction=False)
        for erasure_id in ids:
            pipe.hgetall(keys.ERASURE(tenant, erasure_id))
        rows = zip(ids, pipe.execute(), strict=True)
        return [_erasure(tenant, erasure_id, raw) if raw else None for erasure_id, raw in rows]


def status_of(proof: Proof) -> ErasureStatus:
    """How what was searched has ended."""
    return ErasureStatus.SUCCEEDED if proof.complete else ErasureStatus.INCOMPLETE


def _erasure(tenant: str, erasure_id: str, raw: Mapping[bytes, bytes]) -> Erasure:
    def at(name: bytes) -> int | None:
        return int(raw[name]) if name in raw else None

    erased = Erased()
    for name, told in raw.items():
        if name.startswith(b"erased|"):
            erased += Erased(**known_members(Erased, orjson.loads(told)))
    restaurant, error = raw.get(b"restaurant"), raw.get(b"error")
    return Erasure(
        id=erasure_id,
        tenant=tenant,
        of=Of(raw[b"of"].decode()),
        restaurant=restaurant.decode() if restaurant is not None else None,
        status=ErasureStatus(raw[b"status"].decode()),
        created_at=int(raw[b"created_at"]),
        started_at=at(b"started_at"),
        finished_at=at(b"finished_at"),
        expires_at=at(b"expires_at"),
        erased=erased,
        proof=_proof(raw),
        error=JobError(**known_members(JobError, orjson.loads(error))) if error is not None else None,
    )


def _proof(raw: Mapping[bytes, bytes]) -> Proof | None:
    told = raw.get(b"proof")
    return Proof(**known_members(Proof, orjson.loads(told))) if told is not None else None
