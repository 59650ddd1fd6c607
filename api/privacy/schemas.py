"""What clients send and get about what is kept of somebody."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from api.http.fields import RestaurantId, Strict
from api.http.result_schemas import ErrorAnswer
from jobs.erasure import ErasureStatus, Of
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


class ErasedAnswer(BaseModel):
    """How much was deleted by now."""

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
        int,
        Field(
            description="Jobs and lines whose feedback outlived them, was on a line that was taken out of a batch, or "
            "was said by the author of others' reviews."
        ),
    ]
    messages: Annotated[
        int,
        Field(
            description="Messages of Celery clients that no worker had taken yet, or that were rejected: the tasks are "
            "revoked."
        ),
    ]


class ErasureReportAnswer(BaseModel):
    """What a search through the records found afterwards."""

    complete: Annotated[bool, Field(description="Whether nothing is left.")]
    shared_batches: Annotated[
        list[str],
        Field(description="Batches that other restaurants have lines in too: left as they are, for you to delete."),
    ]
    archive: Annotated[
        Literal["told", "erased"] | None,
        Field(
            description="Whether the archive was told to do the same, or has done it (files beside it follow within "
            "minutes); null where there is no archive."
        ),
    ]
    archived: Annotated[
        int | None,
        Field(
            description="Reviews that the archive still had and deleted: those that it alone had, such as imported "
            "ones, and lines of other batches. Null before it has done so, and where there is no archive."
        ),
    ]
    searched: Annotated[int, Field(description="Records that were searched.")]
    found: Annotated[list[str], Field(description="Those in which something was found.")]


class ErasureLinks(BaseModel):
    """Where to go on."""

    self: str


class ErasureAnswer(BaseModel):
    """An erasure that was asked for."""

    id: str
    status: Annotated[
        ErasureStatus,
        Field(
            description="`queued` and `running`, then `succeeded` (nothing is left), `incomplete` (the report says "
            "what is) or `failed` (it could not be carried out, and may be asked for again)."
        ),
    ]
    of: Annotated[Of, Field(description="Whose reviews: a guest's, whose id no answer repeats, or…")]
    restaurant: Annotated[str | None, Field(description="…this restaurant's, or all.")]
    created_at: str
    started_at: str | None
    finished_at: str | None
    expires_at: Annotated[str | None, Field(description="Until when it is kept; null before its end.")]
    erased: ErasedAnswer
    report: Annotated[ErasureReportAnswer | None, Field(description="Null before the search.")]
    error: Annotated[ErrorAnswer | None, Field(description="Why it failed.")]
    links: ErasureLinks


class ErasureList(BaseModel):
    """Some erasures."""

    erasures: list[ErasureAnswer]
    next_page_token: str | None


class ExportLine(BaseModel):
    """One line: a review with its text, what was sent with it, and its result, or what was said of one; or, at the end,
    how it ended."""

    job_id: Annotated[str | None, Field(description="Of a single review.")] = None
    batch_id: Annotated[str | None, Field(description="Of a batch's line.")] = None
    text: str | None = None
    archived: Annotated[
        bool | None,
        Field(
            description="Only the archive has it any more: the text is in the sentences of its result, if it is kept."
        ),
    ] = None
    untaken: Annotated[
        bool | None, Field(description="A Celery client has sent it, as it is here, and no worker has taken it yet.")
    ] = None
    feedback: Annotated[
        dict[str, Any] | None, Field(description="What was said of a job or a line, with the sentences.")
    ] = None
    complete: Annotated[bool | None, Field(description="On the last line alone: whether all lines have come.")] = None
    reviews: Annotated[int | None, Field(description="On the last line alone: how many.")] = None
