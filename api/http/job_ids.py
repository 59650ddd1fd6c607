"""A job's id in a route: `<job:job_id>`, and `<only_job:job_id>` where nothing follows it."""

from werkzeug.routing import PathConverter

from jobs.address import job_id_at, job_path


class JobIdConverter(PathConverter):
    """Finds a job by its id, and one of a Celery client by the id that was chosen: that may have slashes."""

    def to_python(self, value: str) -> str:
        """See `jobs.address`."""
        return job_id_at(value)

    def to_url(self, value: str) -> str:
        """The opposite."""
        return job_path(value).rpartition("/")[2]


class OnlyJobIdConverter(JobIdConverter):
    """The same at the end of a path: an action of a job is no id, `/v1/jobs/x/cancel` is not the job `x/cancel`."""

    regex = r"(?![^\n]*/(?:cancel|events|retry)$)[^/].*?"
