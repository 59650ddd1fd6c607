"""The `kritiq` command. Each sub-command lives in its own package's `cli.py` and is imported when it is called."""

import importlib
import re
import sys
from collections.abc import Mapping
from typing import ClassVar, NoReturn

import click

from jobs.errors import KritiqError
from telemetry.printable import printable

#: Sub-command -> module and attribute.
COMMANDS = {
    "run": "ops.run:run_command",
    "api": "api.cli:api_command",
    "worker": "worker.cli:worker_command",
    "delivery": "worker.delivery.cli:delivery_command",
    "reconciler": "worker.reconciler.cli:reconciler_command",
    "archive": "archive.cli:archive_command",
    "report": "archive.report.cli:report_command",
    "import": "ops.import_history:import_command",
    "jobs": "ops.dead_letters:jobs_command",
    "backlog": "ops.backlog:backlog_command",
    "audit": "ops.audit:audit_command",
    "erase": "ops.erase:erase_command",
    "extract": "ops.extract:extract_command",
    "trainer": "worker.retrain.trainer:trainer_command",
    "retrain": "worker.retrain.cli:retrain_command",
    "feedback": "ops.feedback:feedback_command",
    "keys": "ops.keys:keys_command",
    "logs": "ops.logs:logs_command",
    "tenants": "ops.tenants:tenants_command",
    "usage": "ops.usage:usage_command",
    "flower": "ops.flower:flower_command",
    "sizing": "ops.sizing.cli:sizing_command",
    "submit": "kritiq_client.submit_cli:submit_command",
    "batch": "kritiq_client.batch_cli:batch_command",
    "predict": "model.cli.main:predict_command",
    "evaluate": "model.cli.main:evaluate_command",
    "train": "model.cli.main:train_command",
    "sweep": "worker.sweep.cli:sweep_command",
    "sweep-worker": "worker.sweep.cli:worker_command",
    "convert": "model.cli.main:convert_command",
    "convert-checkpoint": "model.cli.main:convert_checkpoint_command",
    "export": "model.cli.main:export_command",
    "models": "ops.models:models_command",
    "review": "ops.review:review_command",
    "reproduce": "model.cli.reproduce:reproduce_command",
    "evidence": "model.cli.evidence:evidence_command",
    "reference": "model.cli.reference:reference_command",
    "corpus": "model.cli.main:corpus_command",
    "bench": "bench.cli:bench_command",
}


_HALVES = re.compile("[\ud800-\udfff]")


class LazyGroup(click.Group):
    """A group that knows its sub-commands by name and imports one only to run it (click's documented pattern)."""

    #: Sub-command -> module and attribute.
    commands_by_name: ClassVar[Mapping[str, str]] = COMMANDS

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in alphabetical order."""
        return sorted(self.commands_by_name)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one sub-command."""
        if cmd_name not in self.commands_by_name:
            return None
        module, _, attribute = self.commands_by_name[cmd_name].partition(":")
        try:
            found = getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as error:
            # The API's image has no torch, the worker's no flask: say which part is missing where.
            missing = f"`kritiq {cmd_name}` needs {error.name}, which is not installed here."
            raise click.ClickException(missing) from None
        assert isinstance(found, click.Command)
        return found


@click.group(cls=LazyGroup)
@click.version_option(package_name="kritiq", prog_name="kritiq")
def cli() -> None:
    """Turn restaurant reviews into aspects, and how guests judge each."""


def main() -> None:
    """Run `kritiq`; our own errors, what Redis lets its user not do, a file that the system refuses and arguments that
    are no text end it with one line and status 1."""
    try:
        cli()
    except KritiqError as error:
        _end(str(error))
    except OSError as error:
        if error.filename is None:
            raise
        _end(f"{error.filename}: {error.strerror}")
    except UnicodeEncodeError:
        # Bytes that are no UTF-8 are halves of characters to Python. Names of files may have them, and nothing else.
        wrong = next(filter(_HALVES.search, sys.argv[1:]), None)
        if wrong is None:
            raise
        _end(f"{wrong!r} is not UTF-8")
    except Exception as error:
        if not _forbidden(error):
            raise
        _end(f"Redis' user may not do that: {error}. See Operator's commands in deploy/README.md.")


def _forbidden(error: Exception) -> bool:
    """Whether an access list of Redis refused a command, or one that a script ran."""
    # Loaded by whoever asked Redis; commands that do not start without it.
    redis = sys.modules.get("redis")
    if redis is None or not isinstance(error, redis.ResponseError):
        return False
    return isinstance(error, redis.exceptions.NoPermissionError) or "ACL failure in script" in str(error)


def _end(why: str) -> NoReturn:
    click.echo(printable(f"kritiq: {why}"), err=True)
    sys.exit(1)
