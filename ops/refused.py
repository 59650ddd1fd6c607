"""What a process of `kritiq run` would refuse: it would be started, and end with it, again and again."""

import os

from access.digests import open_digests
from jobs.errors import SettingsError
from jobs.settings import Settings
from ops.flower import flower_options
from webhooks.secret import SecretCipher
from worker.consumer.producers import producers
from worker.delivery.sender import trust


def refuse(settings: Settings) -> None:
    """Raises SettingsError for settings that can be looked at without loading a model or asking anybody."""
    flower_options(settings)
    SecretCipher(settings.secret_keys.get_secret_value())
    producers(settings)
    if settings.key_secret.get_secret_value():
        open_digests(settings)
    if settings.webhook_ca_file is not None:
        trust(str(settings.webhook_ca_file))
    # One on a hub or in a store may have to be fetched.
    if ":" not in settings.model and not os.path.isdir(settings.model):
        raise SettingsError(f"KRITIQ_MODEL={settings.model!r}: there is no such folder")
