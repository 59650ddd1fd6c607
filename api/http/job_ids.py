"""A job's id in a route: `<job:job_id>` where more follows, `<whole_job:job_id>` where it ends the path."""

from flask import Flask, request
from werkzeug.routing import PathConverter

from jobs.address import job_id_at, job_path
from jobs.batch import is_chunk_id
from jobs.errors import NotFound

#: What may follow a job's id in a path. An id that ends like this is found by its link alone.
ACTIONS = ("events", "cancel", "retry", "feedback", "course")


class JobIdConverter(PathConverter):
    """Finds a job by its id, and one of a Celery client by the id that was chosen: that may have slashes."""

    def to_python(self, value: str) -> str:
        """See `jobs.address`."""
        return job_id_at(value)

    def to_url(self, value: str) -> str:
        """The opposite."""
        return job_path(value).rpartition("/")[2]


class WholeJobIdConverter(JobIdConverter):
    """The same, but never what is a job's id and an action on it."""

    regex = f"(?!.*/(?:{'|'.join(ACTIONS)})$){PathConverter.regex}"


def register(app: Flask) -> None:
    """Give routes the two converters, and let none of them reach a chunk of a batch: its batch answers for it."""
    app.url_map.converters |= {"job": JobIdConverter, "whole_job": WholeJobIdConverter}
    app.before_request(_refuse_chunks)


def _refuse_chunks() -> None:
    """Raises NotFound."""
    if is_chunk_id((request.view_args or {}).get("job_id", "")):
        raise NotFound
