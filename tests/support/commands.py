"""Commands of `kritiq`, run in this process."""

from typing import Protocol

from click.testing import CliRunner, Result

from model.cli.models import models_command
from ops.command import cli


class Kritiq(Protocol):
    """`kritiq …`, which ends with a `status`; what it raises (1) is the result's `exception`."""

    def __call__(self, *words: object, status: int = 0) -> Result: ...


def kritiq(*words: object, status: int = 0) -> Result:
    """See `Kritiq`; of its settings only what the environment says. `conftest` has it beside a Redis, as a fixture."""
    done = CliRunner().invoke(cli, [str(word) for word in words])
    assert done.exit_code == status, done.output or repr(done.exception)
    return done


def models(*arguments: object) -> Result:
    """`kritiq models …` about directories and stores."""
    return CliRunner().invoke(models_command, [str(argument) for argument in arguments])
