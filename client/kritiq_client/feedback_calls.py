"""Every call about feedback, as flows."""

from datetime import datetime

from kritiq_client.exchange import ask
from kritiq_client.feedback_answers import Feedback
from kritiq_client.job_answers import Job
from kritiq_client.job_calls import JSON, paged, path, remove, wishes
from kritiq_client.retrying import Core
from kritiq_client.reviews import encode
from kritiq_client.steps import Flow, Request, Stream


def give_feedback(
    core: Core, job: str | Job, sentence: int, aspect: str, polarity: str, *, by: str | None = None
) -> Flow[Feedback]:
    """Say which polarity an aspect of one of the job's sentences has (`none`: it is not mentioned), and who says so.

    `sentence` is its index. Said again it is the same. Returns all that was said of the job. Raises Invalid, NotFound,
    Gone, Conflict when there is no result or no room.
    """
    members = {"sentence": sentence, "aspect": aspect, "polarity": polarity} | ({"by": by} if by is not None else {})
    request = Request(method="POST", path=_path(job), headers={"content-type": JSON}, body=encode(members))
    return (yield from ask(core, request, Feedback))


def get_feedback(core: Core, job: str | Job) -> Flow[Feedback]:
    """What was said of a job. Raises NotFound, Gone."""
    return (yield from ask(core, Request(method="GET", path=_path(job)), Feedback))


def feedback(
    core: Core,
    *,
    restaurant: str | None = None,
    external_author: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    page_size: int = 100,
) -> Stream[Feedback]:
    """What was said, job by job, newest first, page by page as it is asked for."""
    params = wishes(
        restaurant=restaurant, external_author=external_author, since=since, until=until, page_size=page_size
    )
    yield from paged(core, "/v1/feedback", params, "feedback", Feedback)
    return Feedback


def delete_feedback(core: Core, job: str | Job) -> Flow[None]:
    """Take back all that was said of a job. Raises NotFound, Gone."""
    yield from remove(core, _path(job))


def _path(job: str | Job) -> str:
    return path(job if isinstance(job, str) else job.id) + "/feedback"
