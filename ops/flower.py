"""`kritiq flower`: Flower, with Kritiq's settings; neither the broker's URL nor a password is in its command line."""

import os

import click
from celery import Celery

from jobs.errors import SettingsError
from jobs.settings import Settings, load_settings
from telemetry.logs import set_up_logging

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
#: Flower keeps every task in memory: this many instead of 100,000.
MAX_TASKS = 20_000


def flower_options(settings: Settings) -> list[str]:
    """Flower's options. Raises SettingsError when others could reach a Flower without a login."""
    if settings.host not in _LOOPBACK and not settings.flower_users.get_secret_value():
        raise SettingsError(f"KRITIQ_FLOWER_USERS: Flower on {settings.host} needs a login, such as name:password")
    address, port = f"--address={settings.host}", f"--port={settings.flower_port}"
    # tornado leaves logging alone: it is set up already.
    return [address, port, f"--max_tasks={MAX_TASKS}", "--logging=none"]


@click.command("flower")
def flower_command() -> None:
    """Show the workers and their tasks on KRITIQ_HOST:KRITIQ_FLOWER_PORT."""
    settings = load_settings()
    options = flower_options(settings)
    # Of every worker it reports what it cannot ask at each start: nothing below a warning.
    level = "ERROR" if settings.log_level == "ERROR" else "WARNING"
    set_up_logging("flower", level=level, form=settings.log_format)
    if users := settings.flower_users.get_secret_value():
        # The one way into Flower that shows in no list of processes.
        os.environ["FLOWER_BASIC_AUTH"] = users
    app = Celery("kritiq", broker=settings.redis_url)
    # As the workers': without them a dead connection to Redis is never noticed.
    waits = {"socket_timeout": 5, "socket_connect_timeout": 2, "socket_keepalive": True, "health_check_interval": 5}
    app.conf.broker_transport_options = waits
    app.start(argv=["--quiet", "flower", *options])
