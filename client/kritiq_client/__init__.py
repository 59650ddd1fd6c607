"""Typed client of Kritiq: restaurant reviews in, aspects and how each was judged out.

>>> from kritiq_client import Client
>>> with Client("http://127.0.0.1:5000") as kritiq:
...     job = kritiq.analyze("Das Essen war super, aber der Service war langsam.")
"""

from kritiq_client.aio import AsyncClient
from kritiq_client.batch_answers import Batch, BatchLine, Counts
from kritiq_client.card_answers import AspectScore, CardOfVersion, ModelCards
from kritiq_client.change_answers import ChangedBatch, ChangedDelivery, ChangedJob, Changes
from kritiq_client.client import Client
from kritiq_client.erasure_answers import Erased, Erasure, ErasureReport, Exported
from kritiq_client.errors import (
    ApiError,
    Conflict,
    FieldError,
    Forbidden,
    Gone,
    Invalid,
    KritiqError,
    NotFound,
    RateLimited,
    TransportError,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
    WebhookInvalid,
)
from kritiq_client.feedback_answers import Correction, Feedback, FeedbackExample, QueuedSentence
from kritiq_client.file_answers import File
from kritiq_client.job_answers import (
    Job,
    Level,
    NotSucceeded,
    Place,
    Progress,
    Queue,
    Timeout,
    Timings,
)
from kritiq_client.key_answers import ApiKey
from kritiq_client.link_answers import WebhookLink
from kritiq_client.model_answers import Alias, Models, ServedModel
from kritiq_client.operation_answers import ModelOperation, WorkerOperation
from kritiq_client.restaurant_answers import JudgedReview, Period, Restaurant, Summary, Trend
from kritiq_client.results import Aspect, Failure, Model, Overall, Result, Sentence, Span
from kritiq_client.retraining_answers import Retraining, RetrainingProgress, RetrainingResult
from kritiq_client.retrying import NEVER, Core, Retries
from kritiq_client.reviews import BatchOptions, BatchReview, Review
from kritiq_client.usage_answers import Usage, UsedDay
from kritiq_client.version import VERSION as __version__
from kritiq_client.webhook_answers import Attempt, Delivery, Endpoint, Health
from kritiq_client.webhooks import WebhookEvent, verify_webhook

__all__ = [
    "NEVER",
    "Alias",
    "ApiError",
    "ApiKey",
    "Aspect",
    "AspectScore",
    "AsyncClient",
    "Attempt",
    "Batch",
    "BatchLine",
    "BatchOptions",
    "BatchReview",
    "CardOfVersion",
    "ChangedBatch",
    "ChangedDelivery",
    "ChangedJob",
    "Changes",
    "Client",
    "Conflict",
    "Core",
    "Correction",
    "Counts",
    "Delivery",
    "Endpoint",
    "Erased",
    "Erasure",
    "ErasureReport",
    "Exported",
    "Failure",
    "Feedback",
    "FeedbackExample",
    "FieldError",
    "File",
    "Forbidden",
    "Gone",
    "Health",
    "Invalid",
    "Job",
    "JudgedReview",
    "KritiqError",
    "Level",
    "Model",
    "ModelCards",
    "ModelOperation",
    "Models",
    "NotFound",
    "NotSucceeded",
    "Overall",
    "Period",
    "Place",
    "Progress",
    "Queue",
    "QueuedSentence",
    "RateLimited",
    "Restaurant",
    "Result",
    "Retraining",
    "RetrainingProgress",
    "RetrainingResult",
    "Retries",
    "Review",
    "Sentence",
    "ServedModel",
    "Span",
    "Summary",
    "Timeout",
    "Timings",
    "TransportError",
    "Trend",
    "Unauthorized",
    "Unavailable",
    "UnexpectedAnswer",
    "Usage",
    "UsedDay",
    "WebhookEvent",
    "WebhookInvalid",
    "WebhookLink",
    "WorkerOperation",
    "__version__",
    "verify_webhook",
]
