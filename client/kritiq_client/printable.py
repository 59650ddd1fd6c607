"""What comes from a file or from the service, on a terminal: it is shown, and steers nothing."""

import io
import re
import sys

#: What a terminal obeys: control characters but the line feed, and what turns the direction of letters around.
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    r"""`text` with escapes such as `\x1b` and `\u009b` for what a terminal obeys; JSON stays the same JSON."""
    return CONTROL.sub(lambda found: f"\\x{code:02x}" if (code := ord(found[0])) < 0x7F else f"\\u{code:04x}", text)


def never_fail_to_print() -> None:
    """A terminal that has no ö gets an escape for it, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
