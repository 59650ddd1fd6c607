"""The origin of a web page, as settings and clients name it and as `frame-ancestors` takes it."""

import re
from urllib.parse import urlsplit

#: A scheme, a name or address in small letters and perhaps a port.
ORIGIN = re.compile(r"https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")


def is_origin(text: str) -> bool:
    """Whether `text` is the origin of a page, such as `https://app.example.com`: nothing behind the port, no `*`."""
    if not ORIGIN.fullmatch(text):
        return False
    try:
        return urlsplit(text).port != 0
    except ValueError:
        return False
