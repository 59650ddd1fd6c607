"""The settings: read once from `KRITIQ_*` variables (and a `.env`), then passed on as one frozen value."""

import ipaddress
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from jobs.allowance import MAX_RATE, Allowance
from jobs.budgets import BudgetSettings
from jobs.errors import SettingsError
from jobs.file import FILE_TTL_S
from jobs.job import DEFAULT_TTL_MS
from jobs.request import TTL_S
from jobs.retention import RetentionSettings
from jobs.sentinel import sentinel_address

#: What KRITIQ_ALLOWED_HOSTS may name: a name, an address, `.example.org` for all below it, or `*`.
_HOST = re.compile(r"\*|\.?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")


class Settings(RetentionSettings, BudgetSettings):
    """Everything an operator can set. The variable of `max_text_chars` is `KRITIQ_MAX_TEXT_CHARS`, and so on."""

    model_config = SettingsConfigDict(
        env_prefix="KRITIQ_", env_file=".env", frozen=True, extra="ignore", env_ignore_empty=True
    )

    redis_port: int = Field(6389, ge=1, le=65535, description="port of the Redis that `make run` starts")
    redis_url: str = Field(
        # Whoever sets nothing talks to the Redis of `make run`, whichever command it is.
        default_factory=lambda known: f"redis://127.0.0.1:{known.get('redis_port')}/0",
        description="Redis 6.2 or newer, for queues and records; unset, the one that `make run` starts; with Sentinels"
        " redis+sentinel://user:password@host:port,host:port/service/db",
    )
    redis_sentinel_user: str = Field("", description="user that the Sentinels themselves know, beside the password")
    redis_sentinel_password: SecretStr = Field(SecretStr(""), description="password of the Sentinels themselves")
    redis_replicas: int = Field(
        0, ge=0, le=16,
        description="replicas of Redis that must have what was accepted or has ended before that is answered (WAIT); 0:"
        " none, and a failover may lose what was answered in its last moments",
    )  # fmt: skip
    host: str = Field(
        "127.0.0.1",
        description="address that the API and Flower listen on; on any but loopback Flower needs KRITIQ_FLOWER_USERS",
    )
    port: int = Field(5000, ge=1, le=65535, description="port of the API")
    public_url: str = Field(
        "",
        description="where clients reach the API, such as https://kritiq.example.com: links begin with it",
    )
    allowed_hosts: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(),
        description="names in `Host` that the API answers to, separated by commas; `.example.org` is all below it, `*`"
        " any; unset, the loopback's own on loopback, and any elsewhere",
    )
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
    metrics: bool = Field(True, description="whether processes count what they do, for /metrics")
    otlp_endpoint: str = Field(
        "",
        description="address of an OpenTelemetry collector that takes OTLP over HTTP, such as http://127.0.0.1:4318:"
        " traces are sent there, and the standard OTEL_* variables say how; unset, there are none",
    )
    audit_entries: int = Field(
        50_000, ge=0, description="about how many entries of the audit log are kept of each organisation;"
        " about 150 bytes of Redis each; 0: none",
    )  # fmt: skip
    audit_ttl_s: int = Field(
        7_776_000, ge=3600, le=315_360_000, description="how long they are kept, in seconds (90 days)"
    )
    metrics_token: SecretStr = Field(
        SecretStr(""), description="what Prometheus shows as a bearer token to read /metrics, beside keys with admin"
    )
    secrets_dir: Path | None = Field(
        None, description="folder with files named like variables (kritiq_redis_url), for containers' secrets"
    )
    flower_users: SecretStr = Field(
        SecretStr(""), description="who may log in to Flower: name:password, separated by commas"
    )
    flower_auth_provider: str = Field(
        "",
        description="who logs in to Flower instead, by OAuth 2: Flower's class for Google, GitHub, GitLab or Okta, such"
        " as flower.views.auth.GithubLoginHandler",
    )
    flower_auth: str = Field("", description="e-mail addresses that may, as a regular expression: .*@example\\.com")
    flower_oauth2_key: str = Field("", description="the id that the provider gave this Flower")
    flower_oauth2_secret: SecretStr = Field(SecretStr(""), description="and its secret")
    flower_oauth2_redirect_uri: str = Field("", description="and where it sends people back to: https://…/login")
    flower_port: int = Field(5555, ge=1, le=65535, description="port of Flower, under `make run`")
    flower_url: str = Field(
        "", description="where operators reach Flower: the API's page links to it; `make run` sets its own"
    )
    flower_db: Path | None = Field(
        None, description="file that Flower keeps its history in; unset, `make run` has one in KRITIQ_DATA_DIR"
    )
    data_dir: Path = Field(
        Path(".data"),
        description="where `make run` keeps Redis' append-only file, Flower's history, the example dashboard's data,"
        " what is logged and the keys of webhooks",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="least level that is logged: DEBUG, INFO, WARNING or ERROR"
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="how it is logged: text, lines for people; json, one object a line"
    )
    api_processes: int = Field(2, ge=1, le=64, description="API processes")
    api_threads: int = Field(32, ge=2, le=512, description="threads of each API process")
    max_waiting: int = Field(
        5_000, ge=1, le=50_000, description="waiting clients and streams of each API process; more get 503"
    )
    max_address_connections: int = Field(
        1_024,
        ge=1,
        description="connections of one address to each API process whose requests are on their way in;"
        " further ones are closed",
    )
    model: str = Field("models/kritiq-mini", description="model directory, or hub:owner/name@commit of a model hub")
    models: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(),
        description="further models that a worker serves beside KRITIQ_MODEL to jobs that ask for them, as there,"
        " separated by commas; each is loaded at its first job",
    )
    model_memory_mb: int | None = Field(
        None, ge=1, description="memory for a worker's models together, by the size of their weights, in MB; those"
        " used longest ago give way; unset, no limit",
    )  # fmt: skip
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="where the model runs")
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="in which numbers the model computes; auto: float32 on a CPU, bfloat16 on a GPU"
    )
    backend: Literal["torch", "onnx"] = Field("torch", description="what runs the network")
    max_body_bytes: int = Field(262_144, ge=1024, description="largest request body")
    max_batch_bytes: int = Field(33_554_432, ge=1024, description="largest body of a batch")
    max_file_bytes: int = Field(104_857_600, ge=1024, description="largest file that is uploaded for batches")
    max_files_bytes: int = Field(
        536_870_912, ge=1024, description="most bytes of an organisation's files together; they are in Redis"
    )
    file_ttl_s: int = Field(
        86_400, ge=FILE_TTL_S[0], le=FILE_TTL_S[1],
        description="how long an uploaded file is kept unless its client says it, in seconds",
    )  # fmt: skip
    max_text_chars: int = Field(50_000, ge=1, description="longest review, in Unicode code points")
    max_backlog: int = Field(
        200_000, ge=0, description="most sentences that may wait, and that may be scheduled; more get 503; 0: no limit"
    )
    max_tenant_backlog: int = Field(
        100_000, ge=0, description="most sentences of one organisation that may wait; more get 429; 0: no limit"
    )
    max_tenant_day: int = Field(
        0,
        ge=0,
        description="most sentences of one organisation that are accepted on a day (UTC); more get 429; 0: no limit",
    )
    max_tenant_rate: int = Field(
        2_000, ge=0, le=MAX_RATE,
        description="most requests of one organisation's keys within a second; more get 429; 0: no limit",
    )  # fmt: skip
    max_key_rate: int = Field(
        0, ge=0, le=MAX_RATE, description="most requests of one key within a second, unless it has its own; 0: no limit"
    )
    max_tenant_open: int = Field(
        0,
        ge=0,
        description="most waiting clients and streams of one organisation in each API process; more get 429; 0: as many"
        " as KRITIQ_MAX_WAITING",
    )
    # Four days: webhooks are tried again for up to 91 hours, and whoever misses them should find the job.
    result_ttl_s: int = Field(
        DEFAULT_TTL_MS // 1000, ge=TTL_S[0], le=TTL_S[1], description="how long a finished job is kept, in seconds"
    )
    feedback_ttl_s: int = Field(
        7_776_000, ge=3600, le=315_360_000,
        description="how long what people say of judgements is kept, with the sentences, in seconds (90 days); of a job"
        " with a ttl_s of its own, as long as the job",
    )  # fmt: skip
    feedback_jobs: int = Field(
        10_000, ge=0, description="most jobs that an organisation may have feedback on; 0: it is not taken"
    )
    erase_files_s: int = Field(
        3600, ge=0, description="how long Redis' append-only file may have what was deleted, in seconds; then the"
        " reconciler has it written anew; 0: until Redis does so by itself",
    )  # fmt: skip
    archive_url: SecretStr = Field(
        SecretStr(""),
        description="where `kritiq archive` keeps results for longer and the API reads them: sqlite:///path/to/file or"
        " postgresql://user:password@host/database; unset, then it and `make run` have a file in KRITIQ_DATA_DIR",
    )
    archive_files: SecretStr = Field(
        SecretStr(""), description="where the archive's reviews are as files, too, one for each day: a folder, or"
        " s3://bucket/folder?endpoint_override=host:port; unset, nowhere",
    )  # fmt: skip
    archive_files_format: Literal["parquet", "jsonl"] = Field("parquet", description="as what: parquet or jsonl")
    archive_texts: bool = Field(True, description="whether the archive has reviews' texts and metadata, too")
    archive_days: int = Field(
        0, ge=0, le=36_500, description="how long the archive keeps a review from its end, in days; 0: for ever"
    )
    archive_outbox: int = Field(
        500_000, ge=1, description="most ends of jobs that wait in Redis for the archive, about 60 bytes each; further"
        " ones are left out and counted",
    )  # fmt: skip
    batch_jobs: int = Field(64, ge=1, le=4096, description="most jobs that a worker claims at once")
    batch_sentences: int = Field(512, ge=1, description="about how many sentences a worker claims at once")
    token_budget: int | None = Field(
        None, ge=64, description="tokens of one batch of the network; measured when a worker starts, unless set"
    )
    cache: bool = Field(True, description="whether judgements of sentences are kept for when they come again")
    cache_ttl_s: int = Field(5_184_000, ge=1, description="how long they are kept, in seconds (60 days)")
    cache_sentences: int = Field(
        200_000, ge=1, description="most that are kept, those used last; about 570 bytes of Redis each (114 MB)"
    )
    lease_s: float = Field(10.0, gt=0.05, le=3600, description="how long a claim lives that nobody renews, in seconds")
    shutdown_s: float = Field(20.0, ge=0, le=3600, description="how long a worker may finish what it holds, in seconds")
    stuck_s: float = Field(
        120.0, gt=0.05, le=86_400,
        description="seconds that a worker's thread may work without reporting progress before the worker ends itself;"
        " longer than the slowest batch of the network, which has one core and a tenth of it beside urgent work",
    )  # fmt: skip
    alive_file: Path | None = Field(None, description="file that a process touches while all is well")
    max_strikes: int = Field(3, ge=1, le=100, description="lost workers after which a job is failed")
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
    dashboard_port: int = Field(5050, ge=1, le=65535, description="port of the example dashboard, under `make run`")

    @field_validator("host")
    @classmethod
    def _bare_host(cls, value: str) -> str:
        return value[1:-1] if value.startswith("[") and value.endswith("]") else value

    @field_validator("public_url", "flower_url", "otlp_endpoint")
    @classmethod
    def _base_url(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        plain = value.isascii() and value.isprintable() and not set(value) & set(' ?#@\\"<>')
        # `port` raises ValueError for one that is none.
        if not plain or parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            raise ValueError("should be an http or https URL without a login, a query or a fragment")
        return value.rstrip("/")

    @field_validator("otlp_endpoint")
    @classmethod
    def _with_opentelemetry(cls, value: str) -> str:
        if value and find_spec("opentelemetry") is None:
            raise ValueError("needs OpenTelemetry beside Kritiq: pip install '.[traces]'")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis_scheme(cls, value: str) -> str:
        if not value.startswith(("redis://", "rediss://", "unix://")) and sentinel_address(value) is None:
            raise ValueError("should be a redis://, rediss://, redis+sentinel://, rediss+sentinel:// or unix:// URL")
        return value

    @field_validator("archive_url")
    @classmethod
    def _database_url(cls, value: SecretStr) -> SecretStr:
        if value and not re.match(r"sqlite:///.|(postgresql|postgres)://.", value.get_secret_value()):
            raise ValueError("should be sqlite:///path/to/file or postgresql://user:password@host/database")
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

    @field_validator("models", mode="before")
    @classmethod
    def _model_list(cls, value: object) -> object:
        return frozenset(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("webhook_ports", "webhook_local_ports", mode="before")
    @classmethod
    def _port_list(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        ports = [part.strip() for part in value.split(",")]
        if not all(part.isascii() and part.isdigit() and 0 < int(part) < 65536 for part in ports):
            raise ValueError("should be port numbers, separated by commas")
        return frozenset(map(int, ports))

    @property
    def netloc_host(self) -> str:
        """The host as it stands before a port: an IPv6 address in brackets."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine reaches what listens on `host`."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def archive_address(self) -> str:
        """Where the archive is: in a file among the data, unless it is said. Whoever shows it shows a password."""
        return self.archive_url.get_secret_value() or f"sqlite:///{self.data_dir.resolve() / 'archive.db'}"

    @property
    def allowance(self) -> Allowance:
        """What an organisation may have of which the operator has said nothing else."""
        return Allowance(
            waiting=self.max_tenant_backlog,
            day=self.max_tenant_day,
            rate=self.max_tenant_rate,
            open=self.max_tenant_open,
        )

    @property
    def lease_ms(self) -> int:
        """The lease in milliseconds."""
        return round(self.lease_s * 1000)


#: Their values are secrets, or contain one: no message says them.
_UNSAID = frozenset(
    {
        "archive_files",
        "archive_url",
        "redis_url",
        "redis_sentinel_password",
        "secret_keys",
        "flower_users",
        "flower_oauth2_secret",
        "key_secret",
        "metrics_token",
    }
)


def load_settings() -> Settings:
    """The settings from the environment and the files of `secrets_dir`; a variable wins over a file.

    Raises SettingsError naming each variable that cannot be used.
    """
    try:
        settings = Settings()
        if settings.secrets_dir is None:
            return settings
        if not settings.secrets_dir.is_dir():
            raise SettingsError(f"KRITIQ_SECRETS_DIR={str(settings.secrets_dir)!r}: should be a folder")
        return Settings(_secrets_dir=settings.secrets_dir)
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            if problem["type"] == "default_factory_not_called":
                continue  # what it would have been made of is named itself
            name = "_".join(str(part) for part in problem["loc"])
            message = problem["msg"].removeprefix("Value error, ").replace("Input should be", "should be")
            value = "" if name in _UNSAID else f"={problem['input']!r}"
            lines.append(f"KRITIQ_{name.upper()}{value}: {message}")
        raise SettingsError("\n".join(lines)) from None
