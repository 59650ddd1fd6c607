"""Commands of `kritiq`, run in this process."""

from click.testing import CliRunner, Result

from model.cli.models import models_command


def models(*arguments: object) -> Result:
    """`kritiq models …` about directories and stores."""
    return CliRunner().invoke(models_command, [str(argument) for argument in arguments])
