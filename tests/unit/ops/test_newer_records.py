"""Whoever starts an older release on what a newer one wrote hears so, and what to do; nothing is changed."""

import pytest
import redis

from jobs.errors import SettingsError
from store import keys
from store.schema import ENCRYPTED
from tests.support.commands import Kritiq

COMMANDS = (
    ("api",), ("worker",), ("delivery",), ("reconciler",), ("jobs", "dead", "requeue", "--all"), ("keys", "list"),
    ("tenants", "list"), ("erase", "--external-author", "anna"), ("archive",), ("archive", "off"),
    ("flower",), ("worker", "--plain"), ("jobs", "rejected"), ("backlog",), ("models", "alias"),
    ("usage", "--tenant", "acme"),
)  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_an_older_release_does_nothing_with_what_a_newer_one_wrote(
    kritiq: Kritiq, redis_client: redis.Redis, words: tuple[str, ...]
) -> None:
    redis_client.set(keys.SCHEMA, ENCRYPTED + 1)
    result = kritiq(*words, status=1)
    assert isinstance(result.exception, SettingsError), result.output
    assert "start that release again, or give this one another Redis" in str(result.exception)
    assert redis_client.keys() == [keys.SCHEMA.encode()]
