"""Takes away all that there is of a guest, of a restaurant or of an organisation, and proves it by a search."""

from collections.abc import Callable, Iterator
from typing import Any

import redis

from jobs.batch import Batch
from jobs.erasure import Erased, Proof
from jobs.errors import NotFound
from jobs.file import File, rows
from jobs.job import DEFAULT_TENANT
from store import feedback_keys, keys
from store.batches import BatchStore
from store.feedback import FeedbackStore
from store.files import FileStore
from store.jobs import RedisStore
from store.line_erasure import LineEraser
from store.outbox import Outbox
from store.packed_record import searched
from store.scripts import RedisBase, translated
from store.traffic import TrafficStore
from store.unsent_steps import UnsentSteps
from store.untaken import Untaken
from store.whose import STEP, OwnReviews, Whose

#: What holds something of a review, in one organisation.
_RECORDS = (keys.JOB, keys.BATCH, keys.UNSENT, keys.FILE_PART, feedback_keys.FEEDBACK, keys.TRAFFIC_RESTAURANTS)
#: Is told, again and again, how much was deleted by now.
Told = Callable[[Erased], object]


class Eraser(RedisBase):
    """Deletes as `DELETE` does, webhooks that tell of it included. Asked again it goes on where it was."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client)
        self._jobs, self._batches, self._own = RedisStore(client), BatchStore(client), OwnReviews(client)
        self._files, self._outbox = FileStore(client), Outbox(client)
        self._feedback, self._lines, self._traffic = FeedbackStore(client), LineEraser(client), TrafficStore(client)
        self._untaken, self._steps = Untaken(client), UnsentSteps(client)

    @translated
    def erase(self, whose: Whose, *, everywhere: bool = True, told: Told = lambda erased: None) -> tuple[Erased, Proof]:
        """Erase, then search: for a guest in all that Redis has, or not `everywhere` but in what is listed.

        `told` hears of each step of both. Raises Unavailable, and what `told` raises.
        """
        erased, shared = Erased(), list[str]()
        # First of all, since what a worker takes meanwhile is a job, and goes with these.
        erased += Erased(messages=self._untaken.erase(whose, lambda: told(erased)))
        erased += Erased(messages=self._steps.erase(whose, lambda: told(erased)))
        told(erased)
        for name in self._own.job_ids(whose):
            erased += Erased(jobs=self._delete(whose.tenant, name))
            told(erased)
        for batch in self._own.batches(whose):
            if self._own.own(batch, whose):
                erased += Erased(batches=self._delete_batch(batch))
            elif whose.external_author is not None:
                erased += Erased(lines=self._lines.erase(batch, whose.external_author))
            else:
                shared.append(batch.id)
            told(erased)
        for file in self._uploaded(whose.tenant):
            erased += Erased(files=self._delete_file(whose, file))
            told(erased)
        for name in [each.id for each in self._own.feedback(whose)]:
            erased += Erased(feedback=self._feedback.delete(whose.tenant, name))
            told(erased)
        if whose.external_author is None:
            self._traffic.forget(whose.tenant, whose.restaurant)
        # Behind the ends of all that was deleted: what has ended is in the archive by then, and goes.
        archive = self._outbox.erase(whose)
        searched, found = self._search(whose, everywhere, lambda: told(erased))
        # What they have is packed as Celery packs it, so that no search for words finds it.
        found = sorted({*found, *self._untaken.places(whose)})
        return erased, Proof(searched=searched, found=found, shared_batches=shared, archive=archive)

    def _delete_batch(self, batch: Batch) -> bool:
        try:
            self._batches.delete(batch.tenant, batch.id)
        except NotFound:
            # Somebody else has deleted it meanwhile, or its time has come.
            return False
        return True

    def _delete_file(self, whose: Whose, file: File) -> bool:
        try:
            if any(map(whose.has, rows(self._files.parts(file)))):
                self._files.delete(whose.tenant, file.id)
                return True
        except NotFound:
            # It has gone meanwhile.
            pass
        return False

    def _uploaded(self, tenant: str) -> Iterator[File]:
        place = None
        while True:
            page = self._files.page(tenant, restaurants=frozenset(), size=STEP, before=place)
            yield from page.found
            if page.next is None:
                return
            place = page.next

    def _delete(self, tenant: str, job_id: str) -> bool:
        try:
            self._jobs.delete(tenant, job_id)
        except NotFound:
            # Of one that is past its time only what webhooks had still to tell was there; that has gone now.
            return False
        return True

    @translated
    def _search(self, whose: Whose, everywhere: bool, go_on: Callable[[], object]) -> tuple[int, list[str]]:
        """How many keys were looked through, and those that still have something."""
        searched, found = 0, []
        for name in self._everything(whose) if everywhere else self._listed(whose.tenant):
            value = self._sealing.reveal(whose.tenant, self._value(whose.tenant, name))
            if name == keys.REJECTED.encode():
                value = self._sealing.reveal(DEFAULT_TENANT, value)
            searched += bool(value)
            # Of an organisation nothing of a review is to be left: no record's request, and no part of a file.
            if any(word in value for word in whose.words or (b"request", b"text")):
                found.append(name.decode(errors="replace"))
            go_on()
        return searched, sorted(set(found))

    def _everything(self, whose: Whose) -> Iterator[bytes]:
        """The keys in which something could be, whatever indexes say: who asks sees what all keys are called."""
        patterns = [record(whose.tenant, *("*" for _ in record.parts[1:])) for record in _RECORDS]
        # A name of a person is to be nowhere at all, queues and rejected messages included.
        for pattern in patterns if whose.external_author is None else ["*"]:
            yield from self._redis.scan_iter(match=pattern, count=STEP)

    def _listed(self, tenant: str) -> Iterator[bytes]:
        """Those of an organisation that its indexes lead to."""
        all_of_it = Whose(tenant=tenant)
        for job_id in self._own.job_ids(all_of_it):
            yield from (keys.JOB(tenant, job_id).encode(), keys.UNSENT(tenant, "job", job_id).encode())
        for batch in self._own.batches(all_of_it):
            yield from (keys.BATCH(tenant, batch.id).encode(), keys.UNSENT(tenant, "batch", batch.id).encode())
            yield from (keys.JOB(tenant, batch.chunk_id(number)).encode() for number in range(batch.chunks))
        for file in self._uploaded(tenant):
            yield from (keys.FILE_PART(tenant, file.id, str(number)).encode() for number in range(file.parts))
        yield from (keys.TRAFFIC_RESTAURANTS(tenant, model).encode() for model in self._traffic.models())
        yield from (feedback_keys.FEEDBACK(tenant, each.id).encode() for each in self._own.feedback(all_of_it))

    def _value(self, tenant: str, name: bytes) -> bytes:
        """All that a key holds; nothing when it has just gone."""
        held: Any
        match self._redis.type(name):
            case b"string":
                return self._redis.get(name) or b""  # type: ignore[return-value]
            case b"hash":
                held = self._redis.hgetall(name)
                if whole := held.get(b"whole"):
                    held[b"whole"] = searched(tenant, whole, self._sealing)
                return b"\n".join(part for pair in held.items() for part in pair)
            case b"list":
                held = self._redis.lrange(name, 0, -1)
            case b"zset":
                held = self._redis.zrange(name, 0, -1)
            case b"stream":
                held = [part for _, raw in self._redis.xrange(name) for part in raw.values()]  # type: ignore[union-attr]
            case _:
                return b""
        return b"\n".join(held)
