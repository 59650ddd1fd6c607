"""How long Redis keeps what nobody gives a lifetime of its own, and how much of what gives way to nothing."""

from dataclasses import dataclass

from pydantic import Field
from pydantic_settings import BaseSettings

from jobs.largest import LARGEST

#: No lifetime is longer than ten years, in seconds.
LONGEST_S = 315_360_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """Lifetimes in milliseconds, and most bytes, as the scripts take them. Of bytes 0 is a share of Redis' memory
    altogether, and no limit for one organisation."""

    #: A delivery's record and log, from its end on.
    delivery_log_ms: int = 30 * 86_400_000
    #: An idempotency key.
    idempotency_ms: int = 86_400_000
    #: The mark of what was deleted or is past its time, which answers 410.
    gone_ms: int = 86_400_000
    #: What is past its time while no reconciler takes it away, and what webhooks that are still due tell of it.
    overdue_ms: int = 7 * 86_400_000
    #: A day's usage.
    usage_ms: int = 400 * 86_400_000
    #: What a model was asked and answered, from the last review on.
    traffic_ms: int = 30 * 86_400_000
    #: An API key's record, from its end on.
    ended_key_ms: int = 30 * 86_400_000
    #: A Celery task id that was revoked.
    revoked_ms: int = 30 * 86_400_000
    #: Ends that Celery's monitors were not told of.
    untold_ms: int = 3_600_000
    #: Parts of a file or a batch that is still being read.
    upload_ms: int = 600_000
    #: That a URL which came with a job was given up.
    given_up_ms: int = 86_400_000
    #: An erasure's report, from its end on.
    erasure_ms: int = 90 * 86_400_000
    #: Uploaded files altogether.
    files_bytes: int = 0
    #: Feedback of one organisation, and altogether.
    max_feedback_bytes: int = 33_554_432
    feedback_bytes: int = 0
    #: Webhooks that wait, of one organisation, and altogether.
    max_webhooks_bytes: int = 268_435_456
    webhooks_bytes: int = 0
    #: Marks of what was deleted or is past its time, and idempotency keys, altogether.
    marks_bytes: int = 0
    idempotency_bytes: int = 0


#: Where no settings say another: those of the settings' defaults.
DEFAULT_RETENTION = Retention()


