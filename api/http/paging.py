"""Query parameters that lists share: size, opaque place, times."""

import hashlib
import re
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar

from flask import request

from api.http.context import caller
from api.http.parameters import ERROR_CODE, ID_PATTERN, LARGEST_PAGE, MARK, PAGE
from api.http.problems import InvalidRequest
from jobs.choice import JUDGED_BY
from jobs.request import AUTHOR, RESTAURANT
from jobs.timestamp import milliseconds, rfc3339

#: What the document says of a list's parameters: of its pages, and of when its entries were created.
PAGES = {
    "page_size": f"At most {LARGEST_PAGE} (default {PAGE}). A page may hold fewer and still have a next one.",
    "page_token": "`next_page_token` of the page before, of the same list with the same filters.",
}
CREATED = {
    "since": "Created at or after this time (RFC 3339 with an offset).",
    "until": "Created at or before this time (RFC 3339 with an offset).",
}
S = TypeVar("S", bound=StrEnum)

#: A job's or batch's id, or a batch's and a line's number.
_NAME = re.compile(r"[A-Za-z0-9._%/-]+")
_MARKED, _NO_TOKEN = re.compile(f"[0-9a-f]{{{MARK}}}"), "is not a valid page token"
_MS, _ANY_MS = re.compile(r"[0-9]{1,15}"), re.compile(r"-?[0-9]{1,15}")


def page_size() -> int:
    """How many entries the client wants. Raises InvalidRequest."""
    return wanted_number("page_size", PAGE, LARGEST_PAGE)


def wanted_number(name: str, default: int, most: int) -> int:
    """The whole number from 1 to `most` in parameter `name`. Raises InvalidRequest."""
    value = request.args.get(name, str(default))
    if not (value.isascii() and value.isdigit() and len(value) < 6 and 1 <= int(value) <= most):
        raise InvalidRequest(f"?{name}", f"should be a whole number from 1 to {most}")
    return int(value)


def state(kinds: type[S]) -> S | None:
    """The state in parameter `status` that alone is wanted. Raises InvalidRequest."""
    value = request.args.get("status")
    if value is not None and value not in list(kinds):
        raise InvalidRequest("?status", f"should be one of {', '.join(kinds)}")
    return None if value is None else kinds(value)


def wanted_restaurant() -> str | None:
    """The restaurant in parameter `restaurant` that alone is wanted. Raises InvalidRequest, Forbidden."""
    if "restaurant" not in request.args:
        return None
    name = restaurant_named(request.args["restaurant"], "?restaurant")
    caller().demand(name)
    return name


def wanted_author() -> str | None:
    """The author in parameter `external_author` whose reviews alone are wanted. Raises InvalidRequest."""
    author = request.args.get("external_author")
    if author is not None and not AUTHOR.fullmatch(author):
        raise InvalidRequest("?external_author", "should have 1 to 200 characters, none of them a control character")
    return author


def wanted_batch() -> str | None:
    """The batch in parameter `batch` on whose lines alone something is wanted. Raises InvalidRequest."""
    name = request.args.get("batch")
    if name is not None and not re.fullmatch(ID_PATTERN, name):
        raise InvalidRequest("?batch", "should be a batch's id")
    return name


def wanted_model() -> str | None:
    """The model in parameter `model` whose judgements alone are wanted. Raises InvalidRequest."""
    model = request.args.get("model")
    if model is not None and not JUDGED_BY.fullmatch(model):
        raise InvalidRequest("?model", "should be a model's name, or its name and version (`kritiq-mini/1`)")
    return model


def wanted_error() -> str | None:
    """The error in parameter `error` with whose code alone something is wanted. Raises InvalidRequest."""
    code = request.args.get("error")
    if code is not None and not ERROR_CODE.fullmatch(code):
        raise InvalidRequest("?error", "should be the code of an error, such as worker_lost")
    return code


