"""Takes away all that there is of a guest, of a restaurant or of an organisation, and proves it by a search."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import redis

from jobs.errors import NotFound
from jobs.file import File, rows
from store import keys
from store.batches import BatchStore
from store.feedback import FeedbackStore
from store.files import FileStore
from store.jobs import RedisStore
from store.line_erasure import LineEraser
from store.outbox import Outbox
from store.scripts import RedisBase, translated
from store.whose import STEP, OwnReviews, Whose

#: What holds something of a review, in one organisation.
_RECORDS = (keys.JOB, keys.BATCH, keys.UNSENT, keys.FILE_PART, keys.FEEDBACK)


@dataclass(frozen=True, kw_only=True, slots=True)
class ErasureReport:
    """What was erased, and what a search through Redis found afterwards."""

    jobs: int
    batches: int
    #: Lines of an author's that were taken out of batches in which others have lines, too.
    lines: int
    #: Uploaded files that had a review of theirs: a file goes whole, and what was made of it stays as it is.
    files: int
    #: Jobs whose feedback outlived them, or had something that the author said of others' reviews.
    feedback: int
    #: Batches that other restaurants have lines in too: left as they are, to be deleted whole or by their time.
    shared_batches: Sequence[str]
    #: Where in the outbox the archive is told to do the same; None when there is no archive.
    archive: str | None
    #: Keys that were searched.
    searched: int
    #: Those in which something was found.
    found: Sequence[str]

    @property
    def complete(self) -> bool:
        """Whether nothing is left."""
        return not self.found and not self.shared_batches


class Eraser(RedisBase):
    """Deletes as `DELETE` does, webhooks that tell of it included. Asked again it goes on where it was."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client)
        self._jobs, self._batches, self._own = RedisStore(client), BatchStore(client), OwnReviews(client)
        self._files, self._outbox = FileStore(client), Outbox(client)
        self._feedback, self._lines = FeedbackStore(client), LineEraser(client)

    @translated
    def erase(self, whose: Whose, *, everywhere: bool = True) -> ErasureReport:
        """Erase, then search: for a guest in all that Redis has, or not `everywhere` but in what is listed.

        Raises Unavailable.
        """
        jobs = sum(self._delete(whose.tenant, name) for name in self._own.job_ids(whose))
        batches, lines, shared = 0, 0, list[str]()
        for batch in list(self._own.batches(whose)):
            if self._own.own(batch, whose):
                self._batches.delete(whose.tenant, batch.id)
                batches += 1
            elif whose.external_author is not None:
                lines += self._lines.erase(batch, whose.external_author)
            else:
                shared.append(batch.id)
        files = self._delete_files(whose)
        feedback = self._delete_feedback(whose)
        # Behind the ends of all that was deleted: what has ended is in the archive by then, and goes.
        archive = self._outbox.erase(whose)
        searched, found = self._search(whose, everywhere)
        return ErasureReport(
            jobs=jobs,
            batches=batches,
            lines=lines,
            files=files,
            feedback=feedback,
            shared_batches=shared,
            archive=archive,
            searched=searched,
            found=found,
        )

    def _delete_files(self, whose: Whose) -> int:
        deleted = 0
        for file in self._uploaded(whose.tenant):
            try:
                if any(map(whose.has, rows(self._files.parts(file)))):
                    self._files.delete(whose.tenant, file.id)
                    deleted += 1
            except NotFound:
                continue
        return deleted

    def _uploaded(self, tenant: str) -> Iterator[File]:
        place = None
        while True:
            page = self._files.page(tenant, restaurants=frozenset(), size=STEP, before=place)
            yield from page.found
            if page.next is None:
                return
            place = page.next

    def _delete_feedback(self, whose: Whose) -> int:
        theirs = [each.job_id for each in self._own.feedback(whose)]
        return sum(self._feedback.delete(whose.tenant, job_id) for job_id in theirs)

    def _delete(self, tenant: str, job_id: str) -> bool:
        try:
            self._jobs.delete(tenant, job_id)
        except NotFound:
            # Of one that is past its time only what webhooks had still to tell was there; that has gone now.
            return False
        return True

    @translated
    def _search(self, whose: Whose, everywhere: bool) -> tuple[int, list[str]]:
        """How many keys were looked through, and those that still have something."""
        searched, found = 0, []
        for name in self._everything(whose) if everywhere else self._listed(whose.tenant):
            value = self._sealing.reveal(whose.tenant, self._value(name))
            searched += bool(value)
            # Of an organisation nothing of a review is to be left: no record's request, and no part of a file.
            if any(word in value for word in whose.words or (b"request", b"text")):
                found.append(name.decode(errors="replace"))
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
        yield from (keys.FEEDBACK(tenant, each.job_id).encode() for each in self._own.feedback(all_of_it))

    def _value(self, name: bytes) -> bytes:
        """All that a key holds; nothing when it has just gone."""
        held: Any
        match self._redis.type(name):
            case b"string":
                return self._redis.get(name) or b""  # type: ignore[return-value]
            case b"hash":
                held = self._redis.hgetall(name)
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
