"""A job's id in a route: `<job:job_id>`."""

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
