"""The `Prefer` header of RFC 7240, as far as we honour it."""

from collections.abc import Iterable

from werkzeug.http import parse_options_header

#: Longest wait, in seconds. Longer wishes are cut to this.
MAX_WAIT_S = 30


def wait_seconds(headers: Iterable[str]) -> int | None:
    """The `wait` preference in seconds, or None. The first one of a list counts; what cannot be read is ignored."""
    for header in headers:
        for item in header.split(","):
            name, _ = parse_options_header(item.strip())
            key, equals, value = name.partition("=")
            if key.strip().lower() == "wait" and equals:
                digits = value.strip().strip('"')
                if not (digits.isascii() and digits.isdigit()):
                    return None
                # Python reads no number of thousands of digits.
                return min(int(digits.lstrip("0")[:4] or "0"), MAX_WAIT_S)
    return None
