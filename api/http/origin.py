"""Which names the API answers to, and from which web pages it takes orders.

A page of somebody else's that is open in a browser on this machine reaches what listens on loopback: by a name of its
own that it lets point there (DNS rebinding), which `Host` shows; or by a request that needs no answer, which `Origin`
and `Sec-Fetch-Site` show. No page can change those headers.
"""

from collections.abc import Set
from urllib.parse import SplitResult, urlsplit

from flask import request

from api.http.problems import ForeignOrigin, UnknownHost
from jobs.settings import Settings

#: Names of this machine's own, which lead nowhere else.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
#: Asked by what looks after the process, by its address in a cluster. On loopback their `Host` is checked too.
PROBES = frozenset({"/livez", "/readyz", "/metrics"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: What browsers say of requests that no other site made.
OWN_SITE = frozenset({"same-origin", "none"})
_PORTS = {"http": 80, "https": 443}


def check_host(settings: Settings) -> None:
    """Raises UnknownHost when the request is for somebody else."""
    if not settings.on_loopback and request.path in PROBES:
        return
    names = settings.allowed_hosts or ({settings.host} if settings.on_loopback else {"*"})
    if not trusted(request.host, LOOPBACK | names):
        raise UnknownHost


def check_origin(settings: Settings) -> None:
    """Raises ForeignOrigin when a page of another site wants to change something here."""
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    if origin is None:
        good = request.headers.get("Sec-Fetch-Site", "none") in OWN_SITE
    else:
        good = same_origin(origin, request.host) or trusted(_split(origin).netloc, settings.allowed_hosts - {"*"})
    if not good:
        raise ForeignOrigin


def trusted(host: str, names: Set[str]) -> bool:
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
