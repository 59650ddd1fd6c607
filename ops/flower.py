"""`kritiq flower`: Flower, with Kritiq's settings; neither the broker's URL nor a password is in its command line."""

import dbm
import logging
import os
from pathlib import Path

import click
from celery import Celery
from kombu.entity import Queue

from jobs.errors import SettingsError
from jobs.listening import demand_address
from jobs.settings import Settings, load_settings
from store import queues
from store.celery_url import celery_url, find_redis
from store.checks import await_readable
from telemetry.logs import set_up_logging

#: Flower keeps every task in memory: this many instead of 100,000.
MAX_TASKS = 20_000
#: What its list of tasks shows. Of arguments there are only `kwargs`: restaurant, language and model.
COLUMNS = ("name", "state", "runtime", "received", "kwargs", "exception", "uuid", "started", "retries", "worker")
#: How long it waits for a worker's answer, in milliseconds.
INSPECT_MS = 3_000
#: What a file of its history may have behind its name, by the kind of database that Python has.
_PARTS = ("", ".db", ".dat", ".dir", ".bak")
#: How often it saves its history, in milliseconds: so much of it a Flower that is killed may lose.
SAVE_MS = 60_000


def flower_options(settings: Settings) -> list[str]:
    """Flower's options. Raises SettingsError when others could reach a Flower without a login."""
    login = bool(settings.flower_users.get_secret_value() or _oauth(settings))
    if not settings.on_loopback and not login:
        raise SettingsError(f"KRITIQ_FLOWER_USERS: Flower on {settings.host} needs a login, such as name:password")
    options = [
        f"--address={settings.host}", f"--port={settings.flower_port}", f"--max_tasks={MAX_TASKS}",
        f"--tasks_columns={','.join(COLUMNS)}", f"--inspect_timeout={INSPECT_MS}",
        # tornado leaves logging alone: it is set up already.
        "--logging=none",
    ]  # fmt: skip
    if settings.flower_db is None:
        return options
    return [*options, "--persistent=true", f"--db={settings.flower_db}", f"--state_save_interval={SAVE_MS}"]


def _oauth(settings: Settings) -> dict[str, str]:
    """Flower's own variables for a login by OAuth 2, if there is one. Raises SettingsError for half of one."""
    given = {
        "auth_provider": settings.flower_auth_provider,
        "auth": settings.flower_auth,
        "oauth2_key": settings.flower_oauth2_key,
        "oauth2_secret": settings.flower_oauth2_secret.get_secret_value(),
        "oauth2_redirect_uri": settings.flower_oauth2_redirect_uri,
    }
    if not any(given.values()):
        return {}
    if missing := [f"KRITIQ_FLOWER_{name.upper()}" for name, value in given.items() if not value]:
        raise SettingsError(f"A login to Flower by OAuth 2 also needs {', '.join(missing)}")
    return {f"FLOWER_{name.upper()}": value for name, value in given.items()}


def create_flower_app(settings: Settings) -> Celery:
    """What Flower knows before a worker answers: the broker, and the queues that there are."""
    app = Celery("kritiq", broker=celery_url(settings), set_as_current=False)
    # As the workers': without them a dead connection to Redis is never noticed.
    waits = {"socket_timeout": 5, "socket_connect_timeout": 2, "socket_keepalive": True, "health_check_interval": 5}
    app.conf.broker_transport_options = waits
    find_redis(app, settings)
    app.conf.task_default_queue = queues.CELERY_QUEUE
    app.conf.task_queues = [Queue(name) for name in (*queues.CELERY_ORDER, queues.CELERY_QUEUE)]
    return app


def log_in_by(settings: Settings) -> None:
    """Tell Flower who may log in by its environment, the one way that shows in no list of processes."""
    if users := settings.flower_users.get_secret_value():
        os.environ["FLOWER_BASIC_AUTH"] = users
    os.environ.update(_oauth(settings))


def demand_history(path: Path) -> None:
    """Make the folder of Flower's history. Raises SettingsError when something else is there, which Flower would move
    away to begin anew."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        there = [other for other in (f"{path}{suffix}" for suffix in _PARTS) if os.path.exists(other)]
        strange = path.is_dir() or (any(map(os.path.getsize, there)) and not dbm.whichdb(str(path)))
    except OSError as error:
        raise SettingsError(f"KRITIQ_FLOWER_DB: {error.filename} cannot be used: {error.strerror}") from None
    if strange:
        raise SettingsError(f"KRITIQ_FLOWER_DB: what is at {path} is no history of Flower's: name another file")


@click.command("flower")
def flower_command() -> None:
    """Show the workers and their tasks on KRITIQ_HOST:KRITIQ_FLOWER_PORT."""
    # A package of its own, which only this command needs.
    from ops.flower_server import serve

    settings = load_settings()
    options = flower_options(settings)
    demand_address(settings.host, settings.flower_port, "KRITIQ_FLOWER_PORT")
    # It reports each request: nothing below a warning.
    level = "ERROR" if settings.log_level == "ERROR" else "WARNING"
    set_up_logging("flower", level=level, form=settings.log_format)
    # That Redis is back is said where it was said that it was away.
    logging.getLogger("ops").setLevel("INFO" if level == "WARNING" else level)
    log_in_by(settings)
    if settings.flower_db is not None:
        demand_history(settings.flower_db)
    # A newer release's tasks and queues may mean something else.
    await_readable(settings)
    serve(create_flower_app(settings), options)
