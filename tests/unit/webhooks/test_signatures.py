"""Signatures against the published vectors, the standardwebhooks package, and cryptography's own verification."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from webhooks.message import signature_of
from webhooks.secret import InvalidSecret, Secret, SecretKind, new_secret

MSG_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP_S = 1614265330
BODY = b'{"test": 2432232314}'

HMAC_TEXT = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HMAC_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
# Svix, `test_asymmetric_key_signing`.
ED25519_TEXT = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
ED25519_PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
ED25519_SIGNATURE = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="

ids = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789_-", min_size=1, max_size=40)
times = st.integers(0, 4_102_444_800)


def test_the_published_hmac_vector() -> None:
    assert signature_of([Secret.parse(HMAC_TEXT)], MSG_ID, TIMESTAMP_S, BODY) == HMAC_SIGNATURE


def test_ed25519_signs_as_the_published_vector() -> None:
    secret = Secret.parse(ED25519_TEXT)
    assert signature_of([secret], MSG_ID, TIMESTAMP_S, BODY) == ED25519_SIGNATURE
    assert secret.public_key == ED25519_PUBLIC


def test_every_active_secret_signs_in_order() -> None:
    both = [Secret.parse(HMAC_TEXT), Secret.parse(ED25519_TEXT)]
    assert signature_of(both, MSG_ID, TIMESTAMP_S, BODY) == f"{HMAC_SIGNATURE} {ED25519_SIGNATURE}"


@given(key=st.binary(min_size=24, max_size=64), msg_id=ids, timestamp_s=times, body=st.text())
def test_hmac_is_what_the_oracle_signs(key: bytes, msg_id: str, timestamp_s: int, body: str) -> None:
    secret = Secret(kind=SecretKind.HMAC, key=key)
    # Half a surrogate pair is no UTF-8 and so no body.
    data = body.encode("utf-8", errors="replace")
    oracle = Webhook(secret.reveal()).sign(msg_id, datetime.fromtimestamp(timestamp_s, tz=UTC), data.decode())
    assert signature_of([secret], msg_id, timestamp_s, data) == oracle


def test_the_oracle_verifies_during_a_rotation() -> None:
    old, new = new_secret(), new_secret()
    now_s = int(datetime.now(tz=UTC).timestamp())
    headers = {
        "webhook-id": MSG_ID,
        "webhook-timestamp": str(now_s),
        "webhook-signature": signature_of([new, new_secret(SecretKind.ED25519), old], MSG_ID, now_s, BODY),
    }
    for secret in (old, new):
        assert Webhook(secret.reveal()).verify(BODY, headers) == {"test": 2432232314}


@given(seed=st.binary(min_size=32, max_size=32), msg_id=ids, timestamp_s=times, body=st.binary())
def test_ed25519_verifies_with_the_exported_key(seed: bytes, msg_id: str, timestamp_s: int, body: bytes) -> None:
    secret = Secret(kind=SecretKind.ED25519, key=seed)
    assert secret.public_key is not None
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(secret.public_key.removeprefix("whpk_")))
    version, _, text = signature_of([secret], msg_id, timestamp_s, body).partition(",")
    assert version == "v1a"
    public.verify(base64.b64decode(text), b"%s.%d.%s" % (msg_id.encode(), timestamp_s, body))
    assert signature_of([secret], msg_id, timestamp_s, body) == f"{version},{text}"


@pytest.mark.parametrize("kind", list(SecretKind))
def test_new_secrets_differ_and_survive_their_text(kind: SecretKind) -> None:
    secrets = [new_secret(kind) for _ in range(50)]
    assert len({secret.key for secret in secrets}) == 50
    assert all(len(secret.key) == 32 for secret in secrets)
    assert [Secret.parse(secret.reveal()) for secret in secrets] == secrets


def test_an_ed25519_seed_alone_is_understood() -> None:
    whole = Secret.parse(ED25519_TEXT)
    assert Secret.parse("whsk_" + base64.b64encode(whole.key).decode()) == whole


def test_an_hmac_secret_has_no_public_key() -> None:
    assert new_secret().public_key is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whsec_",
        "whsk_",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_" + base64.b64encode(b"x" * 23).decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
        "whsec_" + base64.b64encode(b"x" * 32).decode().rstrip("="),
        "whsec_" + base64.b64encode(b"x" * 32).decode().replace("g=", "h="),
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
        "whsec_MfKQ9r8GKYqrTwjUPD8I-PZIo2LaLa_w",
        "whsec_ÄfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsk_" + base64.b64encode(b"x" * 31).decode(),
        # The public half of another key.
        "whsk_" + base64.b64encode(b"x" * 64).decode(),
        ED25519_PUBLIC,
    ],
)
def test_a_bad_secret_is_refused_and_never_repeated(text: str) -> None:
    with pytest.raises(InvalidSecret) as raised:
        Secret.parse(text)
    assert raised.value.__cause__ is None
    assert str(raised.value) == "The webhook secret cannot be used."


@pytest.mark.parametrize("text", [HMAC_TEXT, ED25519_TEXT])
def test_a_secret_does_not_show_itself(text: str) -> None:
    secret = Secret.parse(text)
    shown = f"{secret} {secret!r}"
    assert text[6:20] not in shown
    assert repr(secret.key)[2:8] not in shown


@pytest.mark.parametrize("msg_id", ["", "msg.1", "msg 1", "msg\r\n1", "müsg", "msg\x00"])
def test_an_ambiguous_id_is_refused(msg_id: str) -> None:
    with pytest.raises(ValueError, match="message id"):
        signature_of([new_secret()], msg_id, TIMESTAMP_S, BODY)


def test_nothing_goes_out_unsigned() -> None:
    with pytest.raises(ValueError, match="secret"):
        signature_of([], MSG_ID, TIMESTAMP_S, BODY)


def test_a_negative_timestamp_is_refused() -> None:
    with pytest.raises(ValueError, match="timestamp"):
        signature_of([new_secret()], MSG_ID, -1, BODY)
