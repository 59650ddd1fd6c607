"""On which sentences of which jobs two versions of a model differed, in Redis: in the records of these jobs."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from jobs.differing import MOST_JOBS, Differences
from jobs.errors import TextErased
from jobs.job import Claim
from store import keys
from store.scripts import RedisBase, translated

#: Jobs that are read at once.
_STEP = 50


class DifferingStore(RedisBase):
    """Whatever takes a job away takes it along."""

    @translated
    def keep(self, claim: Claim, found: Differences) -> bool:
        """Keep what was found of a job or chunk, once that is stored; False when it is gone, or another attempt's."""
        told = self._sealing.seal(claim.tenant, found.encode())
        args = [claim.tenant, claim.id, claim.attempt, found.alias, told, MOST_JOBS]
        return bool(self._run("model/differ", args=args))

    @translated
    def newest(self, tenant: str, alias: str) -> Iterator[tuple[str, Differences]]:
        """Ids of jobs and chunks with some, those first that were judged last. Raises TextKeyMissing."""
        found: Any = self._redis.zrange(keys.DIFFERING(tenant, alias), 0, -1, desc=True)
        for begin in range(0, len(found), _STEP):
            some = [name.decode() for name in found[begin : begin + _STEP]]
            pipe = self._redis.pipeline(transaction=False)
            for name in some:
                pipe.hget(keys.JOB(tenant, name), "differs")
            for name, told in zip(some, pipe.execute(), strict=True):
                # Of one that was purged meanwhile, or that was erased with its key, there is nothing.
                with suppress(TextErased):
                    if told is not None:
                        yield name, Differences.decode(alias, self._sealing.open(tenant, told))
