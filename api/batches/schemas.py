"""What clients send for a batch."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from api.http.fields import IncludeNone, Language, Model, NotBefore, ReviewFields, Ttl, asked
from jobs.request import JobRequest, Priority

#: Most reviews of one batch.
MOST_LINES = 10_000
#: Most texts of one call.
MOST_TEXTS = 100


class BatchMembers(ReviewFields):
    """What is asked of every review of a batch; one that says something else itself gets that."""

    language: Language = "auto"
    model: Model = None
    include_none: IncludeNone = False
    not_before: NotBefore = None
    ttl_s: Ttl = None

    def to_request(self) -> JobRequest:
        """What is asked of every line."""
        return JobRequest(**asked(self, "reviews"), priority=Priority.BULK)


class BatchRequest(BatchMembers):
    """Many reviews at once. A bad one fails alone; an odd one is judged, and its result has a warning; one without a
    text is `skipped`.

    Beside `text` a review may have `custom_id`, `restaurant`, `reviewed_at`, `external_author`, `metadata`,
    `language` and `model`; what it leaves out is as the batch says. One that names a model that there is not fails.
    """

    reviews: Annotated[
        list[Any],
        Field(
            description=f"1 to {MOST_LINES:,} reviews, each with a text and, if you like, an id of yours.",
            json_schema_extra={"minItems": 1, "maxItems": MOST_LINES},
        ),
    ]


class BatchOfFile(BatchMembers):
    """All reviews of an uploaded file, up to 50,000."""

    input_file_id: Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{1,64}$"), Field(description="The file.")]
    endpoint: Annotated[
        Literal["/v1/jobs"] | None,
        Field(description="What does each line, as OpenAI's library says it; it changes nothing."),
    ] = None
    completion_window: Annotated[
        Literal["24h"] | None,
        Field(description="As OpenAI's library says it; it changes nothing: what waits in a batch does not expire."),
    ] = None

    def to_request(self) -> JobRequest:
        """What is asked of every line."""
        return JobRequest(**asked(self, "input_file_id", "endpoint", "completion_window"), priority=Priority.BULK)


class TextsBody(BatchMembers):
    """A few reviews to judge together: a batch whose results come with the answer when the client waits for them."""

    texts: Annotated[
        list[Any],
        Field(
            description="1 to 100 texts. A bad one fails alone; an empty one is `skipped`.",
            json_schema_extra={"minItems": 1, "maxItems": MOST_TEXTS},
        ),
    ]
    priority: Annotated[
        Literal["high", "normal", "bulk"],
        Field(description="Which queue they wait in. The default is another where a key is not for it."),
    ] = "normal"

    def to_request(self) -> JobRequest:
        """What is asked of every text."""
        return JobRequest(**asked(self, "texts", "priority"), priority=Priority(self.priority))


class LineMembers(ReviewFields):
    """What a line may say instead of its batch."""

    language: Language | None = None
    model: Model = None
