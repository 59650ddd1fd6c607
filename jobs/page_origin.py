"""The origin of a web page, as settings and clients name it and as `frame-ancestors` takes it."""

import re

_PART = "[0-9a-f]{1,4}"
#: Eight parts, or fewer with one `::`.
_IPV6 = "|".join(
    [
        f"({_PART}:){{7}}{_PART}",
        f"({_PART}:){{1,7}}:",
        *(f"({_PART}:){{1,{7 - behind}}}(:{_PART}){{1,{behind}}}" for behind in range(1, 7)),
        f":((:{_PART}){{1,7}}|:)",
    ]
)
_PORT = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
#: Characters of the longest: `https://`, a name of 253 and a port.
MAX_ORIGIN = 267
#: A scheme, a name or address in small letters and perhaps a port: with the length all that is checked, as the API's
#: document has it.
ORIGIN = re.compile(rf"https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[({_IPV6})\])(:({_PORT}))?")


def is_origin(text: str) -> bool:
    """Whether `text` is the origin of a page, such as `https://app.example.com`: nothing behind the port, no `*`."""
    return len(text) <= MAX_ORIGIN and ORIGIN.fullmatch(text) is not None
