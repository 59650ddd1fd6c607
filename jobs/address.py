"""Where jobs and batches are over HTTP: paths, below `Settings.public_url` where that is set.

A job's id is a segment of its path. Ids that Celery clients chose may be any string: as job ids they are
percent-encoded (`jobs.job.job_id_of`), and in a path they are encoded like any other id, so that the task `a/b` is the
job `a%2Fb` at `/v1/jobs/a%252Fb`. Who writes the job's id, or the task's encoded once, into the path finds it too.
"""

from urllib.parse import quote, unquote

from jobs.job import job_id_of

#: Segments that clients take for steps in a path, even encoded: they are encoded twice.
_STEPS = {".": "%252E", "..": "%252E%252E"}


def job_path(job_id: str) -> str:
    """The path of a job, ready to be put into a URL."""
    return "/v1/jobs/" + _STEPS.get(job_id, quote(job_id, safe=""))


def batch_path(batch_id: str) -> str:
    """The path of a batch; its ids are ours, and need no encoding."""
    return f"/v1/batches/{batch_id}"


def job_id_at(segment: str) -> str:
    """The id of the job at a path's segment, decoded once: that of a job, or else one that a Celery client chose."""
    task = unquote(segment)
    if task in _STEPS:
        return task
    return segment if segment == job_id_of(task) else job_id_of(segment)
