"""`/v1/audit`: who did what in an organisation, for those of its keys that are `admin`."""

import orjson
from flask import Blueprint, Response

from access.scope import Scope
from api.audit.schemas import AuditAnswer
from api.http.context import context, tenant
from api.http.operation import operation
from api.http.paging import PAGES, moment_place, page_size, token_of
from api.http.problem_schemas import ProblemAnswer

blueprint = Blueprint("audit", __name__, url_prefix="/v1/audit")


@blueprint.get("")
@operation(
    "List what was done",
    scope=Scope.ADMIN,
    answers={200: AuditAnswer, 422: ProblemAnswer, 503: ProblemAnswer},
    query=PAGES,
)
def list_audit() -> Response:
    """Who changed something or was refused, newest first: which key, from where, what, and what came of it.

    Texts are never in it. It cannot be changed, and goes with its time (`KRITIQ_AUDIT_TTL_S`) or as more comes in than
    is kept (`KRITIQ_AUDIT_ENTRIES`). Requests by nobody knows whom are in no organisation's: `kritiq audit --unknown`.
    """
    page = context().audit.page(tenant(), size=page_size(), before=moment_place())
    body = {"entries": [entry.described() for entry in page.entries], "next_page_token": token_of(page.next)}
    return Response(orjson.dumps(body), content_type="application/json", headers={"Cache-Control": "no-store"})
