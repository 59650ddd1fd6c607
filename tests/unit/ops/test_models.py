"""`kritiq models`: which version an alias stands for, and which are in memory."""

from functools import partial
from pathlib import Path

import pytest
import redis

from jobs.model_operation import Action, InWorkerState, ModelOperation, OperationStatus
from model.artifact.model_store import ModelStore
from ops.model_operations import follow
from store.aliases import AliasStore
from store.model_operations import OperationStore
from tests.support.commands import Kritiq
from tests.unit.ops.conftest import Call

MINI = Path(__file__).parents[3] / "models" / "kritiq-mini"


@pytest.fixture
def alias(models: Call) -> Call:
    """Calls `kritiq models alias …` where a worker serves two versions."""
    return partial(models, "alias")


def test_an_alias_is_moved_split_and_shadowed(alias: Call, redis_client: redis.Redis) -> None:
    assert alias().output == "Nobody has moved it: default is each worker's KRITIQ_MODEL.\n"
    assert alias("default", "fake/2").output.startswith("default  fake/2  revision 1  ")
    split = alias("default", "fake/1=90", "fake/2=10").output
    assert split.startswith("default  fake/1=90 fake/2=10  compare 1 %  revision 2  ")
    shadowed = alias("default", "fake/1", "--shadow", "fake/2").output
    assert shadowed.startswith("default  fake/1  shadow fake/2  revision 3  ")
    assert alias("default").output == shadowed
    assert AliasStore(redis_client).all()["default"].versions == {"fake/1": 100}


def test_an_alias_is_deleted_unless_somebody_has_moved_it(alias: Call, redis_client: redis.Redis) -> None:
    alias("candidate", "fake/1")
    alias("candidate", "fake/2")
    assert "its revision is 2" in str(alias("candidate", "--delete", "--revision", "1", status=1).exception)
    assert alias("candidate", "--delete").output == "candidate is deleted\n"
    assert AliasStore(redis_client).all() == {}
    assert "There is no alias candidate." in str(alias("candidate", "--delete", status=1).exception)
    for words in (("--delete",), ("candidate", "fake/1", "--delete"), ("candidate", "--shadow", "fake/1", "--delete")):
        alias(*words, status=2)


def test_an_alias_that_there_is_not_is_an_error_whatever_is_asked_of_it(alias: Call, models: Call) -> None:
    for asked in (alias("candidate", status=1), models("rollout", "status", "candidate", status=1)):
        assert str(asked.exception) == "There is no alias candidate."
    # What every deployment has, moved or not.
    assert alias("default").output == "Nobody has moved it: default is each worker's KRITIQ_MODEL.\n"
    assert models("rollout", "status", "default").output == "Nothing was rolled out.\n"


def test_what_is_not_served_is_named_with_what_is(alias: Call) -> None:
    told = alias("candidate", "fake/9", status=1)
    assert "is not served; choose one of fake/1, fake/2" in told.output


def test_it_is_moved_only_from_the_revision_that_is_named(alias: Call) -> None:
    alias("candidate", "fake/1", "--revision", "0")
    told = alias("candidate", "fake/2", "--revision", "0", status=1)
    assert "has moved: its revision is 1, and it points at fake/1" in str(told.exception)


def test_how_much_of_a_split_is_compared_is_said_with_it(alias: Call, redis_client: redis.Redis) -> None:
    for share, told in (("0", "  revision 1"), ("20", "  compare 20 %  revision 2")):
        assert f"fake/2=10{told}" in alias("default", "fake/1=90", "fake/2=10", "--compare", share).output
    assert "fake/1  revision 3" in alias("default", "fake/1", "--compare", "0").output


@pytest.mark.parametrize(
    "words",
    [
        ("Candidate", "fake/1"),
        ("candidate", "fake/1", "fake/2"),
        # As over HTTP: a share of one is the rest of a split that is not there.
        ("candidate", "fake/1=90"),
        ("candidate", "fake/1=1001", "fake/2=1"),
        ("candidate", *(f"fake/{number}=1" for number in range(11))),
        ("candidate", "fake"),
        ("candidate", "fake/1", "--compare", "5"),
        ("candidate", "fake/1=1", "fake/2=1", "--shadow", "fake/1", "--compare", "5"),
        ("candidate", "--compare", "5"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(alias: Call, words: tuple[str, ...]) -> None:
    alias(*words, status=2)


def test_the_commands_about_directories_are_there_as_before(kritiq: Kritiq) -> None:
    assert "Show a model's card" in kritiq("models", "card", "--help").output


def test_a_version_of_a_store_is_offered_listed_and_withdrawn(models: Call, alias: Call, tmp_path: Path) -> None:
    address = str(ModelStore(str(tmp_path)).push(MINI))

    assert models("offer", address).output == "kritiq-mini/1 is offered\n"
    assert models("offer").output == f"kritiq-mini/1  {address}\n"
    alias("candidate", "fake/1")
    assert "fake/1" in models("withdraw", "fake/1", status=1).output
    assert models("withdraw", "kritiq-mini/1").output == "kritiq-mini/1 is not offered any more\n"
    assert models("offer").output == ""
    models("offer", "no address", status=2)


def test_a_version_is_loaded_and_whoever_asked_sees_each_worker_get_on(
    models: Call, redis_client: redis.Redis, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = models("load", "fake/2", "--no-wait").output.strip()
    operations = OperationStore(redis_client)
    operation = operations.get(asked)
    [mine] = operation.workers
    assert (operation.action, mine.state) == (Action.LOAD, InWorkerState.WAITING)

    def look() -> ModelOperation:
        operations.tell(asked, mine.worker, InWorkerState.REFUSED, "There is no room.")
        return operations.get(asked)

    assert follow(operation, look, sleep=lambda seconds: None).status is OperationStatus.REFUSED
    assert capsys.readouterr().out == f"{mine.worker}: waiting\n{mine.worker}: refused, There is no room.\n"


def test_what_is_needed_is_unloaded_by_force_alone(models: Call) -> None:
    why = str(models("unload", "fake/1", "--no-wait", status=1).exception)
    assert "a worker's own model" in why
    assert why.endswith(" --force unloads it all the same where a worker has others.")
    assert models("unload", "fake/1", "--no-wait", "--force").output.startswith("operation_")
    models("unload", "fake", status=2)
    assert "No worker that is up serves fake/9." in str(models("load", "fake/9", status=1).exception)
