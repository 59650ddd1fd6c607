"""The settings: read once from `KRITIQ_DASHBOARD_*` variables, then passed on as one frozen value."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PREFIX = "KRITIQ_DASHBOARD_"


class SettingsError(ValueError):
    """A KRITIQ_DASHBOARD_* variable has a value that cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that the operator of a dashboard can set."""

    #: Address and port to listen on (`python -m examples.dashboard`; gunicorn has its own options).
    host: str = "127.0.0.1"
    port: int = 5050
    #: The SQLite file; its folder is made when missing.
    db: Path = Path(".data/dashboard.db")
    #: The endpoint's secret, `whsec_…`; two of them, separated by a space, while one is rotated.
    secret: str | None = None
    #: A file with the secret, read again whenever it changes. Used when `secret` is not set.
    secret_file: Path | None = None
    #: Where Kritiq is (`http://127.0.0.1:5000`): the results of batches are read there. Without it they are not shown.
    api: str | None = None
    #: A file with the API key to show there (`jobs:read`; to correct judgements `jobs:write`, too), read each time.
    api_key_file: Path | None = None
    #: `name:password`; without it everybody who reaches the page may read it.
    login: str | None = field(default=None, repr=False)
    #: Proxies in front, each of which adds the address that called it to `X-Forwarded-For`: by it wrong logins count.
    proxies: int = 0


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings from the environment. Raises SettingsError naming the variable that cannot be used."""
    source = os.environ if environ is None else environ
    given = {key.removeprefix(PREFIX): value.strip() for key, value in source.items() if key.startswith(PREFIX)}
    given = {key: value for key, value in given.items() if value}
    port = _number(given, "PORT", Settings.port, 65535)
    proxies = _number(given, "PROXIES", Settings.proxies, 8)
    login = _login(given)
    return Settings(
        host=given.get("HOST", Settings.host),
        port=port,
        db=Path(given["DB"]) if "DB" in given else Settings.db,
        secret=given.get("SECRET"),
        api=_address(given["API"]) if "API" in given else None,
        api_key_file=Path(given["API_KEY_FILE"]) if "API_KEY_FILE" in given else None,
        secret_file=Path(given["SECRET_FILE"]) if "SECRET_FILE" in given else None,
        login=login,
        proxies=proxies,
    )


def _number(given: Mapping[str, str], name: str, default: int, most: int) -> int:
    value = given.get(name, str(default))
    if not (value.isascii() and value.isdigit() and int(value) <= most):
        raise SettingsError(f"{PREFIX}{name}={value!r}: should be a number from 0 to {most}")
    return int(value)


def _login(given: Mapping[str, str]) -> str | None:
    login = given.get("LOGIN")
    if login is None and "LOGIN_FILE" in given:
        try:
            login = Path(given["LOGIN_FILE"]).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"{PREFIX}LOGIN_FILE: {error}") from None
        except UnicodeError:
            raise SettingsError(f"{PREFIX}LOGIN_FILE: should be UTF-8") from None
    # Never quoted: it is a password.
    if login is not None and not all(login.partition(":")[::2]):
        raise SettingsError(f"{PREFIX}LOGIN: should be name:password")
    return login


def _address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise SettingsError(f"{PREFIX}API={value!r}: should be the http or https address of Kritiq")
    return value
