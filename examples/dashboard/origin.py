"""Whether a page of this dashboard asks: browsers say so of every POST, and let no page say it of another."""

from flask import request


def from_own_page(*, by_name: bool = False) -> bool:
    """Whether a page of this dashboard's asks.

    Behind a proxy `Host` may be another name than the page's. Then browsers that say `Sec-Fetch-Site` are believed,
    unless the name is all that tells who asks (`by_name`).
    """
    if not by_name and request.headers.get("Sec-Fetch-Site") == "same-origin":
        return True
    _, _, page = request.headers.get("Origin", "").partition("://")
    return bool(page) and page == request.host
