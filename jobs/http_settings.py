"""Where the API listens, whom it lets in, and how large what it takes may be."""

import ipaddress
import re
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from jobs.base_url import BaseUrl
from jobs.file import FILE_TTL_S
from jobs.largest import LARGEST
from jobs.page_origin import is_origin
from jobs.retention import LONGEST_S

#: What KRITIQ_ALLOWED_HOSTS may name: a name, an address, `.example.org` for all below it, or `*`.
_HOST = re.compile(r"\*|\.?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")

#: A machine's name.
_NAME = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*"
)

#: Characters of KRITIQ_METRICS_TOKEN: fewer, or blanks, are guessed.
SHORTEST_TOKEN = 16

#: Where KRITIQ_TRACE_URL has the trace's id.
TRACE_ID = "{trace_id}"
_TRACE_URL = re.compile(r"https?://[^\s{}]+\{trace_id\}[^\s{}]*")


class HttpSettings(BaseSettings):
    """The API."""

    host: str = Field(
        "127.0.0.1",
        description="address that the API and Flower listen on; on any but loopback Flower needs KRITIQ_FLOWER_USERS",
    )
    port: int = Field(5000, ge=1, le=65535, description="port of the API")
    public_url: BaseUrl = Field(
        "",
        description="where clients reach the API, such as https://kritiq.example.com: links begin with it",
    )
    allowed_hosts: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(),
        description="names in `Host` that the API answers to, separated by commas; `.example.org` is all below it, `*`"
        " any; unset, the loopback's own on loopback, and any elsewhere",
    )
    proxies: int = Field(
        0, ge=0, le=8, description="proxies in front of the API, each of which adds the address that called it to"
        " X-Forwarded-For: the audit log has the client's then; 0: nobody is believed",
    )  # fmt: skip
    auth: Literal["auto", "on", "off"] = Field(
        "auto",
        description="whether the API asks for API keys: auto, always but on loopback while no key exists; on, always;"
        " off, never, on loopback only",
    )
    key_secret: SecretStr = Field(
        SecretStr(""),
        description="what API keys are hashed with, at least 32 characters; several, newest first, separated by commas;"
        " unset, a file in KRITIQ_DATA_DIR that is made with the first key",
    )
    session_s: int = Field(
        43_200, ge=60, le=604_800, description="how long a browser stays logged in with a key, in seconds (12 hours)"
    )
    frame_origins: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(),
        description="origins of pages that may show links to webhooks in a frame, such as https://app.example.com,"
        " separated by commas; a link may name more for itself; unset, no others",
    )
    trace_url: str = Field(
        "",
        description="page of a trace, such as https://jaeger.example.com/trace/{trace_id}, to which the console links"
        " from a job that is traced; unset, its id alone is shown",
    )
    audit_entries: int = Field(
        50_000, ge=0, le=LARGEST, description="about how many entries of the audit log are kept of each organisation;"
        " about 150 bytes of Redis each; 0: none",
    )  # fmt: skip
    audit_ttl_s: int = Field(
        7_776_000, ge=3600, le=LONGEST_S, description="how long they are kept, in seconds (90 days)"
    )
    metrics: bool = Field(True, description="whether processes count what they do, for /metrics")
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description=f"what Prometheus shows as a bearer token to read /metrics, beside keys with admin; at least"
        f" {SHORTEST_TOKEN} characters",
    )
    api_processes: int = Field(2, ge=1, le=64, description="API processes")
    api_threads: int = Field(32, ge=2, le=512, description="threads of each API process")
    max_waiting: int = Field(
        5_000, ge=1, le=50_000, description="waiting clients and streams of each API process; more get 503"
    )
    max_address_connections: int = Field(
        1_024,
        ge=1,
        le=LARGEST,
        description="connections of one address to each API process whose requests are on their way in;"
        " further ones are closed",
    )
    max_body_bytes: int = Field(262_144, ge=1024, le=LARGEST, description="largest request body")
    max_batch_bytes: int = Field(33_554_432, ge=1024, le=LARGEST, description="largest body of a batch")
    max_file_bytes: int = Field(
        104_857_600, ge=1024, le=LARGEST, description="largest file that is uploaded for batches"
    )
    max_files_bytes: int = Field(
        536_870_912,
        ge=1024,
        le=LARGEST,
        description="most bytes of an organisation's files together; they are in Redis",
    )
    file_ttl_s: int = Field(
        86_400, ge=FILE_TTL_S[0], le=FILE_TTL_S[1],
        description="how long an uploaded file is kept unless its client says it, in seconds",
    )  # fmt: skip
    max_text_chars: int = Field(50_000, ge=1, le=LARGEST, description="longest review, in Unicode code points")

    @field_validator("host")
    @classmethod
    def _bare_host(cls, value: str) -> str:
        host = value[1:-1] if value.startswith("[") and value.endswith("]") else value
        try:
            ipaddress.ip_address(host)
        except ValueError:
            if not _NAME.fullmatch(host) or not host.rpartition(".")[2].strip("0123456789"):
                raise ValueError("should be an IP address, or the name of one, without a port") from None
        return host

    @field_validator("metrics_token")
    @classmethod
    def _no_guess(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value()
        if token and (len(token) < SHORTEST_TOKEN or token != token.strip() or not token.isascii()):
            raise ValueError(
                f"should have at least {SHORTEST_TOKEN} characters, all of ASCII, without blanks at its ends"
            )
        return value

    @field_validator("trace_url")
    @classmethod
    def _a_page_of_a_trace(cls, value: str) -> str:
        if value and not _TRACE_URL.fullmatch(value):
            raise ValueError(f"should be an address with http or https that has {TRACE_ID}")
        return value

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _host_list(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        hosts = [part.strip().lower() for part in value.split(",")]
        if not all(_HOST.fullmatch(host) for host in hosts):
            raise ValueError("should be host names without ports, separated by commas")
        return frozenset(hosts)

    @field_validator("frame_origins", mode="before")
    @classmethod
    def _origin_list(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        origins = [part.strip() for part in value.split(",")]
        if not all(map(is_origin, origins)):
            raise ValueError("should be origins such as https://app.example.com, separated by commas")
        return frozenset(origins)

    @property
    def netloc_host(self) -> str:
        """The host as it stands before a port: an IPv6 address in brackets."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def keys_demanded(self) -> bool:
        """Whether every request needs an API key, also while there is none; `auth` is not "off" then."""
        return self.auth == "on" or (self.auth != "off" and not self.on_loopback)

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine reaches what listens on `host`."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"
