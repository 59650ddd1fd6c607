"""Erasures that were asked for."""

from jobs.erasure import Erased, ErasureStatus, Proof
from store.audit import AuditStore
from store.erasures import ErasureClaim, ErasureStore
from store.whose import Whose
from tests.support.factories import LEASE_MS
from tests.support.post import TENANT
from tests.support.worlds import RedisWorld
from tests.unit.store.full_memory.steps import Scenario, Steps

ID = "erasure_1"


def taken(erasures: ErasureStore) -> ErasureClaim:
    found = erasures.claim(lease_ms=LEASE_MS)
    assert found is not None
    return found


def erase_somebody(world: RedisWorld) -> Steps:
    erasures = ErasureStore(world.redis)
    yield
    assert erasures.ask(ID, Whose(tenant=TENANT, external_author="anna")).status is ErasureStatus.QUEUED
    claim = taken(erasures)
    assert erasures.renew(claim, Erased(jobs=1), lease_ms=LEASE_MS)
    audit = AuditStore(world.redis, most=9, lifetime_s=60)
    assert erasures.end(claim, Proof(searched=1, found=(), shared_batches=(), archive=None), audit=audit)
    assert erasures.get(TENANT, ID).erased.jobs == 1


#: By script.
GOES_ON: dict[str, list[Scenario]] = {
    script: [erase_somebody] for script in ("privacy/ask", "privacy/claim", "privacy/renew", "privacy/settle")
}
