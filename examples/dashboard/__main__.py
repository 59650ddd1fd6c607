"""`python -m examples.dashboard`: the dashboard behind gunicorn, with a thread for each open page."""

import sys

from flask import Flask
from gunicorn.app.base import BaseApplication

from examples.dashboard.app import create_app
from examples.dashboard.live import MAX_STREAMS
from examples.dashboard.settings import Settings, SettingsError, load_settings


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with its options given here instead of on a command line."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """One process: the signal that wakes streams rings within a process, and SQLite has one writer anyway."""
        host = self._settings.host
        options = {
            "bind": f"{f'[{host}]' if ':' in host else host}:{self._settings.port}",
            "worker_class": "gthread",
            "threads": MAX_STREAMS + 16,  # streams never take the last thread from a webhook
            "graceful_timeout": 1,  # open streams never end by themselves; a webhook takes milliseconds
            "control_socket_disable": True,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called in the worker."""
        return create_app(self._settings)


def main() -> int:
    """Serve until told to stop."""
    try:
        settings = load_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    Server(settings).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
