"""What clients send and get about what is kept of somebody."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from api.http.fields import RestaurantId, Strict
from jobs.request import AUTHOR
from store.whose import Whose


class OfAuthor(Strict):
    """All reviews of one guest, whichever restaurant they are about."""

    external_author: Annotated[
        str,
        StringConstraints(pattern=f"^{AUTHOR.pattern}$"),
        Field(description="Your id of the guest, as the reviews were sent with it."),
    ]

    def of(self, tenant: str) -> Whose:
        """Whose reviews these are."""
        return Whose(tenant=tenant, external_author=self.external_author)


class OfRestaurant(Strict):
    """All reviews of a restaurant."""

    restaurant: Annotated[RestaurantId, Field(description="Your id of the restaurant.")]

    def of(self, tenant: str) -> Whose:
        """Whose reviews these are."""
        return Whose(tenant=tenant, restaurant=self.restaurant)


class OfEverybody(Strict):
    """All reviews of your organisation."""

    everything: Annotated[Literal[True], Field(description="So that nobody asks for it by leaving something out.")]

    def of(self, tenant: str) -> Whose:
        """Whose reviews these are."""
        return Whose(tenant=tenant)


def whose(body: Mapping[str, Any], tenant: str) -> Whose:
    """Whose reviews a request is about. Raises pydantic's ValidationError."""
    if "everything" in body:
        return OfEverybody.model_validate(body).of(tenant)
    return (OfRestaurant if "restaurant" in body else OfAuthor).model_validate(body).of(tenant)


class ErasureAnswer(BaseModel):
    """What was erased, and what a search through the records found afterwards."""

    complete: Annotated[bool, Field(description="Whether nothing is left.")]
    jobs: int
    batches: Annotated[int, Field(description="Batches of theirs alone.")]
    lines: Annotated[
        int,
        Field(
            description="A guest's lines of other batches: their text, result and details are gone, and they have "
            "`failed` with the error `erased`."
        ),
    ]
    files: Annotated[int, Field(description="Uploaded files with a review of theirs: they go whole.")]
    feedback: Annotated[
        int, Field(description="Jobs whose feedback outlived them, or was said by the author of others' reviews.")
    ]
    shared_batches: Annotated[
        list[str],
        Field(description="Batches that other restaurants have lines in too: left as they are, for you to delete."),
    ]
    archive: Annotated[
        str | None,
        Field(description="Where in the outbox the archive is told to do the same; null where there is no archive."),
    ]
    searched: Annotated[int, Field(description="Records that were searched.")]
    found: Annotated[list[str], Field(description="Those in which something was found.")]


class ExportLine(BaseModel):
    """One line: a review with its text, what was sent with it, and its result, or what was said of one; or, at the end,
    how it ended."""

    job_id: Annotated[str | None, Field(description="Of a single review.")] = None
    batch_id: Annotated[str | None, Field(description="Of a batch's line.")] = None
    text: str | None = None
    feedback: Annotated[dict[str, Any] | None, Field(description="What was said of a job, with the sentences.")] = None
    complete: Annotated[bool | None, Field(description="On the last line alone: whether all lines have come.")] = None
    reviews: Annotated[int | None, Field(description="On the last line alone: how many.")] = None
