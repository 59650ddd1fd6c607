"""Where Redis is, and what of it must have what was accepted."""

from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from jobs.redis_url import demand_server
from jobs.retention import LONGEST_S
from jobs.sentinel import sentinel_address


class RedisSettings(BaseSettings):
    """Where Redis is."""

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
    erase_files_s: int = Field(
        3600, ge=0, le=LONGEST_S,
        description="how long Redis' append-only file may have what was deleted, in seconds; then the reconciler has it"
        " written anew; 0: until Redis does so by itself",
    )  # fmt: skip
    encrypt_texts: bool = Field(
        False,
        description="encrypt what guests wrote in Redis, the archive and their files, with keys of KRITIQ_TEXT_KEYS",
    )
    text_keys: Path | None = Field(
        None,
        description="folder with the keys that texts are encrypted with, a file for each organisation (`kritiq tenants"
        " key`), shared by all processes; apart from Redis and its copies: a key that is deleted erases",
    )
    plain_result_s: int = Field(
        3600, ge=1, le=LONGEST_S,
        description="how long Celery clients can read the result of a job that came over HTTP from its end on, in"
        " seconds; then it is packed with its job's record, for half of the bytes in Redis, and put back for whoever"
        " waits for it. Where texts are encrypted, how long that of a task that a Celery client sent is in plain for"
        " that client; from then on Kritiq alone reads it",
    )  # fmt: skip

    @field_validator("redis_url")
    @classmethod
    def _redis_scheme(cls, value: str) -> str:
        if value.startswith(("redis://", "rediss://", "unix://")):
            return demand_server(value)
        if sentinel_address(value) is None:
            raise ValueError("should be a redis://, rediss://, redis+sentinel://, rediss+sentinel:// or unix:// URL")
        return value
