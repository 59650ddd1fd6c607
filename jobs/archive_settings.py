"""Where results are kept for longer than Redis keeps them, and what of them."""

import re
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from jobs.largest import LARGEST

#: Longest that the archive keeps anything for some time, in days.
MOST_DAYS = 36_500


class ArchiveSettings(BaseSettings):
    """The archive."""

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
        0, ge=0, le=MOST_DAYS,
        description="how long the archive keeps a review from its end, in days; 0: for ever; `kritiq tenants archive`"
        " says it of one organisation",
    )  # fmt: skip
    archive_outbox: int = Field(
        500_000, ge=1, le=LARGEST,
        description="most ends of jobs, and feedback, that wait in Redis for the archive, about 60 bytes each; further"
        " ones are left out and counted",
    )  # fmt: skip

    @field_validator("archive_url")
    @classmethod
    def _database_url(cls, value: SecretStr) -> SecretStr:
        if value and not re.match(r"sqlite:///.|(postgresql|postgres)://.", value.get_secret_value()):
            raise ValueError("should be sqlite:///path/to/file or postgresql://user:password@host/database")
        return value
