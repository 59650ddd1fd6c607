"""What is asked of a worker's models is done beside its work, and whoever asked hears how far it is."""

from collections.abc import Callable

import pytest
import redis

from jobs.errors import ModelInUse, NotFound
from jobs.model_operation import Action, InWorkerState, ModelOperation, OperationStatus
from jobs.reason import because
from jobs.served import ModelState
from store.aliases import AliasStore
from store.jobs import RedisStore
from store.model_operations import OperationStore
from tests.support.factories import make_worker
from tests.unit.worker.predict.test_shelf import Models
from worker.consumer.asked_models import AskedModels
from worker.predict.shelf import Shelf

ME, ONE, TWO = "worker@here", "fake/1", "fake/2"

pytestmark = pytest.mark.integration


class Worker:
    """A worker with two models, whose threads run when they are told to."""

    def __init__(self, client: redis.Redis, models: Models, name: str = ME, most_bytes: int | None = None) -> None:
        self._store, self.name, self.shelf = RedisStore(client), name, models.shelf(most_bytes)
        self.operations, self.begun = OperationStore(client), list[Callable[[], None]]()
        self.needed = {ONE}
        self.asked = AskedModels(self.shelf, self.operations, name, lambda: self.needed, start=self.begun.append)
        self.report()

    def report(self, alive_ms: int = 60_000) -> None:
        self._store.report_worker(make_worker(self.name, models=self.shelf.served()), alive_ms=alive_ms)

    def state(self, operation: ModelOperation) -> tuple[InWorkerState, str | None]:
        [mine] = [each for each in self.operations.get(operation.id).workers if each.worker == self.name]
        return mine.state, mine.why

    def run(self) -> None:
        self.asked.look()
        while self.begun:
            self.begun.pop(0)()


@pytest.fixture
def models() -> Models:
    return Models("1", "2")


def loaded(shelf: Shelf) -> set[str]:
    return {each.version for each in shelf.served() if each.state is ModelState.LOADED}


def test_a_model_is_loaded_before_its_first_job_and_stays_without_one(
    redis_client: redis.Redis, models: Models
) -> None:
    worker = Worker(redis_client, models)
    operation = worker.operations.ask(Action.LOAD, TWO)
    assert (worker.state(operation), operation.status) == ((InWorkerState.WAITING, None), OperationStatus.RUNNING)
    worker.run()
    assert worker.operations.get(operation.id).status is OperationStatus.SUCCEEDED
    models.now = 1_000.0
    worker.shelf.tidy({ONE})
    assert loaded(worker.shelf) == {ONE, TWO}
    # Once is enough.
    worker.run()
    assert models.loads == ["2"]


def test_it_is_taken_out_again_and_its_next_job_loads_it(redis_client: redis.Redis, models: Models) -> None:
    worker = Worker(redis_client, models)
    worker.operations.ask(Action.LOAD, TWO)
    worker.run()
    operation = worker.operations.ask(Action.UNLOAD, TWO)
    worker.run()
    assert worker.state(operation) == (InWorkerState.DONE, None)
    assert loaded(worker.shelf) == {ONE}
    assert worker.shelf.get(TWO) is not None


def test_what_does_not_fit_beside_what_aliases_stand_for_is_refused_unless_forced(
    redis_client: redis.Redis, models: Models
) -> None:
    models.sources |= {name: type(each)(load=each.load, parts={name: 6 << 20}) for name, each in models.sources.items()}
    worker = Worker(redis_client, models, most_bytes=10 << 20)
    refused = worker.operations.ask(Action.LOAD, TWO)
    worker.run()
    why = "fake/2 takes 6 MB, and KRITIQ_MODEL_MEMORY_MB is 10, beside fake/1"
    assert worker.state(refused) == (InWorkerState.REFUSED, why)
    code = worker.operations.get(refused.id).workers[0].why_code
    assert code == because("no_room_beside", version=TWO, megabytes=6, most=10, others=["fake/1"])
    assert worker.operations.get(refused.id).status is OperationStatus.REFUSED
    # It is in service as before.
    assert TWO in worker.shelf.serves
    forced = worker.operations.ask(Action.LOAD, TWO, force=True)
    worker.run()
    assert (worker.state(forced)[0], loaded(worker.shelf)) == (InWorkerState.DONE, {TWO})


