"""What clients say of a file."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.http.fields import WHOLE, Strict
from api.http.parameters import FILENAME, MOST_NAME
from jobs.file import FILE_TTL_S


class UploadMembers(Strict):
    """What is told of a file that is uploaded, in the form or in the query."""

    filename: Annotated[
        str, StringConstraints(max_length=MOST_NAME, pattern=f"^{FILENAME}$"),
        Field(description="What you call it; of a form the file's own name."),
    ] = ""  # fmt: skip
    purpose: Annotated[Literal["batch"], Field(description="What it is for, as OpenAI's library says it.")] = "batch"
    ttl_s: Annotated[
        int | None, Field(ge=FILE_TTL_S[0], le=FILE_TTL_S[1], description="Seconds that it is kept."), WHOLE
    ] = None
