"""The one error tree.

    KritiqError
    ├── SettingsError            a KRITIQ_* variable has a value that cannot be used
    ├── Unauthenticated          nobody knows who asks: no API key, or one that is no good
    ├── Forbidden                the API key is good, and not for this
    ├── TooOften                 asked again too soon (retryable)
    │   └── OverLimit            the organisation has as much as it may have
    ├── TooMuch                  more at once than the organisation may ever have
    ├── Unavailable              ours: the store cannot be reached or cannot take more (retryable)
    │   ├── QueueFull            the backlog is at its limit
    │   └── TextKeyMissing       a text cannot be encrypted or read: the key for it is not in KRITIQ_TEXT_KEYS
    ├── NotFound                 no such job (or another tenant's)
    │   └── Gone                 it was there: deleted, or past its time
    │       └── TextErased       the key that it was encrypted with was deleted
    └── Conflict                 the record is not in a state that allows this
        ├── VersionMoved         it is not at the version that alone was to be changed
        ├── IdempotencyMismatch  the key was used with another request
        ├── NotCancelable        the job has already ended
        ├── NotRetryable         the job has not failed
        ├── AliasMoved           somebody else has moved the alias of a model meanwhile
        ├── NotOneVersion        an alias that does not stand for one version alone cannot be rolled out, or retrained
        ├── ModelInUse           a version of a model that is needed cannot be unloaded
        ├── RetrainingUnderWay   another retraining of this version of a model has not ended
        ├── NothingJudged        the job has no result to give feedback on
        ├── FeedbackFull         the tenant has feedback on as many jobs as it may have
        ├── NothingToRetry       of a batch: every line has a result, or no text
        ├── FilesFull            the tenant's files are as large as they may be
        ├── TooManyKeys          the tenant has as many API keys as it may have
        ├── TooManyErasures      the tenant has as many that have not ended as it may have
        ├── EndpointDisabled     nothing is sent to a disabled webhook endpoint
        ├── TooManyEndpoints     the tenant has as many as it may have
        └── DeliveryUnderWay     an attempt at this delivery is going on

Each error carries its decision: `permanent` says whether the same call can ever work. Callers never match strings.
Which HTTP status an error becomes is known to `api.http.problems` alone.
"""

from typing import ClassVar, Self


class KritiqError(Exception):
    """Something went wrong in Kritiq."""

    #: Whether the same call can never work; False means: try again.
    permanent: bool = True

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class SettingsError(KritiqError):
    """A setting has a value that cannot be used."""


class Unauthenticated(KritiqError):
    """An API key is needed: `Authorization: Bearer krt_…`."""


class Forbidden(KritiqError):
    """The API key is good, but not for this."""


class TooOften(KritiqError):
    """This was asked for too often; ask again later."""

    permanent = False

    def __init__(self, message: str | None = None, *, retry_after_s: int = 60) -> None:
        super().__init__(message)
        #: Seconds after which another try makes sense.
        self.retry_after_s = retry_after_s


class OverLimit(TooOften):
    """The organisation has reached its limit for now."""


class TooMuch(KritiqError):
    """This is more at once than the organisation may ever have."""


class Unavailable(KritiqError):
    """The job store cannot be reached or cannot take more at the moment."""

    permanent = False

    def __init__(self, message: str | None = None, *, retry_after_s: int = 2) -> None:
        super().__init__(message)
        #: Seconds after which another try makes sense.
        self.retry_after_s = retry_after_s


class QueueFull(Unavailable):
    """The backlog is at its limit."""

    #: When to ask again where it is full of what waits for its time, in seconds.
    SCHEDULED_S: ClassVar[int] = 300

    @classmethod
    def of_scheduled(cls, sentences: int) -> Self:
        """What waits for its time is at its limit: no worker makes room sooner, so asking soon is in vain."""
        return cls(f"{sentences} sentences are scheduled already.", retry_after_s=cls.SCHEDULED_S)


class TextKeyMissing(Unavailable):
    """Texts of this organisation can neither be stored nor read at the moment: their key is missing on the server."""


class MadeByNewer(Unavailable):
    """Only a newer release, beside this one in an upgrade, knows what to do with the job."""


class NotFound(KritiqError):
    """There is no such job."""


class Gone(NotFound):
    """The job was deleted or has expired."""


class TextErased(Gone):
    """It was erased with the key that it was encrypted with."""


class Conflict(KritiqError):
    """The job is in a state that does not allow this."""


class VersionMoved(Conflict):
    """It has changed since you read it: read it again, then repeat the call."""


class IdempotencyMismatch(Conflict):
    """The idempotency key was used before with another request."""


class NotRetryable(Conflict):
    """Only a job that failed, expired or was canceled can be tried again."""


class NothingToRetry(NotRetryable):
    """No line of the batch can be tried again: each has a result, or no text that could be judged."""


class TriedAgain(NotRetryable):
    """It was tried again meanwhile."""


class NothingJudged(Conflict):
    """The job has no result to give feedback on."""


class AliasMoved(Conflict):
    """Somebody has moved this alias since you read it: read it again, then repeat the call."""


class NotOneVersion(Conflict):
    """A rollout goes from one version to another: the alias stands for several, or is being rolled out already."""


class ModelInUse(Conflict):
    """An alias stands for this version, or jobs wait for it: it stays in memory."""


class RetrainingUnderWay(Conflict):
    """This version of a model is being retrained: wait for the end of that, or cancel it."""

    permanent = False


class FeedbackFull(Conflict):
    """There is feedback on as many jobs as there may be: export it, and delete some."""


class FilesFull(Conflict):
    """There is no room for more files: delete some, or wait until their time is over."""


class NotCancelable(Conflict):
    """The job has already ended."""


class TooManyKeys(Conflict):
    """There are as many API keys as there may be: revoke one first."""


class TooManyLinks(Conflict):
    """There are as many links to webhooks as there may be: revoke some, or wait for their end."""


class TooManyErasures(Conflict):
    """There are as many erasures as there may be that have not ended: wait for some."""

    permanent = False


class EndpointDisabled(Conflict):
    """The endpoint is disabled: enable it first."""


class TooManyEndpoints(Conflict):
    """There are as many webhook endpoints as there may be: delete one first."""


class DeliveryUnderWay(Conflict):
    """An attempt at this delivery is going on: ask again when it has ended."""

    permanent = False
