"""A file as clients see it."""

from typing import Any

from jobs.file import File
from jobs.timestamp import rfc3339


def file_dict(file: File, public_url: str, *, purpose: str = "batch") -> dict[str, Any]:
    """The file as `api.files.answer_schemas.FileAnswer` describes it, with links below `public_url`."""
    here = f"{public_url}/v1/files/{file.id}"
    return {
        "id": file.id,
        "purpose": purpose,
        "filename": file.filename,
        "bytes": file.bytes if file.bytes >= 0 else None,
        "created_at": rfc3339(file.created_at),
        "expires_at": rfc3339(file.expires_at),
        "links": {"self": here, "content": f"{here}/content"},
    }