class RetentionSettings(BaseSettings):
    """The lifetimes that an operator can set, beside those that stand with what they are about."""

    delivery_log_ttl_s: int = Field(
        2_592_000, ge=3600, le=LONGEST_S,
        description="how long a webhook's delivery and its attempts are kept from its end on, in seconds (30 days);"
        " about 0.4 kB of Redis each",
    )  # fmt: skip
    idempotency_ttl_s: int = Field(
        86_400, ge=60, le=LONGEST_S, description="how long an Idempotency-Key is remembered, in seconds (a day)"
    )
    gone_ttl_s: int = Field(
        86_400, ge=60, le=LONGEST_S,
        description="how long what was deleted, or is past its time, answers 410 instead of 404, in seconds (a day)",
    )  # fmt: skip
    # Webhooks are tried again for up to 91 hours.
    overdue_ttl_s: int = Field(
        604_800, ge=345_600, le=LONGEST_S,
        description="how long Redis may have what is past its time while no reconciler runs, and what webhooks that are"
        " still due tell of it, in seconds (a week)",
    )  # fmt: skip
    # `/v1/usage` tells whole months.
    usage_ttl_s: int = Field(
        34_560_000, ge=2_764_800, le=LONGEST_S, description="how long a day's usage is kept, in seconds (400 days)"
    )
    traffic_ttl_s: int = Field(
        2_592_000, ge=3600, le=LONGEST_S,
        description="how long what a model was asked and answered is kept after its last review, in seconds (30 days)",
    )  # fmt: skip
    ended_key_ttl_s: int = Field(
        2_592_000, ge=60, le=LONGEST_S,
        description="how long an API key is still listed after its end, in seconds (30 days)",
    )  # fmt: skip
    revoked_ttl_s: int = Field(
        2_592_000, ge=60, le=LONGEST_S,
        description="how long the id of a Celery task that was revoked is remembered, in seconds (30 days)",
    )  # fmt: skip
    untold_ttl_s: int = Field(
        3_600, ge=60, le=LONGEST_S,
        description="how long ends wait for a worker that tells Celery's monitors of them, in seconds (an hour)",
    )  # fmt: skip
    upload_ttl_s: int = Field(
        600, ge=60, le=86_400,
        description="how long parts of a file or a batch are kept whose upload does not go on, in seconds",
    )  # fmt: skip
    given_up_ttl_s: int = Field(
        86_400, ge=60, le=LONGEST_S,
        description="how long nothing is sent to a URL that came with a job and failed for days, in seconds (a day)",
    )  # fmt: skip
    erasure_ttl_s: int = Field(
        7_776_000, ge=3600, le=LONGEST_S,
        description="how long the report of an erasure is kept from its end on, in seconds (90 days)",
    )  # fmt: skip

    files_bytes: int = Field(
        0, ge=0, le=LARGEST,
        description="most bytes of Redis that all organisations' files may take; what one has may not exceed"
        " what is left free; further ones get 503; 0: a quarter of its maxmemory",
    )  # fmt: skip
    max_feedback_bytes: int = Field(
        33_554_432, ge=0, le=LARGEST,
        description="most bytes of Redis that an organisation's feedback may take; more gets 409; 0: no limit",
    )  # fmt: skip
    feedback_bytes: int = Field(
        0, ge=0, le=LARGEST,
        description="most that all feedback may take, and one organisation's no more than is left free; more gets 503;"
        " 0: a tenth of its maxmemory",
    )  # fmt: skip
    max_webhooks_bytes: int = Field(
        268_435_456, ge=0, le=LARGEST,
        description="about how many bytes of Redis an organisation's webhooks may take that wait for their receivers,"
        " 1.5 kB each and what was answered; further ones are not made before somebody recovers them; 0: no limit",
    )  # fmt: skip
    webhooks_bytes: int = Field(
        0, ge=0, le=LARGEST,
        description="about how many all of them may, and one organisation's no more than is left free; 0: a quarter of"
        " its maxmemory",
    )  # fmt: skip
    marks_bytes: int = Field(
        0, ge=0, le=LARGEST,
        description="about how many bytes of Redis all marks of what was deleted or is past its time may take, and one"
        " organisation's no more than is left free; beyond them an id answers 404 instead of 410; 0: a tenth of its"
        " maxmemory",
    )  # fmt: skip
    idempotency_bytes: int = Field(
        0, ge=0, le=LARGEST,
        description="about how many all remembered Idempotency-Keys may, and one organisation's no more than is left"
        " free; requests with further ones get 429; 0: a tenth of its maxmemory",
    )  # fmt: skip

    @property
    def retention(self) -> Retention:
        """All of these, as the scripts take them."""
        return Retention(
            delivery_log_ms=self.delivery_log_ttl_s * 1000,
            idempotency_ms=self.idempotency_ttl_s * 1000,
            gone_ms=self.gone_ttl_s * 1000,
            overdue_ms=self.overdue_ttl_s * 1000,
            usage_ms=self.usage_ttl_s * 1000,
            traffic_ms=self.traffic_ttl_s * 1000,
            ended_key_ms=self.ended_key_ttl_s * 1000,
            revoked_ms=self.revoked_ttl_s * 1000,
            untold_ms=self.untold_ttl_s * 1000,
            upload_ms=self.upload_ttl_s * 1000,
            given_up_ms=self.given_up_ttl_s * 1000,
            erasure_ms=self.erasure_ttl_s * 1000,
            files_bytes=self.files_bytes,
            max_feedback_bytes=self.max_feedback_bytes,
            feedback_bytes=self.feedback_bytes,
            max_webhooks_bytes=self.max_webhooks_bytes,
            webhooks_bytes=self.webhooks_bytes,
            marks_bytes=self.marks_bytes,
            idempotency_bytes=self.idempotency_bytes,
        )
