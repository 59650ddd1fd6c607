"""Secrets of endpoints: encrypted, shown once, rotated without a gap."""

from dataclasses import replace

import pytest
from cryptography.fernet import Fernet

from jobs.errors import SettingsError
from webhooks.endpoint import MAX_SECRETS, Endpoint, rotated
from webhooks.options import EndpointOptions
from webhooks.secret import SecretCipher, SecretKind, active, decode_sealed, encode_sealed, new_key, new_secret

CIPHER = SecretCipher(new_key())
NEW = Endpoint(id="ep_a", tenant="default", options=EndpointOptions(url="https://hooks.example.com/"))


def test_what_is_stored_is_not_the_secret() -> None:
    endpoint, secret = rotated(NEW, CIPHER, now_ms=0)
    assert secret.reveal().startswith("whsec_")
    assert secret.reveal() not in repr(endpoint)
    assert [s.reveal() for s in CIPHER.signers(endpoint.secrets, 0)] == [secret.reveal()]


def test_both_secrets_sign_until_the_time_of_grace_is_over() -> None:
    first, old = rotated(NEW, CIPHER, now_ms=0)
    second, new = rotated(first, CIPHER, now_ms=1000, grace_s=60)
    assert [s.reveal() for s in CIPHER.signers(second.secrets, 60_999)] == [new.reveal(), old.reveal()]
    assert [s.reveal() for s in CIPHER.signers(second.secrets, 61_000)] == [new.reveal()]


def test_without_grace_the_old_one_is_forgotten_at_once() -> None:
    first, _ = rotated(NEW, CIPHER, now_ms=0)
    second, new = rotated(first, CIPHER, now_ms=1000, grace_s=0)
    assert [s.reveal() for s in CIPHER.signers(second.secrets, 1000)] == [new.reveal()]
    assert len(active(second.secrets, 1000)) == len(second.secrets) == 1


def test_rotating_again_prolongs_no_old_secret() -> None:
    endpoint, _ = rotated(NEW, CIPHER, now_ms=0)
    endpoint, _ = rotated(endpoint, CIPHER, now_ms=0, grace_s=10)
    endpoint, _ = rotated(endpoint, CIPHER, now_ms=5_000, grace_s=100)
    assert [secret.until_ms for secret in endpoint.secrets] == [None, 105_000, 10_000]


def test_an_endpoint_never_has_more_than_five_secrets() -> None:
    endpoint = NEW
    for _ in range(10):
        endpoint, _ = rotated(endpoint, CIPHER, now_ms=0, grace_s=100)
    assert len(endpoint.secrets) == MAX_SECRETS


def test_ed25519_shows_its_public_key() -> None:
    endpoint, secret = rotated(replace(NEW, kind=SecretKind.ED25519), CIPHER, now_ms=0)
    assert endpoint.secrets[0].public_key == secret.public_key
    assert (secret.public_key or "").startswith("whpk_")


def test_secrets_are_stored_and_read_as_they_are() -> None:
    endpoint, _ = rotated(NEW, CIPHER, now_ms=0)
    endpoint, _ = rotated(replace(endpoint, kind=SecretKind.ED25519), CIPHER, now_ms=0, grace_s=10)
    assert decode_sealed(encode_sealed(endpoint.secrets)) == endpoint.secrets
    assert decode_sealed("") == ()


def test_a_secret_sealed_with_the_old_key_opens_beside_the_new_one() -> None:
    old, new = new_key(), new_key()
    secret = new_secret()
    sealed = SecretCipher(old).seal(secret)
    assert SecretCipher(f"{new}, {old}").open(sealed) == secret
    with pytest.raises(SettingsError, match="none of the keys"):
        SecretCipher(new).open(sealed)


def test_without_a_key_it_says_what_to_set() -> None:
    with pytest.raises(SettingsError, match=r"KRITIQ_SECRET_KEYS.*Fernet\.generate_key"):
        SecretCipher("").seal(new_secret())


@pytest.mark.parametrize(
    "keys", ["rubbish", f"{Fernet.generate_key().decode()},short", "ä"], ids=["rubbish", "short", "umlaut"]
)
def test_a_bad_key_is_refused_and_not_repeated(keys: str) -> None:
    with pytest.raises(SettingsError) as caught:
        SecretCipher(keys)
    assert keys.rpartition(",")[2] not in str(caught.value).replace("separated", "")
