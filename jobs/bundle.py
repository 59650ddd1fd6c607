"""A bundle: many reviews that a Celery client sends as one task (`map`, `starmap`), to be answered with one list.

The task is a job whose text this is. It judges nothing itself: each review becomes a job of its own, as if it had been
sent alone.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Self

import orjson

from jobs.job import Claim, Job
from jobs.request import JobRequest, weight_of
from jobs.submission import day_of

#: Most reviews of a bundle; and most characters of all, as a multiple of what one review may have.
MOST_REVIEWS, MOST_LONG = 1_000, 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """Texts, and what is asked of each."""

    reviews: Sequence[tuple[str, JobRequest]]
    #: Tells the jobs of its reviews from those of the same task when it was tried before.
    key: str = field(default_factory=partial(secrets.token_hex, 4))

    def encode(self) -> str:
        """As the text of its job."""
        reviews = [[text, orjson.Fragment(request.encode())] for text, request in self.reviews]
        return orjson.dumps({"key": self.key, "reviews": reviews}).decode()

    @classmethod
    def decode(cls, text: str) -> Self:
        """The opposite of `encode`."""
        data = orjson.loads(text)
        reviews = [(review, JobRequest.decode(orjson.dumps(asked))) for review, asked in data["reviews"]]
        return cls(reviews=reviews, key=data["key"])

    def job_id(self, claim: Claim, number: int) -> str:
        """The id of the job of one review, the first of which is 0, of the bundle that `claim` is an attempt at."""
        return f"{claim.id}.{self.key}.{number + 1}"

    def job(self, claim: Claim, number: int) -> Job:
        """Its record, before it is stored."""
        text, request = self.reviews[number]
        return Job(
            id=self.job_id(claim, number), tenant=claim.tenant, request=request, weight=weight_of(text, request),
            deadline_at=claim.deadline_at, ttl_ms=claim.ttl_ms if request.ttl_s is None else request.ttl_s * 1000,
            day=day_of(request) if request.restaurant else None, trace=claim.trace, bundle=claim.id,
        )  # fmt: skip
