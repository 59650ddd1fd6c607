"""`kritiq models load` and `unload`: a version in the memory of the workers that serve it, or out of it."""

import time
from collections.abc import Callable

import click

from jobs.choice import VERSION
from jobs.errors import ModelInUse
from jobs.job import DEFAULT_TENANT
from jobs.model_operation import Action, InWorker, ModelOperation, OperationStatus
from jobs.settings import load_settings
from ops.audit import note
from store.checks import open_redis
from store.model_operations import OperationStore
from telemetry.printable import printable

#: Seconds between two looks.
LOOK_S = 0.5

_version = click.argument("version")
_wait = click.option("--wait/--no-wait", default=True, help="Stay until all workers are through.  [default: wait]")


@click.command("load")
@_version
@click.option("--force", is_flag=True, help="Also if models that aliases stand for have to make room.")
@_wait
def load_command(version: str, force: bool, wait: bool) -> None:
    """Have all workers that serve VERSION (name/version) load it now, and keep it until it is unloaded or jobs need its
    room. Where it is out of service it is tried again.

    Shows each worker as it gets on; ends with status 1 when one refused or failed.
    """
    _run(Action.LOAD, version, force=force, wait=wait)


@click.command("unload")
@_version
@click.option("--force", is_flag=True, help="Also if an alias stands for it or jobs wait for it.")
@_wait
def unload_command(version: str, force: bool, wait: bool) -> None:
    """Have all workers take VERSION (name/version) out of memory; its next job loads it again.

    Shows each worker as it gets on; ends with status 1 when one refused or failed.
    """
    _run(Action.UNLOAD, version, force=force, wait=wait)


def _run(action: Action, version: str, *, force: bool, wait: bool) -> None:
    if not VERSION.fullmatch(version):
        raise click.UsageError("Give a version: name/version.")
    settings = load_settings()
    store = OperationStore(open_redis(settings))
    try:
        operation = store.ask(action, version, force=force)
    except ModelInUse as error:
        raise ModelInUse(f"{error} --force unloads it all the same where a worker has others.") from None
    note(settings, DEFAULT_TENANT, f"kritiq models {action}", operation_id=operation.id)
    if not wait:
        click.echo(operation.id)
        return
    ended = follow(operation, lambda: store.get(operation.id))
    if ended.status is not OperationStatus.SUCCEEDED:
        raise click.exceptions.Exit(1)


def follow(
    operation: ModelOperation, look: Callable[[], ModelOperation], sleep: Callable[[float], None] = time.sleep
) -> ModelOperation:
    """Say each change of a worker until all are through; returns the operation as it is then."""
    printed = dict[str, InWorker]()
    while True:
        for each in operation.workers:
            if printed.get(each.worker) != each:
                printed[each.worker] = each
                click.echo(printable(f"{each.worker}: {each.state}{f', {each.why}' if each.why else ''}"))
        if operation.status is not OperationStatus.RUNNING:
            return operation
        sleep(LOOK_S)
        operation = look()
