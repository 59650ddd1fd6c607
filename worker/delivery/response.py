"""What became of one attempt: the receiver's response, or why there is no good one."""

import re
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum

from jobs.errors import KritiqError

#: Bytes of the answer's body that are kept for the log.
KEPT_BODY = 2_048
#: A Retry-After beyond this many seconds is not a wish but a mistake, or malice.
MAX_RETRY_AFTER_S = 7 * 86_400


class Failure(StrEnum):
    """Why an attempt failed: the error class of the attempt's log."""

    DNS_ERROR = "dns_error"
    BLOCKED_ADDRESS = "blocked_address"
    CONNECT_ERROR = "connect_error"
    TLS_ERROR = "tls_error"
    #: The deadline passed before the answer's headers were complete.
    TIMEOUT = "timeout"
    #: The receiver closed the connection without an answer.
    RESET = "reset"
    #: What came back is not HTTP, or its headers are cut off or too long.
    PROTOCOL_ERROR = "protocol_error"
    #: A complete response that is not 2xx; `SendFailed.response` holds it.
    HTTP_STATUS = "http_status"


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """What the receiver answered. All of it is hostile input."""

    status: int
    #: From the start of the attempt to the end of reading.
    duration_ms: int
    #: Seconds of a sensible Retry-After, else None.
    retry_after_s: float | None
    #: The first 2 kB, undecodable bytes replaced, never decompressed.
    body: str
    #: Whether the body went on beyond the limits, or broke off.
    truncated: bool


class SendFailed(KritiqError):
    """The attempt failed."""

    #: What comes of it is the delivery's business: even a blocked address may be another one tomorrow.
    permanent = False

    def __init__(self, kind: Failure, *, duration_ms: int, response: Response | None = None) -> None:
        super().__init__(f"The attempt failed: {kind}")
        self.kind = kind
        self.duration_ms = duration_ms
        #: Set for `http_status` only.
        self.response = response


def parse_retry_after(value: str, now_s: float) -> float | None:
    """Seconds that `value` (seconds or an HTTP date, RFC 9110 10.2.3) asks to wait from `now_s`, Unix seconds.

    None for anything else: negative, past, not a number, or beyond MAX_RETRY_AFTER_S.
    """
    value = value.strip(" \t")
    if re.fullmatch(r"[0-9]{1,9}", value):
        wait_s = float(value)
    else:
        try:
            date = parsedate_to_datetime(value[:64])
            # RFC 5322's "-0000" gives a date without a zone; HTTP knows only GMT.
            wait_s = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now_s
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    return wait_s if 0 <= wait_s <= MAX_RETRY_AFTER_S else None
