"""What clients send for a batch."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from api.http.fields import WHOLE, NotBefore, Strict, small
from jobs.request import RESTAURANT, JobRequest, Priority
from jobs.timestamp import rfc3339


class BatchRequest(Strict):
    """Many reviews at once. Each is `{"text": …, "custom_id": …}`; a bad one fails alone."""

    reviews: Annotated[
        list[Any],
        Field(
            description="1 to 10,000 reviews, each with a text and an id of yours.",
            json_schema_extra={"minItems": 1, "maxItems": 10_000},
        ),
    ]
    language: Annotated[str, StringConstraints(pattern=r"^(auto|[a-z]{2,3})$")] = "auto"
    include_none: bool = False
    not_before: NotBefore = None
    ttl_s: Annotated[int | None, Field(ge=60, le=2_592_000), WHOLE] = None
    restaurant: Annotated[str | None, StringConstraints(pattern=f"^{RESTAURANT.pattern}$")] = None
    metadata: Annotated[
        dict[str, Any] | None, AfterValidator(lambda value: value if value is None else small(value))
    ] = None

    def to_request(self) -> JobRequest:
        """What is asked of every line."""
        asked = {name: getattr(self, name) for name in self.model_fields_set - {"reviews"}}
        if self.not_before:
            asked["not_before"] = rfc3339(round(self.not_before.timestamp() * 1000))
        return JobRequest(**asked, priority=Priority.BULK)
