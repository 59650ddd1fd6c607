"""What Celery asks of tasks: which are revoked or scheduled, and what is to be sent after which have ended."""

import logging
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import orjson

from jobs.celery_task import FollowUp, Scheduled, UntoldEnd
from jobs.errors import TextErased
from jobs.job import DEFAULT_TENANT, Status, job_id_of, task_id
from jobs.members import known_members
from store import keys, queues
from store.celery_reviews import SentReview
from store.job_record import job_from, job_reference
from store.organisations import is_known
from store.results import opened_meta
from store.scripts import RedisBase, translated
from store.sent_messages import SentMessages
from store.stored_fields import READ

log = logging.getLogger(__name__)

#: How many jobs are looked at in one call of Redis, so that others are answered in between.
_AT_ONCE = 1_000


def jobs_of(task: str) -> list[tuple[str, str]]:
    """Tenant and id of the jobs that monitors may know by this task id: one of `default`, and an organisation's."""
    try:
        own = (DEFAULT_TENANT, job_id_of(task))
    except UnicodeEncodeError:
        return []
    tenant, _, of_tenant = task.partition(":")
    return [own, (tenant, job_id_of(of_tenant))] if of_tenant else [own]


class RedisCeleryTasks(RedisBase):
    """A part of `jobs.store.JobStore`."""

    @translated
    def is_foreign(self, task: str) -> bool:
        tenant, colon, _ = task.partition(":")
        # Hardly a task's id has a colon, and Redis is asked of those alone. No id of `default`'s own begins with it.
        return bool(colon) and tenant != DEFAULT_TENANT and is_known(self._redis, tenant)

    @translated
    def delete_untaken(self, tenant: str, job_id: str, sees: Callable[[str | None], bool]) -> bool:
        sent = SentMessages(self._redis)

        def named(review: SentReview) -> bool:
            restaurant = review.arguments.get("restaurant")
            is_it = sent.job_of(review) == (tenant, job_id)
            return is_it and sees(restaurant if isinstance(restaurant, str) else None)

        # What a batch consumer holds is a job in a moment.
        return bool(sent.take_out(named, claimed=False))

    @translated
    def revoke(self, tasks: Sequence[str], *, for_ms: int) -> None:
        self._run("job/revoke", [keys.REVOKED], [for_ms, *tasks])

    @translated
    def revoke_stamps(self, stamps: Sequence[str], *, for_ms: int) -> None:
        self._run("job/revoke", [keys.REVOKED_STAMPS], [for_ms, *stamps])

    @translated
    def stamps_revoked(self, stamps: Sequence[str]) -> bool:
        pipe = self._redis.pipeline(transaction=False)
        pipe.time()
        for stamp in stamps:
            pipe.zscore(keys.REVOKED_STAMPS, stamp)
        (seconds, micros), *until = pipe.execute()
        now = seconds * 1000 + micros // 1000
        return any(end is not None and end > now for end in until)

    @translated
    def live_headers(self) -> list[tuple[str, str, bytes]]:
        found: dict[tuple[str, str], bytes] = {}
        live = self._redis.zscan_iter(keys.LIVE, count=_AT_ONCE)
        while tasks := [job_reference(task.decode(), DEFAULT_TENANT) for task, _ in islice(live, _AT_ONCE)]:
            pipe = self._redis.pipeline(transaction=False)
            for tenant, job_id in tasks:
                pipe.hget(keys.JOB(tenant, job_id), "celery_headers")
            found |= {task: headers for task, headers in zip(tasks, pipe.execute(), strict=True) if headers}
        return [(*task, headers) for task, headers in found.items()]

    @translated
    def revoked(self) -> list[str]:
        found: Any = self._redis.zrangebyscore(keys.REVOKED, f"({self._now_ms()}", "+inf")
        return sorted(task.decode() for task in found)

    @translated
    def follow_ups(self, *, most: int, lease_ms: int) -> list[FollowUp]:
        found = list[FollowUp]()
        for tenant, job_id, sealed, status, meta, token in self._run("job/follow_up", args=[most, lease_ms]):
            whose, name, sent = tenant.decode(), job_id.decode(), token.decode()
            try:
                request = self._sealing.open(whose, sealed)
                told = opened_meta(whose, task_id(whose, name), meta, self._sealing)
            except TextErased:
                log.error("what follows a job was erased", extra={"tenant": whose, "job_id": name})
                self._run("job/followed_up", args=[whose, name, sent])
                continue
            found.append(
                FollowUp(tenant=whose, id=name, request=request, status=Status(status.decode()), meta=told, token=sent)
            )
        return found

    @translated
    def followed_up(self, done: Sequence[FollowUp]) -> None:
        if done:
            self._run("job/followed_up", args=[part for item in done for part in (item.tenant, item.id, item.token)])

    @translated
    def gather(self, *, most: int) -> int:
        # Hardly ever there is anything.
        if not self._redis.exists(*queues.GATHERED):
            return 0
        pairs = [name for pair in queues.GATHERED.items() for name in pair]
        return int(self._run("job/gather", pairs, [most]))

    @translated
    def untold(self, *, most: int) -> list[UntoldEnd]:
        return [
            UntoldEnd(**(known_members(UntoldEnd, raw) | {"status": Status(raw["status"])}))
            for raw in map(orjson.loads, self._run("job/untold", args=[most]))
        ]

    @translated
    def scheduled(self, *, most: int = 100) -> list[Scheduled]:
        tasks: Any = self._redis.zrange(keys.SCHEDULED, 0, most - 1)
        return self._scheduled([job_reference(task.decode(), DEFAULT_TENANT) for task in tasks])

    @translated
    def scheduled_among(self, tasks: Sequence[str]) -> list[Scheduled]:
        return self._scheduled([each for task in tasks for each in jobs_of(task)])

    def _scheduled(self, references: Sequence[tuple[str, str]]) -> list[Scheduled]:
        pipe = self._redis.pipeline(transaction=False)
        for tenant, job_id in references:
            pipe.hmget(keys.JOB(tenant, job_id), [*READ, "celery_headers"])
        rows = zip(references, pipe.execute(), strict=True)
        # One that was fired or called off meanwhile is scheduled no more.
        return [
            Scheduled(job=job_from(tenant, job_id, values, self._sealing), headers=headers or b"")
            for (tenant, job_id), (*values, headers) in rows
            if values[0] == Status.SCHEDULED.value.encode()
        ]
