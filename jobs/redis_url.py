"""The URL of one Redis server; those of Sentinels are `jobs.sentinel`'s."""

import re
from urllib.parse import parse_qsl, urlsplit

_WRONG = (
    "should be redis://[user:password@]host[:port][/db], rediss:// the same with TLS, or unix:///path; what is special"
    " in a password is escaped, / as %2F"
)


def demand_server(url: str) -> str:
    """The URL itself. Raises ValueError, which repeats none of it, for one that is no server's address."""
    try:
        parts = urlsplit(url)
        port = parts.port if parts.scheme != "unix" else None
    except ValueError:
        raise ValueError(_WRONG) from None
    # redis-py takes number 0 for a database that is no number.
    place = r"/.+" if parts.scheme == "unix" else r"/?|/[0-9]{1,5}"
    if parts.scheme not in ("redis", "rediss", "unix") or port == 0 or not re.fullmatch(place, parts.path):
        raise ValueError(_WRONG)
    if "decode_responses" in dict(parse_qsl(parts.query, keep_blank_values=True)):
        raise ValueError("decode_responses cannot be set: Redis keeps what is no text, too")
    return url
