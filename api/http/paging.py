"""Query parameters that lists share: size, opaque place, times."""

import re
from datetime import UTC, datetime

from flask import request

from api.http.problems import InvalidRequest

LARGEST_PAGE = 100
_NAME = re.compile(r"[A-Za-z0-9._%-]+")


def page_size(name: str = "page_size", default: int = 20) -> int:
    """How many entries the client wants. Raises InvalidRequest."""
    value = request.args.get(name, str(default))
    if not (value.isascii() and value.isdigit() and len(value) < 6 and 1 <= int(value) <= LARGEST_PAGE):
        raise InvalidRequest(f"?{name}", f"should be a whole number from 1 to {LARGEST_PAGE}")
    return int(value)


def moment(name: str) -> int | None:
    """The time in parameter `name`, as milliseconds since the epoch. Raises InvalidRequest."""
    return parse_moment(request.args[name], f"?{name}") if name in request.args else None


def parse_moment(value: str, pointer: str) -> int:
    """RFC 3339 text as milliseconds since the epoch; UTC when it names no zone. Raises InvalidRequest."""
    try:
        # An unescaped + of a time zone arrives as a blank.
        found = datetime.fromisoformat(value.replace(" ", "+"))
        return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise InvalidRequest(pointer, "should be a time such as 2026-11-14T09:30:00Z") from None


def place() -> tuple[int, str] | None:
    """Where the page before ended: time and id. Raises InvalidRequest."""
    token = request.args.get("page_token")
    if token is None:
        return None
    try:
        time, _, name = bytes.fromhex(token).decode("ascii").partition(".")
        if _NAME.fullmatch(name) and time.isdigit() and len(time) < 16 and token == f"{time}.{name}".encode().hex():
            return int(time), name
    except ValueError:
        pass
    raise InvalidRequest("?page_token", "is not a valid page token")


def token_of(end: tuple[int, str] | None) -> str | None:
    """The opposite of `place`."""
    return f"{end[0]}.{end[1]}".encode().hex() if end else None
