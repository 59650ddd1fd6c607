"""URLs that clients name for webhooks."""

from api.http.context import context
from api.http.problems import InvalidRequest
from webhooks.ssrf import Blocked

#: What `webhooks.ssrf` takes.
_URL = (
    "should be https://name/path on an allowed port: a public name in ASCII (an international one as xn--…), without a"
    " user, blanks and #fragment"
)


def checked_url(url: str, pointer: str) -> str:
    """`url` when webhooks may be sent there. Raises InvalidRequest, which never says which address was refused."""
    try:
        context().webhooks.check(url)
    except Blocked as blocked:
        why = _URL if blocked.code == "invalid_url" else ""
        raise InvalidRequest(
            pointer, why or "cannot be called: its host should resolve, and only to public addresses"
        ) from None
    return url
