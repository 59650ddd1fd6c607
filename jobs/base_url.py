"""A setting that is the beginning of a URL."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator


def _base_url(value: str) -> str:
    if not value:
        return value
    parts = urlsplit(value)
    plain = value.isascii() and value.isprintable() and not set(value) & set(' ?#@\\"<>')
    # `port` raises ValueError for one that is none.
    if not plain or parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("should be an http or https URL without a login, a query or a fragment")
    return value.rstrip("/")


#: An http or https URL without a slash at its end; empty when it is not set.
BaseUrl = Annotated[str, AfterValidator(_base_url)]
