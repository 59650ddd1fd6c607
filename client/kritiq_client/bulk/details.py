"""What an entry says of its review beside text and id: restaurant, date, language, author, and what comes along."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from math import isfinite
from typing import Any

from kritiq_client.bulk.json_lines import Number

#: What the service takes.
_TAKEN = {
    "restaurant": re.compile(r"[A-Za-z0-9._~-]{1,100}"),
    "language": re.compile(r"auto|[a-z]{2,3}"),
    "model": re.compile(r"[a-z][a-z0-9-]{0,63}|[A-Za-z0-9._+-]{1,100}/[A-Za-z0-9._+-]{1,100}"),
    "external_author": re.compile(r"[^\x00-\x1f\x7f]{1,200}"),
}
#: A time behind a day.
_CLOCK = r"(?:,?\s+(?:um\s+)?(\d{1,2})[:.](\d{2})(?::(\d{2}))?(?:\s*Uhr|\s*UTC|\s*GMT)?)?"
#: 14.11.2025 or 14.11.25; 14. November 2025; November 14, 2025, maybe behind the day of the week.
_DOTTED = re.compile(rf"(\d{{1,2}})\.\s?(\d{{1,2}})\.\s?(\d{{4}}|\d{{2}}){_CLOCK}")
_NAMED = re.compile(rf"(?:[A-Za-z]+\.?,\s*)?(\d{{1,2}})\.?\s+([A-Za-zä]+)\.?,?\s+(\d{{4}}){_CLOCK}")
_NAMED_FIRST = re.compile(rf"(?:[A-Za-z]+\.?,\s*)?([A-Za-z]+)\.?\s+(\d{{1,2}}),?\s+(\d{{4}}){_CLOCK}")
#: In German and English, of which at least three letters are written.
_MONTHS = (
    "januar january jänner", "februar february feber", "märz march maerz mrz", "april", "mai may", "juni june",
    "juli july", "august", "september", "oktober october", "november", "dezember december",
)  # fmt: skip
#: Seconds or milliseconds since 1970, from 2001 on: fewer digits are a number of something else.
_EPOCH_SECONDS = re.compile(r"1\d{9}(?:\d{3})?")
#: What a language has behind it to say which kind of it: `de-AT`, `pt_BR`.
_KIND = re.compile("[-_]")
#: Days as spreadsheets count them where nobody formats them as dates: from 1982 to 2064.
_SERIAL = re.compile(r"[3-5]\d{4}(?:[.,]\d+)?")
_EPOCH = datetime(1899, 12, 30)


def details_of(found: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Members of `kritiq_client.reviews.BatchReview`, and what could not be used as it stands.

    `found` has what stands in the columns, under the same names.
    """
    details, odd = dict[str, Any](), list[str]()
    for name, value in found.items():
        if value is None or value == "" or value == {}:
            continue
        if name == "reviewed_at":
            moment = moment_of(value)
            if moment is None:
                odd.append(f"{_shown(value)} is no date")
            else:
                details[name] = moment
        elif name == "metadata":
            try:
                details[name] = plain(value) if isinstance(value, dict) else {"metadata": plain(value)}
            except RecursionError:
                odd.append("its metadata is nested too deeply")
        else:
            written = as_text(value) or ""
            text = _KIND.split(written)[0].lower() if name == "language" else written
            good = _TAKEN[name].fullmatch(text)
            if not good:
                odd.append(f"{_shown(written)} is no {name} that the service takes")
            # The service says so too: then its results do. Nor does it count the review for another restaurant, or have
            # another model judge it.
            if good or name in ("restaurant", "model"):
                details[name] = text
    return details, odd


def moment_of(value: Any) -> datetime | None:
    """A date or time as files have it: ISO 8601, 14.11.2025, 14.11.25, 14. November 2025, seconds or milliseconds
    since 1970, or what a spreadsheet keeps as one, 45975 say.

    One without a zone is UTC, for the service takes none: the day that is written stays the day.
    """
    moment = _moment_of(value)
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _moment_of(value: Any) -> datetime | None:
    while isinstance(value, dict) and (inner := value.get("$date", value.get("$numberLong"))) is not None:
        # As MongoDB exports it.
        value = inner
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    text = str(value).strip()
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    try:
        if parts := _parts(text):
            year, month, day, hour, minute, second = (int(part or 0) for part in parts)
            return datetime(year, month, day, hour, minute, second)
        if _SERIAL.fullmatch(text):
            return _EPOCH + timedelta(seconds=round(float(text.replace(",", ".")) * 86_400))
        if _EPOCH_SECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text) / 1000 ** (len(text) > 10), tz=UTC)
        return datetime.fromisoformat(text.replace("/", "-").removesuffix(" UTC"))
    except ValueError:
        return None


def _parts(text: str) -> tuple[str | int, ...] | None:
    """Year, month, day, hour, minute and second of a day as people write it."""
    if found := _DOTTED.fullmatch(text):
        day, month, year, *clock = found.groups()
        return (year if len(year) > 2 else f"20{year}", month, day, *clock)
    if found := _NAMED.fullmatch(text):
        day, name, year, *clock = found.groups()
    elif found := _NAMED_FIRST.fullmatch(text):
        name, day, year, *clock = found.groups()
    else:
        return None
    number = _month(name)
    return (year, number, day, *clock) if number is not None else None


def _month(name: str) -> int | None:
    begins = name.casefold()
    found = (at for at, names in enumerate(_MONTHS, 1) if any(each.startswith(begins) for each in names.split()))
    return next(found, None) if len(begins) > 2 else None


def as_text(value: Any) -> str | None:
    """An id of any kind as it is written: a string itself, everything else as JSON has it."""
    if value is None or value == "":
        return None
    if isinstance(value, str | date):
        return str(value)
    try:
        read = plain(value)
        return read if isinstance(read, str) else json.dumps(read, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        return str(value)


def plain(value: Any) -> Any:
    """A JSON value with numbers instead of what they are written as; other values of tables as they are written.

    A number that JSON has no other form for (NaN, 1e999, one of 5,000 digits) is as it is written, too. Raises
    RecursionError.
    """
    if isinstance(value, Number):
        try:
            number = json.loads(value)
        except ValueError:
            return str(value)
        return str(value) if isinstance(number, float) and not isfinite(number) else number
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _shown(value: Any) -> str:
    text = repr(str(value))
    return text if len(text) <= 60 else f"{text[:60]}…"
