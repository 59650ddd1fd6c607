"""An entry of the audit log: who did what, from where, to what, and what came of it. Never what was in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jobs.timestamp import rfc3339

#: Whose requests those are that nobody knows; no organisation is named like this.
UNKNOWN = "-"


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEntry:
    """Something that was done or tried."""

    #: The organisation; `UNKNOWN` where nobody knows who asked.
    tenant: str
    #: What it is called: an operation of the API's document (`keys_make_key`), or a command (`kritiq keys create`).
    action: str
    #: What the API answered (an HTTP status); None of a command, which was done.
    status: int | None = None
    #: The API key that was shown.
    key_id: str | None = None
    #: The address that asked, as the API saw it; None of a command.
    address: str | None = None
    #: Ids of what it was about: `job_id`, `endpoint_id` and so on.
    objects: Mapping[str, str] = field(default_factory=dict)
    #: Given by the store: its place in the log, and when it was written, in milliseconds since the epoch.
    id: str = ""
    at_ms: int = 0

    @property
    def outcome(self) -> str:
        """`done`, `refused` (who asked may not) or `failed`."""
        if self.status is None or self.status < 400:
            return "done"
        return "refused" if self.status in (401, 403) else "failed"

    def described(self) -> dict[str, object]:
        """The entry as it is listed; its time in RFC 3339."""
        return {
            "id": self.id,
            "at": rfc3339(self.at_ms),
            "action": self.action,
            "outcome": self.outcome,
            "status": self.status,
            "key_id": self.key_id,
            "address": self.address,
            "objects": dict(self.objects),
        }
