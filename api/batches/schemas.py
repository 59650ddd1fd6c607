"""What clients send for a batch."""

from typing import Annotated, Any

from pydantic import Field

from api.http.fields import IncludeNone, Language, Metadata, NotBefore, Restaurant, Strict, Ttl
from jobs.request import JobRequest, Priority
from jobs.timestamp import rfc3339

#: Most reviews of one batch.
MOST_LINES = 10_000


class BatchRequest(Strict):
    """Many reviews at once. Each is `{"text": …, "custom_id": …}`; a bad one fails alone."""

    reviews: Annotated[
        list[Any],
        Field(
            description=f"1 to {MOST_LINES:,} reviews, each with a text and an id of yours.",
            json_schema_extra={"minItems": 1, "maxItems": MOST_LINES},
        ),
    ]
    language: Language = "auto"
    include_none: IncludeNone = False
    not_before: NotBefore = None
    ttl_s: Ttl = None
    restaurant: Restaurant = None
    metadata: Metadata = None

    def to_request(self) -> JobRequest:
        """What is asked of every line."""
        asked = {name: getattr(self, name) for name in self.model_fields_set - {"reviews"}}
        if self.not_before:
            asked["not_before"] = rfc3339(round(self.not_before.timestamp() * 1000))
        return JobRequest(**asked, priority=Priority.BULK)
