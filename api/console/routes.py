"""`/console`: the pages for operators, which do nothing that a client of /v1 could not do."""

import gzip

from flask import Blueprint, Response, send_from_directory
from werkzeug.wrappers import Response as BaseResponse

from api.http.negotiation import gzip_wanted

blueprint = Blueprint("console", __name__, url_prefix="/console", static_folder=None)

#: The pages' files, below this package.
STATIC = "static"
#: Nothing from elsewhere and no inline code; texts can only become text.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


@blueprint.get("/")
@blueprint.get("/<path:view>")
def page(view: str = "") -> BaseResponse:
    """The page; which view it shows, it reads from its own address."""
    return _file("page.html")


@blueprint.get("/static/<path:name>")
def static(name: str) -> BaseResponse:
    """What the page loads. Browsers ask each time whether it is still the same, and get 304."""
    return _file(name)


def _file(name: str) -> BaseResponse:
    response: Response = send_from_directory(f"{blueprint.root_path}/{STATIC}", name)
    response.headers["Content-Security-Policy"] = POLICY
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
