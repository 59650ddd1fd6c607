"""What `kritiq run` says once everything is ready: where it is, and a line to paste."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from jobs.settings import Settings
from ops import run_dashboard

#: How long the service may take to be ready, in seconds, before it is said that it is not.
PATIENCE_S = 60


def announce(settings: Settings, say: Callable[[str], None], stopping: threading.Event, key: str | None = None) -> None:
    """Wait until the API says that it is ready, then say where everything is; returns early when `stopping` is set.

    `key` is the API key of the line to paste; None where none is asked for.
    """
    base = f"http://{settings.netloc_host}:{settings.port}"
    began, patient = time.monotonic(), True
    while not _ready(f"{base}/readyz"):
        if patient and time.monotonic() - began > PATIENCE_S:
            say("still not ready: see the lines of api and worker above")
            patient = False
        if stopping.wait(0.2):
            return
    dashboard = _registered(settings, base, key, say)
    say("Kritiq is ready.")
    say(f"  API and its documentation  {base}/")
    say(f"  The console                {base}/console/")
    say(f"  Flower, the workers        http://{settings.netloc_host}:{settings.flower_port}/")
    if dashboard:
        say(f"  The example dashboard      {dashboard}")
    say("  Try it:")
    shown = f" -H 'Authorization: Bearer {key}'" if key else ""
    say(
        f"  curl -s {base}/v1/jobs{shown} -H 'Content-Type: application/json' -H 'Prefer: wait=10'"
        """ -d '{"text": "Das Essen war super, aber der Service war langsam."}'"""
    )


def _registered(settings: Settings, base: str, key: str | None, say: Callable[[str], None]) -> str | None:
    """The dashboard's address, when it runs and is told of every review that is judged."""
    if not run_dashboard.has_dashboard():
        return None
    try:
        run_dashboard.register_dashboard(settings, base, key)
    except OSError as error:
        say(f"the dashboard is not told of reviews: {error}")
    return f"http://127.0.0.1:{settings.dashboard_port}/"


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
