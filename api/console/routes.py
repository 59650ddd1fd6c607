"""`/console`: the pages for operators, which do nothing that a client of /v1 could not do."""

import gzip

from flask import Blueprint, Response, send_from_directory
from werkzeug.wrappers import Response as BaseResponse

from api.http.negotiation import gzip_wanted

blueprint = Blueprint("console", __name__, url_prefix="/console", static_folder=None)

#: The pages' files, below this package.
STATIC = "static"
#: Nothing from elsewhere and no inline code; texts can only become text. Who may frame a page is said beside it.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
    )
)


@blueprint.get("/")
@blueprint.get("/<path:view>")
def page(view: str = "") -> BaseResponse:
    """The page; which view it shows, it reads from its own address."""
    return file_response("page.html")


@blueprint.get("/static/<path:name>")
def static(name: str) -> BaseResponse:
    """What the page loads. Browsers ask each time whether it is still the same, and get 304."""
    return file_response(name)


def file_response(name: str, *, policy: str = f"{POLICY}; frame-ancestors 'none'") -> BaseResponse:
    """One of the pages' files, under this Content-Security-Policy."""
    response: Response = send_from_directory(f"{blueprint.root_path}/{STATIC}", name)
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept-Encoding")
    if response.status_code == 200 and gzip_wanted():
        response.direct_passthrough = False
        response.set_data(gzip.compress(response.get_data(), mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        # Packed and not, it is the same file: the next 304 holds for both.
        tag, _ = response.get_etag()
        response.set_etag(tag or "", weak=True)
    return response
