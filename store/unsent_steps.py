"""Reviews in what Celery is to send after a job: links, the rest of a chain, a chord's body. They are in its record."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import redis
from kombu.utils import json as kombu_json

from jobs.errors import TextErased, TextKeyMissing
from jobs.job import DEFAULT_TENANT
from store import keys
from store.celery_reviews import steps_without
from store.job_record import job_reference
from store.scripts import RedisBase, translated
from store.sent_messages import SentMessages
from store.untaken import is_of
from store.whose import STEP, Whose

_FIELD = "celery"


class UnsentSteps(RedisBase):
    """Of jobs that have not ended, and of those whose steps are about to be sent."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client)
        self._sent = SentMessages(client)

    @translated
    def erase(self, whose: Whose, told: Callable[[], object]) -> int:
        """Take their reviews out; after how many jobs. The steps are sent all the same, and end as REVOKED."""
        count = 0
        for tenant, job_id, sealed in self._requests():
            told()
            # What cannot be read here is either gone for everybody, or a worker's, with a key that is missing here.
            with suppress(TextErased, TextKeyMissing):
                request = kombu_json.loads(self._sealing.open(tenant, sealed))
                left = steps_without(request, lambda review: is_of(self._sent, whose, review))
                if left is not None:
                    kept = self._sealing.seal(tenant, kombu_json.dumps(left).encode())
                    was = hashlib.sha1(sealed, usedforsecurity=False).hexdigest()
                    count += int(self._run("job/blank", [keys.JOB(tenant, job_id)], [_FIELD, was, kept, ""]))
        return count

    def _requests(self) -> Iterator[tuple[str, str, bytes]]:
        for index in (keys.LIVE, keys.FOLLOW_UPS):
            members = self._redis.zscan_iter(index, count=STEP)
            while names := [job_reference(name.decode(), DEFAULT_TENANT) for name, _ in islice(members, STEP)]:
                pipe = self._redis.pipeline(transaction=False)
                for tenant, job_id in names:
                    pipe.hget(keys.JOB(tenant, job_id), _FIELD)
                rows: list[Any] = pipe.execute()
                yield from ((*name, sealed) for name, sealed in zip(names, rows, strict=True) if sealed)
