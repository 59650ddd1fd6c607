"""A job's id in a route: `<job:job_id>` where more follows, `<whole_job:job_id>` where it ends the path."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask
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
    """Give the routes of `app` the two converters."""
    app.url_map.converters |= {"job": JobIdConverter, "whole_job": WholeJobIdConverter}


def hide_chunks(app: Flask) -> None:
    """Let none of the routes of `app`, which must all be there, find a chunk of a batch: its batch answers for it."""
    for endpoint in {rule.endpoint for rule in app.url_map.iter_rules() if "job_id" in rule.arguments}:
        app.view_functions[endpoint] = _hiding_chunks(app.view_functions[endpoint])


def _hiding_chunks(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def checked(**path: str) -> Any:
        """Raises NotFound, and what the view raises."""
        if is_chunk_id(path["job_id"]):
            raise NotFound
        return view(**path)

    return checked