def moment(name: str) -> int | None:
    """The RFC 3339 time in parameter `name`, as milliseconds since the epoch. Raises InvalidRequest."""
    try:
        # An unescaped + of an offset arrives as a blank.
        return milliseconds(request.args[name].replace(" ", "+")) if name in request.args else None
    except ValueError as error:
        raise InvalidRequest(f"?{name}", str(error)) from None


def times() -> tuple[int | None, int | None]:
    """Parameters `since` and `until`, in milliseconds since the epoch. Raises InvalidRequest."""
    since_ms, until_ms = moment("since"), moment("until")
    if since_ms is not None and until_ms is not None and until_ms < since_ms:
        raise InvalidRequest("?until", "should not be before since")
    return since_ms, until_ms


def days(earliest: date) -> tuple[date, date]:
    """The days in parameters `from` (else `earliest`) and `to`, else today, or `from` where a client is a day ahead of
    UTC. Raises InvalidRequest."""
    first = day("from", earliest)
    last = day("to", max(first, datetime.now(UTC).date()))
    if last < first and "from" in request.args:
        raise InvalidRequest("?to", "should not be before from")
    return min(first, last), last


def day(name: str, default: date) -> date:
    """The day in parameter `name`, written as answers write days. Raises InvalidRequest."""
    value = request.args.get(name, default.isoformat())
    try:
        if (found := date.fromisoformat(value)).isoformat() == value:
            return found
    except ValueError:
        pass
    raise InvalidRequest(f"?{name}", "should be a day such as 2026-11-14")


def place(*, before_1970: bool = False) -> tuple[int, str] | None:
    """Where the page before ended: time and id. Raises InvalidRequest.

    `before_1970`: it may have been then, of what was imported.
    """
    token = place_in_token()
    if token is None:
        return None
    try:
        time, _, name = bytes.fromhex(token).decode("ascii").partition(".")
        good = (_ANY_MS if before_1970 else _MS).fullmatch(time)
        if good and _NAME.fullmatch(name) and token == f"{time}.{name}".encode().hex():
            return int(time), name
    except ValueError:
        pass
    raise InvalidRequest("?page_token", _NO_TOKEN)


def place_in_token() -> str | None:
    """What the page token has behind the mark of its list. Raises InvalidRequest, also when it is another list's."""
    token = request.args.get("page_token")
    if token is None:
        return None
    if not _MARKED.match(token):
        raise InvalidRequest("?page_token", _NO_TOKEN)
    if not token.startswith(_mark()):
        raise InvalidRequest("?page_token", "is of another list, or of other filters: repeat these, or begin anew")
    return token[MARK:]


def marked(place: str) -> str:
    """The page token of this list for a place in it, which is hexadecimal digits."""
    return _mark() + place


def _mark() -> str:
    """What tells this list from all others: its address and what narrows it down, as hexadecimal digits."""
    filters = sorted(each for each in request.args.items(multi=True) if each[0] not in PAGES)
    return hashlib.sha256(repr((request.path, filters)).encode()).hexdigest()[:MARK]


def moment_place() -> tuple[int, str] | None:
    """The same where entries of one time have numbers, as those of a stream have. Raises InvalidRequest."""
    found = place()
    if found and not (found[1].isdigit() and len(found[1]) < 20):
        raise InvalidRequest("?page_token", _NO_TOKEN)
    return found


def restaurant_named(name: str, pointer: str = "{restaurant}") -> str:
    """`name`, when a restaurant may have it; it stands in the path unless said. Raises InvalidRequest."""
    if not RESTAURANT.fullmatch(name):
        raise InvalidRequest(pointer, "should have 1 to 100 letters, digits and . _ ~ -")
    return name


def token_of(end: tuple[int, str] | None) -> str | None:
    """The opposite of `place`."""
    return marked(f"{end[0]}.{end[1]}".encode().hex()) if end else None


def time_of(end: tuple[int, str] | None) -> str | None:
    """Down to which time a page has looked, as `LookedBackTo`."""
    return rfc3339(end[0]) if end else None
