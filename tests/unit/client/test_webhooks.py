"""Webhooks that are believed and webhooks that are not."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from kritiq_client import WebhookEvent, WebhookInvalid, verify_webhook
from webhooks.message import signature_of
from webhooks.secret import SecretKind, new_secret

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
OTHER = "whsec_" + base64.b64encode(b"another-secret-another-secret-xx").decode()
NOW = 1_794_648_600
BODY = json.dumps({"type": "job.succeeded", "timestamp": "2026-11-14T09:30:00Z", "data": {"job_id": "j", "ü": "ß"}})


def signed(body: str = BODY, secret: str = SECRET, at: int = NOW) -> dict[str, str]:
    """Headers as the reference implementation makes them."""
    signature = Webhook(secret).sign("msg_1", datetime.fromtimestamp(at, UTC), body)
    return {"Webhook-Id": "msg_1", "Webhook-Timestamp": str(at), "Webhook-Signature": signature}


def verify(headers: Mapping[str, str], body: str | bytes = BODY, *secrets: str) -> WebhookEvent:
    return verify_webhook(body, headers, secrets or SECRET, now=lambda: float(NOW))


def test_what_the_reference_implementation_signed_is_believed() -> None:
    event = verify(signed())
    assert (event.id, event.type, event.data["job_id"]) == ("msg_1", "job.succeeded", "j")
    assert verify(signed(), BODY.encode()) == event


def test_what_kritiq_signs_is_believed_by_both_secrets_of_a_rotation() -> None:
    old, new = new_secret(), new_secret()
    headers = {
        "webhook-id": "m",
        "webhook-timestamp": str(NOW),
        "webhook-signature": signature_of([new, old], "m", NOW, b"{}"),
    }
    for secrets in ([old.reveal()], [new.reveal()], [OTHER, old.reveal()]):
        # The signature is right: what is wrong is the body, and that is looked at last.
        with pytest.raises(WebhookInvalid, match="is signed, but it is not an event"):
            verify_webhook("{}", headers, secrets, now=lambda: float(NOW))


def test_ed25519_needs_only_the_public_key() -> None:
    secret = new_secret(SecretKind.ED25519)
    assert secret.public_key is not None
    signature = signature_of([secret], "m", NOW, BODY.encode())
    headers = {"webhook-id": "m", "webhook-timestamp": str(NOW), "webhook-signature": signature}
    assert verify(headers, BODY, secret.public_key).id == "m"
    with pytest.raises(WebhookInvalid):
        verify(headers | {"webhook-id": "n"}, BODY, secret.public_key)
    # An HMAC made with the public key must not pass for a signature.
    confused = signature_of([new_secret()], "m", NOW, BODY.encode())
    with pytest.raises(WebhookInvalid):
        verify(headers | {"webhook-signature": confused}, BODY, secret.public_key)


@pytest.mark.parametrize("age", [-301, 301])
def test_a_webhook_that_is_too_old_or_too_early_is_not_believed(age: int) -> None:
    with pytest.raises(WebhookInvalid, match="too far from now"):
        verify(signed(at=NOW - age))
    verify(signed(at=NOW - (300 if age > 0 else -300)))


@pytest.mark.parametrize("name", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
@pytest.mark.parametrize("value", [None, "", "x", "v1,", "v1,x", "v2,AAAA", "١٧٩٤٦٤٨٦٠٠", "\x00", "-1"])
def test_headers_that_are_missing_or_wrong_are_not_believed(name: str, value: str | None) -> None:
    headers = {key: item for key, item in signed().items() if key != name}
    with pytest.raises(WebhookInvalid):
        verify(headers if value is None else headers | {name: value})


@given(position=st.integers(0, len(BODY.encode()) - 1), change=st.integers(1, 255))
def test_a_body_with_one_other_byte_is_not_believed(position: int, change: int) -> None:
    body = bytearray(BODY.encode())
    body[position] ^= change
    with pytest.raises(WebhookInvalid, match="No signature matches"):
        verify(signed(), bytes(body))


def test_another_secret_is_not_enough() -> None:
    with pytest.raises(WebhookInvalid):
        verify(signed(), BODY, OTHER)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64!", "whpk_", "whpk_" + "A" * 40])
def test_a_secret_that_cannot_be_one_is_the_callers_mistake_and_not_told(secret: str) -> None:
    with pytest.raises(ValueError, match="webhook secret") as raised:
        verify(signed(), BODY, secret)
    assert "base64!" not in str(raised.value)
