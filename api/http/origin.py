"""Which names the API answers to, and from which web pages it takes orders.

A page of somebody else's that is open in a browser on this machine reaches what listens on loopback: by a name of its
own that it lets point there (DNS rebinding), which `Host` shows; or by a request that needs no answer, which `Origin`
and `Sec-Fetch-Site` show. No page can change those headers.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Self
from urllib.parse import SplitResult, urlsplit

from flask import request
from werkzeug.exceptions import BadRequest

from api.http.problems import ForeignOrigin, UnknownHost
from jobs.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: Names of this machine's own, which lead nowhere else.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
#: Asked by what looks after the process, by its address in a cluster. On loopback their `Host` is checked too.
PROBES = frozenset({"/livez", "/readyz", "/metrics"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: What browsers say of requests that no other site made.
OWN_SITE = frozenset({"same-origin", "none"})
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True, slots=True)
class Origins:
    """What is let through, as the settings say it."""

    #: Names in `Host` that are this API.
    names: frozenset[str]
    #: Names of pages that may change something here, beside its own.
    pages: frozenset[str]
    #: Whether probes may use any name.
    probes: bool

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """On loopback its own names; elsewhere any, until some are allowed."""
        names = settings.allowed_hosts or ({settings.host} if settings.on_loopback else {"*"})
        return cls(names=LOOPBACK | names, pages=settings.allowed_hosts - {"*"}, probes=not settings.on_loopback)

    def check(self, environ: "WSGIEnvironment") -> None:
        """Raises UnknownHost when the current request is for somebody else, ForeignOrigin when a page of another site
        wants to change something by it, and BadRequest when HTTP/1.1 names nobody."""
        if "HTTP_HOST" not in environ and environ.get("SERVER_PROTOCOL") == "HTTP/1.1":
            # RFC 9112, section 3.2.
            raise BadRequest("A request of HTTP/1.1 should say in `Host` for whom it is.")
        # An address that is whole goes before `Host` (section 3.2.2). Where a client of HTTP/1.0 names nobody: what the
        # server listens on.
        host = _authority(environ.get("RAW_URI", "")) or environ.get("HTTP_HOST") or request.host
        if not trusted(host, self.names) and not (self.probes and request.path in PROBES):
            raise UnknownHost
        if environ["REQUEST_METHOD"] in SAFE_METHODS:
            return
        origin = environ.get("HTTP_ORIGIN")
        if origin is None:
            good = environ.get("HTTP_SEC_FETCH_SITE", "none") in OWN_SITE
        else:
            good = same_origin(origin, host) or trusted(_split(origin).netloc, self.pages)
        if not good:
            raise ForeignOrigin


@lru_cache(1024)
def trusted(host: str, names: frozenset[str]) -> bool:
    """Whether `names` has the name in `host`, which may have a port; `.example.org` is what is below it, `*` any."""
    name = _name(_split(f"//{host}"))
    return bool(name) and (
        "*" in names or name in names or any(name.endswith(known) for known in names if known.startswith("."))
    )


def same_origin(origin: str, host: str) -> bool:
    """Whether a page of `origin` is this API's own, which was asked for as `host`."""
    page, here = _split(origin), _split(f"//{host}")
    # Whether TLS ends here or at a proxy is not known, so neither is the default port.
    default = _PORTS.get(page.scheme)
    return bool(_name(page)) and _name(page) == _name(here) and (page.port or default) == (here.port or default)


def _authority(target: str) -> str:
    """Whom a request's target names; nobody where it is a path alone."""
    return "" if target.startswith("/") else _split(target).netloc


def _name(parts: SplitResult) -> str:
    name = (parts.hostname or "").removesuffix(".")
    return f"[{name}]" if ":" in name else name


def _split(url: str) -> SplitResult:
    """The parts of a URL; of what is none, nothing."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return urlsplit("")
    return parts
