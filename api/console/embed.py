"""`/embed`: the console's view of webhooks, for whoever has a link to those of some restaurants."""

from flask import Blueprint
from werkzeug.wrappers import Response as BaseResponse

from access.webhook_link import frame_ancestors
from api.console import routes
from api.http.context import context

blueprint = Blueprint("embed", __name__, url_prefix="/embed", static_folder=None)


@blueprint.get("/<link_id>/")
@blueprint.get("/<link_id>/<path:view>")
def page(link_id: str, view: str = "") -> BaseResponse:
    """The page, to be framed by pages that the settings name and those that the link does, as long as it lasts.

    What opens the link stands behind `#` and never comes here: that the page is there tells nobody anything.
    """
    found = context().links.look_up(link_id)
    origins = [*context().settings.frame_origins, *(found.frame_origins if found is not None else ())]
    return routes.page_response("embed.html", framed_by=frame_ancestors(origins))