def test_one_that_cannot_be_loaded_is_out_of_service_and_the_operation_says_why(redis_client: redis.Redis) -> None:
    worker = Worker(redis_client, Models("1", "2", broken="2"))
    operation = worker.operations.ask(Action.LOAD, TWO)
    worker.run()
    state, why = worker.state(operation)
    assert state is InWorkerState.FAILED
    assert why is not None
    assert "is not the file that was saved" in why
    assert worker.operations.get(operation.id).status is OperationStatus.FAILED
    worker.report()
    with pytest.raises(NotFound):
        worker.operations.ask(Action.UNLOAD, TWO)


def test_one_that_is_out_of_service_may_be_loaded_once_it_is_mended(redis_client: redis.Redis) -> None:
    models = Models("1", "2", broken="2")
    worker = Worker(redis_client, models)
    for mended in (False, True):
        worker.report()
        models.broken = "" if mended else "2"
        operation = worker.operations.ask(Action.LOAD, TWO)
        worker.run()
        assert worker.state(operation)[0] is (InWorkerState.DONE if mended else InWorkerState.FAILED)
        assert (TWO in worker.shelf.serves) is mended


def test_what_is_needed_is_not_unloaded_unless_it_is_forced(redis_client: redis.Redis, models: Models) -> None:
    worker = Worker(redis_client, models)
    with pytest.raises(ModelInUse, match="a worker's own model"):
        worker.operations.ask(Action.UNLOAD, ONE)
    AliasStore(redis_client).move("candidate", {TWO: 100}, revision=0)
    with pytest.raises(ModelInUse, match="candidate stands for it"):
        worker.operations.ask(Action.UNLOAD, TWO)
    forced = worker.operations.ask(Action.UNLOAD, TWO, force=True)
    worker.needed = {ONE, TWO}
    worker.run()
    assert worker.state(forced)[0] is InWorkerState.DONE


def test_an_alias_that_moved_to_it_meanwhile_keeps_it_in_memory(redis_client: redis.Redis, models: Models) -> None:
    worker = Worker(redis_client, models)
    operation = worker.operations.ask(Action.UNLOAD, TWO)
    worker.needed = {ONE, TWO}
    worker.run()
    assert worker.state(operation) == (InWorkerState.REFUSED, "an alias stands for it")


def test_the_only_model_of_a_worker_stays(redis_client: redis.Redis) -> None:
    worker = Worker(redis_client, Models())
    operation = worker.operations.ask(Action.UNLOAD, ONE, force=True)
    worker.run()
    assert worker.state(operation) == (InWorkerState.REFUSED, "it is the only model that this worker has")


def test_of_a_worker_that_is_gone_nothing_is_waited_for(redis_client: redis.Redis, models: Models) -> None:
    worker, other = Worker(redis_client, models), Worker(redis_client, Models("1", "2"), "worker@there")
    operation = worker.operations.ask(Action.LOAD, TWO)
    worker.run()
    assert worker.operations.get(operation.id).status is OperationStatus.RUNNING
    other.report(alive_ms=0)
    assert other.state(operation)[0] is InWorkerState.GONE
    assert worker.operations.get(operation.id).status is OperationStatus.FAILED


def test_what_was_asked_later_is_what_is_done(redis_client: redis.Redis, models: Models) -> None:
    worker = Worker(redis_client, models)
    first, second = (worker.operations.ask(action, TWO) for action in (Action.LOAD, Action.UNLOAD))
    worker.run()
    assert (worker.state(first)[0], worker.state(second)[0]) == (InWorkerState.OVERTAKEN, InWorkerState.DONE)
    assert models.loads == []


def test_a_worker_that_ended_while_it_was_at_it_does_not_try_again(redis_client: redis.Redis, models: Models) -> None:
    worker = Worker(redis_client, models)
    operation = worker.operations.ask(Action.LOAD, TWO)
    worker.operations.tell(operation.id, ME, InWorkerState.RUNNING)
    again = Worker(redis_client, models)
    again.run()
    assert again.state(operation) == (InWorkerState.FAILED, "the worker ended while loading or unloading it")
    assert models.loads == []
