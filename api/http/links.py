"""Links as clients get them."""

from api.http.context import context


def link(path: str) -> str:
    """Where `path` of this service is for clients: below KRITIQ_PUBLIC_URL, or on the host that they asked."""
    return context().settings.public_url + path
