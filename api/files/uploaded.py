"""An uploaded file, when the caller may see it."""

from api.files.outputs import UNKNOWN
from api.http.context import caller, context, tenant
from jobs.errors import Gone, NotFound
from jobs.file import File
from store.files import shown


def uploaded(file_id: str) -> File:
    """An uploaded file that the caller may see; one for other restaurants is not there. Raises NotFound, Gone."""
    unknown = NotFound(UNKNOWN)
    try:
        file = context().files.get(tenant(), file_id)
    except Gone:
        if caller().restaurants:
            # Whose it was is gone with it.
            raise unknown from None
        raise
    if not shown(file, caller().restaurants):
        raise unknown
    return file
