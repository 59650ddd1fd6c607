"""`kritiq api`: the HTTP server."""

import logging
import resource
import sys
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from api.http.gate import demand_keys_beyond_loopback
from api.server.worker import worker_for
from jobs.errors import KritiqError
from jobs.listening import demand_address
from jobs.settings import Settings, load_settings
from store.api_keys import ApiKeyStore
from store.checks import await_redis
from store.connection import connect
from telemetry.logs import LEVELS, set_up_logging

#: Connections of each process beside those of waiting clients.
_SLOW = 4_000


#: What a process opens beside its connections: files, Redis.
_OWN_DESCRIPTORS = 256

log = logging.getLogger(__name__)


class ServerLogger(Logger):  # type: ignore[misc]
    """gunicorn's own lines go the way of all others."""

    def setup(self, cfg: Any) -> None:
        """No handler and no level of its own."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.setLevel(0)
        self.error_log.propagate = True


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings: threads for those who are answered, none for those who wait."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Translate our settings into gunicorn's."""
        for key, value in gunicorn_options(self._settings).items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        """Build the application in the server's own process, after its fork."""
        from api.app import build

        try:
            return build()
        except KritiqError as error:
            # gunicorn would write where in the code it was, from each process.
            log.error("%s", error)
            sys.exit(Arbiter.APP_LOAD_ERROR)


def gunicorn_options(settings: Settings) -> dict[str, Any]:
    """gunicorn's options for these settings."""
    return {
        "bind": f"{settings.netloc_host}:{settings.port}",
        "workers": settings.api_processes,
        "worker_class": worker_for(settings),
        "threads": settings.api_threads,
        # Whoever waits, or sends slowly, costs a descriptor and no thread.
        "worker_connections": settings.max_waiting + _SLOW,
        "keepalive": 75,
        # A waiting client is silent for up to 30 s, the old call's for up to 60.
        "graceful_timeout": 35,
        "timeout": 90,
        "max_requests": 0,
        # Else whoever comes from this machine, as all do behind a proxy on it, moves addresses by a header
        # (`SCRIPT_NAME`). Of a proxy only the address that it tells is believed, by KRITIQ_PROXIES.
        "forwarded_allow_ips": "",
        "forwarder_headers": "",
        "secure_scheme_headers": {},
        "control_socket_disable": True,
        "logger_class": ServerLogger,
    }


@click.command("api")
@click.option("--log-level", type=click.Choice(LEVELS, case_sensitive=False), help="Instead of KRITIQ_LOG_LEVEL.")
def api_command(log_level: str | None) -> None:
    """Serve the HTTP API on KRITIQ_HOST:KRITIQ_PORT."""
    settings = load_settings()
    set_up_logging("api", level=log_level or settings.log_level, form=settings.log_format)
    demand_address(settings.host, settings.port, "KRITIQ_PORT")
    await_redis(settings)
    with connect(settings) as client:
        demand_keys_beyond_loopback(settings, ApiKeyStore(client))
    _allow_descriptors(settings.max_waiting + _SLOW)
    Server(settings).run()


def _allow_descriptors(connections: int) -> None:
    """As many as the connections of a process need, if the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections + _OWN_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < needed:
        most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        if most < needed:
            log.warning("%d descriptors are allowed, for %d connections", most, connections)
