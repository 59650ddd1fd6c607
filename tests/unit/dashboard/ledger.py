"""What was asked of Kritiq and what it answered, as the dashboard's numbers are held against it."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson

from jobs.batch import Batch
from jobs.errors import KritiqError
from jobs.job import Status
from store import keys
from store.batches import BatchStore
from tests.support.post import TENANT
from tests.support.worlds import RedisWorld

#: What a review says: its sentences, restaurant, day and author.
SentReview = tuple[list[dict[str, str]], str | None, str, str | None]


@dataclass(frozen=True, kw_only=True)
class Given:
    """A result that was given: what is to be counted of it, and whose it is."""

    status: str
    restaurant: str
    day: str
    author: str | None
    sentences: Sequence[dict[str, str]]


class Ledger:
    """Of one Kritiq over Redis."""

    def __init__(self, world: RedisWorld, batches: BatchStore, *, day: str, long: str) -> None:
        """`day`: of reviews that say none. `long`: the text of a job that is too long for its event."""
        self.client, self.world, self.batches, self.day, self.long = world.redis, world, batches, day, long
        #: What is to be judged, by job, or by line as `batch.line`; and what was.
        self.asked: dict[str, SentReview | str] = {}
        self.given: dict[str, Given] = {}
        self.forgotten: set[str] = set()
        self.jobs, self.made = list[str](), dict[str, Batch]()
        #: Jobs and batches whose client said how long they are kept.
        self.own_time: set[str] = set()

    def sentences(self, name: str) -> list[dict[str, str]]:
        review = self.asked[name]
        # Of a line that was erased meanwhile what is found counts for nothing.
        return [] if isinstance(review, str) else review[0]

    def author_of(self, name: str) -> str | None:
        review, batch = self.asked[name], self.made.get(name.partition(".")[0])
        own = None if isinstance(review, str) else review[3]
        return own or (batch.request.external_author if batch else None)

    def batches_there(self) -> list[Batch]:
        found = []
        for name in self.made:
            with suppress(KritiqError):
                found.append(self.batches.get(TENANT, name))
        return found

    def something_waits(self) -> bool:
        """Whether there is what the dashboard is to read at Kritiq once it has ended."""
        return any(not each.status.terminal for each in self.batches_there()) or self.long_ones_wait()

    def long_ones_wait(self) -> bool:
        records = [self.client.hmget(self.record(name), "status", "text") for name in self.jobs]
        return any(text == self.long.encode() and status not in (None, b"succeeded") for status, text in records)

    def note(self) -> None:
        """Remember what Kritiq's results say, of jobs and of batches that have ended."""
        for name in self.jobs:
            if name not in self.given and (found := self.ended(name)) is not None:
                self.given[name] = found
        for batch in self.batches_there():
            if not batch.status.terminal or batch.id in self.forgotten:
                continue
            for row in self.fetch_all(batch):
                name = f"{batch.id}.{row['line']}"
                nothing = row["status"] == "skipped" or (row["error"] or {}).get("code") == "erased"
                if name not in self.given and not nothing:
                    day = (row["reviewed_at"] or self.day)[:10]
                    sentences = self.sentences(name) if row["status"] == "succeeded" else []
                    self.given[name] = Given(
                        status=row["status"], restaurant=row["restaurant"] or "", day=day,
                        author=row["external_author"], sentences=sentences,
                    )  # fmt: skip

    def fetch_all(self, batch: Batch) -> list[Any]:
        chunks = [self.batches.chunk(batch, number).lines or b"" for number in range(batch.chunks)]
        return [orjson.loads(row) for rows in chunks for row in rows.splitlines()]

    def ended(self, name: str) -> Given | None:
        with suppress(KritiqError):
            job = self.world.store.get(TENANT, name).job
            if job.status.terminal:
                sentences = self.sentences(name) if job.status is Status.SUCCEEDED else []
                asked = job.request
                return Given(
                    status=job.status.value, restaurant=asked.restaurant or "", day=(asked.reviewed_at or "")[:10],
                    author=asked.external_author, sentences=sentences,
                )  # fmt: skip
        return None

    def record(self, name: str) -> str:
        return keys.BATCH(TENANT, name) if name in self.made else keys.JOB(TENANT, name)

    def is_there(self, name: str) -> bool:
        """Whether Kritiq has it, if only for webhooks that are due."""
        kind = "batch" if name in self.made else "job"
        unsent = self.client.exists(keys.UNSENT(TENANT, kind, name))
        return bool(unsent or self.client.hexists(self.record(name), "status"))

    def forget(self, name: str) -> None:
        self.forgotten |= {name} | {each for each in self.asked if each.partition(".")[0] == name}


def recount(some: Sequence[Given]) -> dict[tuple[str, str], int]:
    """Sentences by aspect and polarity."""
    found = Counter(
        (aspect, polarity)
        for each in some
        for sentence in each.sentences
        for aspect, polarity in sentence.items()
        if polarity != "none"
    )
    return dict(found)
