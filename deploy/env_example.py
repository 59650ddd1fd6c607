"""Prints `.env.example`: what compose asks for, then every setting. `python -m deploy.env_example > .env.example`"""

from typing import Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from jobs.allowance import AllowanceSettings
from jobs.archive_settings import ArchiveSettings
from jobs.budgets import BudgetSettings
from jobs.flower_settings import FlowerSettings
from jobs.http_settings import HttpSettings
from jobs.redis_settings import RedisSettings
from jobs.retention import RetentionSettings
from jobs.settings import Settings
from jobs.webhook_settings import WebhookSettings
from jobs.worker_settings import WorkerSettings

HEAD = """\
# Copy to .env and change what you need: cp .env.example .env
# Without any change everything runs. `make run` and every container read the settings below from it; a variable of
# the environment wins over a line here. Secrets do not belong here: `sh deploy/secrets.sh` makes them as files, and
# any setting may come as a file, named like its variable in small letters, in KRITIQ_SECRETS_DIR.

# --- docker compose only -------------------------------------------------------------------------------------------
"""

#: Variables of docker-compose.yml that are no settings of Kritiq: value, what it is.
COMPOSE = {
    "COMPOSE_PROFILES": (
        "",
        "what else starts: gpu, archive, tls, redundant, monitoring, example, separated by commas",
    ),
    "IMAGE_TAG": ("latest", "tag of the images"),
    "API_ADDRESS": ("127.0.0.1", "where the API is published; 0.0.0.0 for everybody, behind a proxy with TLS"),
    "API_PORT": ("5000", "its port on this machine"),
    "FLOWER_PORT": ("5555", "Flower's port, on loopback; its login is in secrets/flower-users"),
    "DASHBOARD_PORT": ("5050", "the example dashboard's port, on loopback"),
    "GRAFANA_PORT": ("3000", "Grafana's port, on loopback; admin's password is in secrets/grafana-admin"),
    "TRACE_PAGES": (
        "http://127.0.0.1:16686/trace/",
        "address of a trace's page but for the trace's id: where Grafana leads from a histogram's examples",
    ),
    "CPU_WORKERS": ("1", "workers on the CPU; 0 with the gpu profile"),
    "WORKER_CPUS": ("2", "cores that one of them may use"),
    "MODELS_DIR": ("./models", "folder that workers see as `models`; KRITIQ_MODEL=models/other takes one of it"),
    "TORCH_INDEX": ("", "package index with CPU wheels of PyTorch, for building"),
    "TORCH_INDEX_CUDA": ("", "package index with CUDA wheels of PyTorch, for building"),
    "TLS_ADDRESS": ("0.0.0.0", "where the tls profile listens, with the certificate of secrets/tls-certificate"),
    "TLS_PORT": ("443", "and its port"),
    "REDIS_GROUP": ("", "sentinel-1:26379,sentinel-2:26379,sentinel-3:26379 with the redundant profile"),
    "REDIS_APPENDFSYNC": ("always", "when Redis writes to disk: always, or everysec (the last second may be lost)"),
    "REDIS_MAXMEMORY": ("1gb", "how much it may keep; full, the API answers 503 and nothing is lost"),
}

#: Set by docker-compose.yml for each service, so that a line of .env changes nothing there.
FIXED = (
    "host", "port", "flower_port", "device", "secrets_dir", "alive_file", "redis_url", "redis_sentinel_password",
    "secret_keys", "key_secret", "metrics_token", "flower_users", "flower_db", "archive_url",
)  # fmt: skip

#: What the settings are about, in the order of the file.
SUBJECTS: dict[str, type[BaseSettings]] = {
    "All processes": Settings,
    "Redis": RedisSettings,
    "The API": HttpSettings,
    "How much an organisation may have": AllowanceSettings,
    "Workers and their models": WorkerSettings,
    "Webhooks": WebhookSettings,
    "The archive": ArchiveSettings,
    "Flower": FlowerSettings,
    "How long Redis keeps what": RetentionSettings,
    "How much memory of Redis it may take": BudgetSettings,
}


def line(name: str, value: str, description: str) -> str:
    """One variable, commented out at its default."""
    return f"# {description[:1].upper()}{description[1:]}.\n#{name}={value}\n"


def setting(name: str, value: Any, description: str) -> str:
    """One setting of Kritiq."""
    if isinstance(value, SecretStr) or value is None:
        shown = ""
    elif isinstance(value, frozenset):
        shown = ",".join(map(str, sorted(value)))
    elif isinstance(value, bool):
        shown = str(value).lower()
    else:
        shown = str(value)
    more = " (compose sets it for each service)" if name in FIXED else ""
    return line(f"KRITIQ_{name.upper()}", shown, description + more)


def render() -> str:
    """The whole file."""
    parts = [HEAD, *(line(name, value, text) for name, (value, text) in COMPOSE.items())]
    known: dict[str, Any] = {}
    for title, subject in SUBJECTS.items():
        parts.append(f"# --- {title} ".ljust(119, "-") + "\n")
        for name in subject.__annotations__:
            field = Settings.model_fields[name]
            known[name] = field.get_default(call_default_factory=True, validated_data=known)
            parts.append(setting(name, known[name], field.description or ""))
    return "\n".join(parts)


if __name__ == "__main__":
    print(render(), end="")
