"""A job that the store has forgotten, in the archive."""

from contextlib import suppress

from api.http.context import caller, context, tenant
from api.http.preconditions import demand
from jobs.errors import NotFound, Unavailable
from jobs.history import Deletions
from jobs.stored import Stored


def past(job_id: str) -> Stored | None:
    """The job, when the archive has it and the caller may see it. Raises Unavailable."""
    ctx = context()
    # What it has never had costs nobody a look through the outbox.
    if not ctx.history.on or ctx.history.get(tenant(), job_id, without=Deletions()) is None:
        return None
    # Asked in this order: what the archive has been told of meanwhile is not there any more.
    without = ctx.outbox.deletions(tenant())
    found = ctx.history.get(tenant(), job_id, without=without)
    return found if found is not None and caller().sees(found.job.request.restaurant) else None


def forgotten(job_id: str) -> bool:
    """Whether there is an archive that may have the job, and the store does not have it."""
    ctx = context()
    return ctx.history.on and not ctx.store.present(tenant(), [job_id])


def delete_past(job_id: str) -> bool:
    """Have the archive forget the job; whether it had it. Raises PreconditionFailed, and Unavailable when it cannot be
    told."""
    try:
        if not forgotten(job_id) or (found := past(job_id)) is None:
            return False
    except Unavailable:
        # What the store tells of it is true all the same, and whatever it is told to delete the archive hears of.
        return False
    demand(found.job.version)
    with suppress(NotFound):
        # Whether the store has anything to delete or not: the archive is told.
        context().store.delete(tenant(), job_id)
    if past(job_id) is not None:
        raise Unavailable("The archive cannot be told of it: try again later.")
    return True
