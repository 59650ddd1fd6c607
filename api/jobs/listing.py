"""A tenant's jobs, newest first."""

import orjson
from flask import Blueprint, Response

from access.scope import Scope
from api.http.context import caller, context, tenant
from api.http.operation import operation
from api.http.paging import (
    CREATED,
    PAGES,
    moment,
    page_size,
    place,
    state,
    token_of,
    wanted_author,
    wanted_restaurant,
)
from api.http.problem_schemas import ProblemAnswer
from api.jobs.answer_schemas import JobPage
from api.jobs.answers import job_dict
from jobs.job import Status
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
        **CREATED,
    },
)
def list_jobs() -> Response:
    """Jobs newest first, without results. New jobs do not move what follows a page token."""
    size = page_size()
    wanted = JobFilter(
        status=state(Status),
        restaurant=wanted_restaurant(),
        external_author=wanted_author(),
        restaurants=caller().restaurants,
        since_ms=moment("since"),
        until_ms=moment("until"),
    )
    ctx = context()
    page = ctx.store.page(tenant(), wanted, size=size, before=place())
    jobs = [job_dict(job, None, ctx.settings.public_url) for job in page.jobs]
    body = {"jobs": jobs, "next_page_token": token_of(page.next)}
    return Response(orjson.dumps(body), content_type="application/json")
