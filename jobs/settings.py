"""The settings: read once from `KRITIQ_*` variables (and a `.env`), then passed on as one frozen value."""

import os
import re
from importlib.util import find_spec
from pathlib import Path
from reprlib import Repr
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import SettingsConfigDict
from pydantic_settings import SettingsError as Unreadable

from jobs.allowance import AllowanceSettings
from jobs.archive_settings import ArchiveSettings
from jobs.base_url import BaseUrl
from jobs.budgets import BudgetSettings
from jobs.errors import SettingsError
from jobs.flower_settings import FlowerSettings
from jobs.http_settings import HttpSettings
from jobs.job import DEFAULT_TTL_MS
from jobs.largest import LARGEST
from jobs.redis_settings import RedisSettings
from jobs.request import TTL_S
from jobs.retention import LONGEST_S, RetentionSettings
from jobs.webhook_settings import WebhookSettings
from jobs.worker_settings import WorkerSettings


# pydantic has the fields of the last base first.
class Settings(
    BudgetSettings, RetentionSettings, FlowerSettings, ArchiveSettings, WebhookSettings, WorkerSettings,
    AllowanceSettings, HttpSettings, RedisSettings,
):  # fmt: skip
    """What concerns all processes, and everything else that an operator can set.

    The variable of `max_text_chars` is `KRITIQ_MAX_TEXT_CHARS`, and so on.
    """

    model_config = SettingsConfigDict(
        env_prefix="KRITIQ_",
        env_file=".env",
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        # With the mark that editors of Windows put before the first variable, which would not be known with it.
        env_file_encoding="utf-8-sig",
    )

    otlp_endpoint: BaseUrl = Field(
        "",
        description="address of an OpenTelemetry collector that takes OTLP over HTTP, such as http://127.0.0.1:4318:"
        " traces are sent there, and the standard OTEL_* variables say how; unset, there are none",
    )
    secrets_dir: Path | None = Field(
        None, description="folder with files named like variables (kritiq_redis_url), for containers' secrets"
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
    # Four days: webhooks are tried again for up to 91 hours, and whoever misses them should find the job.
    result_ttl_s: int = Field(
        DEFAULT_TTL_MS // 1000, ge=TTL_S[0], le=TTL_S[1], description="how long a finished job is kept, in seconds"
    )
    feedback_ttl_s: int = Field(
        7_776_000, ge=3600, le=LONGEST_S,
        description="how long what people say of judgements is kept, with the sentences, in seconds (90 days); of a job"
        " or batch with a ttl_s of its own, as long as that",
    )  # fmt: skip
    feedback_jobs: int = Field(
        10_000,
        ge=0,
        le=LARGEST,
        description="most jobs and lines that an organisation may have feedback on; 0: it is not taken",
    )
    alive_file: Path | None = Field(None, description="file that a process touches while all is well")
    dashboard_port: int = Field(5050, ge=1, le=65535, description="port of the example dashboard, under `make run`")

    @field_validator("otlp_endpoint")
    @classmethod
    def _with_opentelemetry(cls, value: str) -> str:
        if value and find_spec("opentelemetry") is None:
            raise ValueError("needs OpenTelemetry beside Kritiq: pip install '.[traces]'")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @property
    def archive_address(self) -> str:
        """Where the archive is: in a file among the data, unless it is said. Whoever shows it shows a password."""
        return self.archive_url.get_secret_value() or f"sqlite:///{self.data_dir.resolve() / 'archive.db'}"


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
        "producers",
        "metrics_token",
    }
)
#: Of a value that somebody pasted into the wrong line its beginning and end are enough.
_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 100


def load_settings() -> Settings:
    """The settings from the environment and the files of `secrets_dir`; a variable wins over a file.

    Raises SettingsError naming each variable that cannot be used, or the file that cannot be read.
    """
    try:
        settings = Settings()
        if settings.secrets_dir is None:
            return settings
        if not os.path.isdir(settings.secrets_dir):  # unlike Path's, False for what cannot be one
            raise SettingsError(f"KRITIQ_SECRETS_DIR={_SHORT.repr(str(settings.secrets_dir))}: should be a folder")
        return Settings(_secrets_dir=settings.secrets_dir)
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            if problem["type"] == "default_factory_not_called":
                continue  # what it would have been made of is named itself
            name = "_".join(str(part) for part in problem["loc"])
            message = problem["msg"].removeprefix("Value error, ").replace("Input should be", "should be")
            value = "" if name in _UNSAID else f"={_SHORT.repr(problem['input'])}"
            lines.append(f"KRITIQ_{name.upper()}{value}: {message}")
        raise SettingsError("\n".join(lines)) from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{Settings.model_config.get('env_file')} is not UTF-8: {error}") from None
    except Unreadable as error:
        found = re.search(r'field "(\w+)"', str(error))
        name = f"KRITIQ_{found[1].upper()}" if found else str(error)
        raise SettingsError(f"{name}: its file in KRITIQ_SECRETS_DIR cannot be read: {error.__cause__}") from None
