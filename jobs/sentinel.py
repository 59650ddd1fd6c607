"""Where Redis is when Sentinels say so: `redis+sentinel://[user:password@]host[:port],…/service[/db]`.

`rediss+sentinel://` speaks TLS with the Redis servers and the Sentinels; `?ssl_ca_certs=FILE` names their authority.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEMES = ("redis+sentinel", "rediss+sentinel")
#: Where Sentinels listen unless the address says otherwise.
PORT = 26_379
_HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class SentinelAddress:
    """The Sentinels, and what they know the primary by."""

    hosts: tuple[tuple[str, int], ...]
    service: str
    db: int = 0
    #: Of the Redis servers; Sentinels have a password of their own.
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    ca_file: str | None = None


def sentinel_address(url: str) -> SentinelAddress | None:
    """The address in `url`; None for a URL of a Redis server itself. Raises ValueError, which repeats no password."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        return None
    login, _, hosts = parts.netloc.rpartition("@")
    found = [_HOST.fullmatch(host) for host in hosts.split(",")]
    service, _, db = parts.path.removeprefix("/").partition("/")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if None in found or not service or not re.fullmatch(r"[0-9]{0,5}", db) or options.keys() - {"ssl_ca_certs"}:
        raise ValueError("should be redis+sentinel://[user:password@]host[:port],host[:port],.../service[/db]")
    user, _, password = login.partition(":")
    return SentinelAddress(
        hosts=tuple((each["host"].strip("[]"), int(each["port"] or PORT)) for each in found if each),
        service=unquote(service),
        db=int(db or 0),
        username=unquote(user) or None,
        password=unquote(password) or None,
        tls=parts.scheme == "rediss+sentinel",
        ca_file=options.get("ssl_ca_certs"),
    )
