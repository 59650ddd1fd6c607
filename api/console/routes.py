"""`/console`: the pages for operators, which do nothing that a client of /v1 could not do."""

import gzip

from flask import Blueprint, Response, request, send_from_directory
from werkzeug.wrappers import Response as BaseResponse

from api.console.edition import FILES, STATIC, edition, files, split
from api.http.negotiation import gzip_wanted

blueprint = Blueprint("console", __name__, url_prefix="/console", static_folder=None)

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


#: Of a file whose address says what is in it.
_FOREVER = "public, max-age=31536000, immutable"


@blueprint.get("/")
@blueprint.get("/<path:view>")
def page(view: str = "") -> BaseResponse:
    """The page; which view it shows, it reads from its own address."""
    return page_response("page.html")


@blueprint.get("/static/<path:name>")
def static(name: str) -> BaseResponse:
    """What the page loads. Browsers keep it for as long as they like.

    Without an edition, or with that of another release while one replaces the other, they ask each time whether it is
    still the same, and get 304.
    """
    named, name = split(name)
    response = send_from_directory(STATIC, name)
    return _sent(response, _policy("'none'"), keep=_FOREVER if named == edition() else "no-cache")


def page_response(name: str, *, framed_by: str = "'none'") -> BaseResponse:
    """A page, which loads the files of this edition; these may frame it (`frame-ancestors`)."""
    text = (STATIC / name).read_text(encoding="utf-8").replace(FILES, files())
    response = Response(text, mimetype="text/html")
    response.set_etag(edition())
    response.make_conditional(request)
    return _sent(response, _policy(framed_by), keep="no-cache")


def _policy(framed_by: str) -> str:
    return f"{POLICY}; frame-ancestors {framed_by}"


def _sent(response: Response, policy: str, *, keep: str) -> Response:
    """Packed for who takes that."""
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = keep
    response.vary.add("Accept-Encoding")
    if response.status_code == 200 and gzip_wanted():
        response.direct_passthrough = False
        response.set_data(gzip.compress(response.get_data(), mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        # Packed and not, it is the same file: the next 304 holds for both.
        tag, _ = response.get_etag()
        response.set_etag(tag or "", weak=True)
    return response
