"""A tenant's jobs, newest first."""

import orjson
from flask import Blueprint, Response

from access.scope import Scope
from api.http.context import caller, context, tenant
from api.http.operation import operation
from api.http.paging import (
    CREATED,
    PAGES,
    page_size,
    place,
    state,
    time_of,
    times,
    token_of,
    wanted_author,
    wanted_error,
    wanted_model,
    wanted_restaurant,
)
from api.http.problem_schemas import ProblemAnswer
from api.jobs.answer_schemas import JobPage
from api.jobs.answers import job_dict
from jobs.job import Status
from jobs.seam import page
from jobs.stored import JobFilter

blueprint = Blueprint("listing", __name__, url_prefix="/v1")

BAD = {422: ProblemAnswer, 503: ProblemAnswer}


@blueprint.get("/jobs")
@operation(
    "List jobs",
    scope=Scope.JOBS_READ,
    answers={200: JobPage, **BAD},
    query={
        **PAGES,
        "status": "Only jobs in this state.",
        "restaurant": "Only jobs of this restaurant.",
        "external_author": "Only jobs of this author's reviews.",
        "model": "Only jobs that this model judged: its name, or its name and version (`kritiq-mini/1`).",
        "error": "Only jobs that ended with this error, by its code.",
        **CREATED,
    },
)
def list_jobs() -> Response:
    """Jobs newest first, without results. New jobs do not move what follows a page token.

    With an archive they are all that it keeps; what was sent longer ago than results are kept comes on pages of its
    own, which answer 503 while the archive cannot be read.
    """
    size = page_size()
    since_ms, until_ms = times()
    wanted = JobFilter(
        status=state(Status),
        restaurant=wanted_restaurant(),
        external_author=wanted_author(),
        model=wanted_model(),
        error=wanted_error(),
        restaurants=caller().restaurants,
        since_ms=since_ms,
        until_ms=until_ms,
    )
    ctx = context()
    found = page(
        ctx.store, ctx.history, lambda: ctx.outbox.deletions(tenant()), tenant(), wanted, size=size,
        before=place(before_1970=True), recent_ms=ctx.recent_ms,
    )  # fmt: skip
    jobs = [job_dict(job, None, ctx.settings.public_url, archived=job.id in found.archived) for job in found.jobs]
    body = {"jobs": jobs, "next_page_token": token_of(found.next), "looked_back_to": time_of(found.next)}
    return Response(orjson.dumps(body), content_type="application/json")
