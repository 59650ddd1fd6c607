"""What a key allows. Every route of the API names the one scope that it needs (`api.http.operation.operation`)."""

from enum import StrEnum


class Scope(StrEnum):
    """A right within one organisation."""

    #: Jobs, batches, summaries and the queue: to look at.
    JOBS_READ = "jobs:read"
    #: To submit, cancel, retry and delete them.
    JOBS_WRITE = "jobs:write"
    #: Webhook endpoints, their secrets and deliveries.
    WEBHOOKS_MANAGE = "webhooks:manage"
    #: The organisation's models.
    MODELS_MANAGE = "models:manage"
    #: All of that, and the organisation's keys.
    ADMIN = "admin"
