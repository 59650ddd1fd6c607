"""Where webhooks may be sent, and how many at once."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode


class WebhookSettings(BaseSettings):
    """Webhooks."""

    secret_keys: SecretStr = Field(
        SecretStr(""), description="Fernet keys that encrypt webhook secrets, newest first, separated by commas"
    )
    webhook_ports: Annotated[frozenset[int], NoDecode] = Field(
        frozenset({443, 8443}), description="ports that webhooks may be sent to, separated by commas"
    )
    webhook_allow_insecure: bool = Field(
        False,
        description="allow webhooks to http and to loopback addresses; for development only",
    )
    webhook_local_ports: Annotated[frozenset[int], NoDecode] = Field(
        frozenset(),
        description="ports of 127.0.0.1 that webhooks may be sent to by http all the same, separated by commas; `make"
        " run` names the example dashboard's",
    )
    webhook_ca_file: Path | None = Field(
        None, description="certificate authorities to trust for webhooks instead of the system's (PEM)"
    )
    delivery_threads: int = Field(
        32, ge=1, le=512,
        description="webhooks that a delivery worker sends at once, a quarter of them not to endpoints that"
        " have more than four under way",
    )  # fmt: skip
    webhook_least_at_once: int = Field(
        4,
        ge=1,
        le=4,
        description="fewest webhooks that one endpoint is sent at once; one while its last attempt failed",
    )
    webhook_most_at_once: int = Field(
        64,
        ge=4,
        le=512,
        description="most that one endpoint is sent at once: more as it answers, fewer as it slows",
    )

    @field_validator("webhook_ports", "webhook_local_ports", mode="before")
    @classmethod
    def _port_list(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        ports = [part.strip() for part in value.split(",")]
        if not all(part.isascii() and part.isdigit() and 0 < int(part) < 65536 for part in ports):
            raise ValueError("should be port numbers, separated by commas")
        return frozenset(map(int, ports))
