"""Whoever starts an older release on what a newer one wrote hears so, and what to do; nothing is changed."""

from collections.abc import Sequence

import click
import pytest
import redis
from click.testing import CliRunner

from api.cli import api_command
from jobs.errors import SettingsError
from ops.dead_letters import jobs_command
from ops.erase import erase_command
from ops.keys import keys_command
from ops.tenants import tenants_command
from store import keys
from store.schema import ENCRYPTED
from tests.support.redis_server import RedisServer
from worker.cli import worker_command
from worker.delivery.cli import delivery_command
from worker.reconciler.cli import reconciler_command

COMMANDS: list[tuple[click.Command, Sequence[str]]] = [
    (api_command, ()), (worker_command, ()), (delivery_command, ()), (reconciler_command, ()),
    (jobs_command, ("dead", "requeue", "--all")), (keys_command, ("list",)), (tenants_command, ("list",)),
    (erase_command, ("--external-author", "anna")),
]  # fmt: skip


@pytest.mark.parametrize(("command", "given"), COMMANDS, ids=[command.name for command, _ in COMMANDS])
def test_an_older_release_does_nothing_with_what_a_newer_one_wrote(
    redis_server: RedisServer,
    redis_client: redis.Redis,
    monkeypatch: pytest.MonkeyPatch,
    command: click.Command,
    given: Sequence[str],
) -> None:
    redis_client.set(keys.SCHEMA, ENCRYPTED + 1)
    monkeypatch.setenv("KRITIQ_REDIS_URL", redis_server.url)
    result = CliRunner().invoke(command, given)
    assert isinstance(result.exception, SettingsError), result.output
    assert "start that release again, or give this one another Redis" in str(result.exception)
    assert redis_client.keys() == [keys.SCHEMA.encode()]
