"""Celery clients that send for an organisation of their own: a header signs the id of each of their tasks.

An operator gives a secret to one organisation (KRITIQ_PRODUCERS). What it signs is the task's id, which is there once:
a header that is sent again, with other arguments, finds the job that it made before.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

from access.api_key import TENANT
from jobs.errors import SettingsError
from jobs.job import DEFAULT_TENANT
from jobs.settings import Settings
from store.celery_reviews import SIGNED

#: The header of a task's message: `v1,` and HMAC-SHA256 of the task id in hexadecimal digits, as
#: `kritiq_client.producer.signed` makes it.
HEADER, VERSION = SIGNED, "v1"
#: A secret is at least so long, in characters.
SHORTEST = 32


@dataclass(frozen=True, slots=True)
class Producers:
    """The organisations that have Celery clients of their own, and the secrets of these."""

    secrets: Mapping[str, tuple[bytes, ...]]

    def know(self, task: str) -> bool:
        """Whether a task id begins with the name of one of them: `acme:…`."""
        tenant, colon, _ = task.partition(":")
        return bool(colon) and tenant in self.secrets

    def tenant_of(self, task: str, signature: object) -> str | None:
        """The organisation that a task id names, `acme:…`, if one of its secrets has signed it."""
        tenant, _, own = task.partition(":")
        if not own or not isinstance(signature, str):
            return None
        found = None
        for secret in self.secrets.get(tenant, ()):
            expected = f"{VERSION},{hmac.digest(secret, task.encode(), hashlib.sha256).hex()}"
            if hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
                found = tenant
        return found


def producers(settings: Settings) -> Producers:
    """Those of KRITIQ_PRODUCERS: `acme:SECRET`, separated by commas. Raises SettingsError, which says no secret."""
    found: dict[str, tuple[bytes, ...]] = {}
    for pair in filter(None, map(str.strip, settings.producers.get_secret_value().split(","))):
        tenant, _, secret = pair.partition(":")
        if not TENANT.fullmatch(tenant) or tenant == DEFAULT_TENANT or not re.fullmatch(rf"\S{{{SHORTEST},}}", secret):
            raise SettingsError(
                "KRITIQ_PRODUCERS: should be ORGANISATION:SECRET, separated by commas, of other organisations than"
                f" {DEFAULT_TENANT}; a secret has at least {SHORTEST} characters. Make one with:"
                " python -c 'import secrets; print(secrets.token_hex(32))'"
            )
        found[tenant] = (*found.get(tenant, ()), secret.encode())
    return Producers(found)
