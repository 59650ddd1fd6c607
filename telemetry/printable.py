"""What comes from outside, on a terminal: it is shown, and steers nothing."""

import re

#: What a terminal obeys: control characters but the line feed, and what turns the direction of letters around.
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    r"""`text` with escapes such as `\x1b` and `\u009b` for what a terminal obeys; JSON stays the same JSON."""
    # Nothing of what is looked for is printable, and that is known sooner.
    return (
        text
        if text.isprintable()
        else CONTROL.sub(lambda found: f"\\x{code:02x}" if (code := ord(found[0])) < 0x7F else f"\\u{code:04x}", text)
    )
