"""Webhooks under `kritiq run`: a key for their secrets, and the example dashboard as their first receiver."""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from access.private_file import read_or_make, write_private
from jobs.settings import Settings
from ops import development_key
from webhooks.event import SUBJECTS, Subject
from webhooks.secret import new_key

#: What the dashboard has to be told to forget what was deleted.
ERASURES = tuple(event.value for event, subject in SUBJECTS.items() if subject is Subject.ERASURE)
#: Seconds that a call of our own API may take.
TIMEOUT_S = 10.0


def has_dashboard() -> bool:
    """Whether the example is here: it is in the repository, not in the installed package."""
    return Path("examples", "dashboard", "__main__.py").exists()


def dashboard_command() -> list[str]:
    """The dashboard's command line."""
    return [sys.executable, "-m", "examples.dashboard"]


def environment(settings: Settings) -> dict[str, str]:
    """What the processes need beside the operator's own variables. Makes the key file when there is none."""
    data = settings.data_dir.resolve()
    data.mkdir(parents=True, exist_ok=True)
    added = {
        "KRITIQ_DASHBOARD_PORT": str(settings.dashboard_port),
        "KRITIQ_DASHBOARD_DB": str(data / "dashboard.db"),
        "KRITIQ_DASHBOARD_SECRET_FILE": str(secret_file(settings)),
        "KRITIQ_DASHBOARD_API": f"http://127.0.0.1:{settings.port}",
        "KRITIQ_DASHBOARD_API_KEY_FILE": "" if settings.auth == "off" else str(data / development_key.FILE),
    }
    asked = {"webhook_allow_insecure", "webhook_local_ports"} & settings.model_fields_set
    if has_dashboard() and not asked:
        # The dashboard listens on loopback, without TLS: there, and nowhere else, webhooks may go. Who said otherwise
        # gets no webhooks there, and is told so.
        added["KRITIQ_WEBHOOK_LOCAL_PORTS"] = str(settings.dashboard_port)
    if not settings.secret_keys.get_secret_value():
        added["KRITIQ_SECRET_KEYS"] = read_or_make(data / "secret.key", new_key)
    return added


def secret_file(settings: Settings) -> Path:
    """Where the dashboard finds its endpoint's secret."""
    return settings.data_dir.resolve() / "dashboard.secret"


def register_dashboard(settings: Settings, base: str, key: str | None = None) -> str:
    """Make the dashboard's endpoint by the API at `base`, once, and write its secret to the file; the endpoint's id.

    `key` is the API key to show, if any.

    Raises OSError when the API does not answer or refuses.
    """
    url, path = f"http://127.0.0.1:{settings.dashboard_port}/webhooks/kritiq", secret_file(settings)
    api = _Api(base, key)
    known = [endpoint for endpoint in api.call("GET", "/v1/endpoints")["endpoints"] if endpoint["url"] == url]
    if not known:
        body = {"url": url, "include_text": True, "description": "The example dashboard"}
        made = api.call("POST", "/v1/endpoints", body)
        write_private(path, made["secret"])
        return str(made["id"])
    here = f"/v1/endpoints/{known[0]['id']}"
    if not path.exists():
        write_private(path, api.call("POST", f"{here}/rotate", {"grace_seconds": 0})["secret"])
    if missing := [event for event in ERASURES if event not in known[0]["events"]]:
        # It was made by a Kritiq that knew no such events.
        api.call("PATCH", here, {"events": [*known[0]["events"], *missing]})
    if not known[0]["enabled"]:
        api.call("POST", f"{here}/enable")
    return str(known[0]["id"])


class _Api:
    """Our own API, and the key that it is shown."""

    def __init__(self, base: str, key: str | None) -> None:
        self._base = base
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The answer of one call. Raises OSError."""
        url, data = self._base + path, None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, self._headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310  our own address
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            raise OSError(f"{method} {url}: {error.code} {error.read(500).decode(errors='replace')}") from None
