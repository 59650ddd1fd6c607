"""What a job came to, with its text: what the archive keeps."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.errors import TextErased
from jobs.job import Job, Status, task_id
from store import keys
from store.job_record import job_from
from store.packed_record import opened
from store.results import stored_result
from store.scripts import RedisBase, translated
from store.sealing import Sealing
from store.stored_fields import READ, WHOLE_AT

_READ = (*READ, "batch", "day", "text", "packed")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A job that has ended, or a chunk of a batch."""

    job: Job
    #: The review; of a chunk `jobs.line.encode_chunk` of its lines.
    text: str
    #: The result's JSON when it succeeded; of a chunk `jobs.line.encode_results` of its lines.
    result: bytes | None
    #: The batch that it is a chunk of.
    batch: str | None
    #: The day for which it counts, `YYYY-MM-DD`; of a chunk, its lines without a date of their own.
    day: str | None


class EndedJobs(RedisBase):
    """Reads them."""

    @translated
    def read(self, named: Sequence[tuple[str, str]]) -> list[Ended | None]:
        """Those with these tenants and ids; None for one that is there no more, or has not ended."""
        pipe = self._redis.pipeline(transaction=False)
        for tenant, job_id in named:
            # First what may go into the record meanwhile.
            pipe.get(keys.RESULT(task_id(tenant, job_id)))
            pipe.hmget(keys.JOB(tenant, job_id), _READ)
        answers = pipe.execute()
        rows = zip(named, answers[::2], answers[1::2], strict=True)
        return [_ended(tenant, job_id, values, meta, self._sealing) for (tenant, job_id), meta, values in rows]


def _ended(
    tenant: str, job_id: str, values: Sequence[bytes | None], meta: bytes | None, sealing: Sealing
) -> Ended | None:
    *fields, batch, day, text, short = values
    whole = fields[WHOLE_AT]
    if fields[0] is None or (text is None and whole is None):
        return None
    job = job_from(tenant, job_id, fields, sealing)
    good = job.status is Status.SUCCEEDED
    if not job.status.terminal or (good and meta is None and short is None and whole is None):
        return None
    try:
        review = sealing.open(tenant, text) if text is not None else opened(tenant, whole or b"", sealing).text
        result = stored_result(tenant, meta, whole or short, sealing) if good else None
    except TextErased:
        return None
    return Ended(
        job=job,
        text=review.decode(),
        result=result,
        batch=None if batch is None else batch.decode(),
        day=None if day is None else day.decode(),
    )
