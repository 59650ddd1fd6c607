"""Puts reviews into the archive that an archive had before: each in its place, and others beside it stay."""

from collections import defaultdict
from collections.abc import Sequence

from archive.changes import Put
from archive.review import Review
from archive.sink import Sink


def restore(sink: Sink, tenant: str, found: Sequence[Review], *, name: str) -> int:
    """Put them there, but for what was deleted since the import of this name began; how many it had already.

    Raises sqlalchemy.exc.SQLAlchemyError, TextKeyMissing.

    A chunk's lines are one job, which is put as a whole: an export has them on the days on which they were written.
    """
    ids = sorted({review.job_id for review in found})
    with sink.transaction() as made:
        own = {(review.job_id, review.line): review for review in made.left(name, tenant, found)}
        there = {(review.job_id, review.line): review for review in made.of_jobs(tenant, ids)}
        jobs = defaultdict[str, list[Review]](list)
        for (job_id, _), review in sorted((there | own).items()):
            jobs[job_id].append(review)
        made.make([Put(tenant=tenant, job_id=job_id, reviews=tuple(reviews)) for job_id, reviews in jobs.items()])
    return len(there.keys() & own.keys())
