"""Which files `kritiq bench way` says have run, and where it lists them."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
import redis

from bench.executed import ROOT, Executed
from bench.way import STAGES, Stages, by_stage
from jobs.job import JobError, Status, new_id
from jobs.line import Line
from store.jobs import RedisStore
from tests.support.factories import claim, create
from tests.support.keys import Doors


def ran(client: redis.Redis, work: Callable[[Executed], object]) -> set[str]:
    """The files that run while `work` does."""
    executed = Executed(lambda thread: "here")
    with executed.installed():
        executed.begin(client)
        work(executed)
        return executed.end(client).get("here", set())


def test_a_file_counts_when_one_of_its_functions_runs(redis_client: redis.Redis) -> None:
    assert ran(redis_client, lambda _: new_id()) == {"jobs/job.py"}


def test_a_property_is_code_that_runs(redis_client: redis.Redis) -> None:
    assert ran(redis_client, lambda _: Status.FAILED.terminal) == {"jobs/job.py"}


def test_methods_that_dataclass_generates_count_for_no_file(redis_client: redis.Redis) -> None:
    assert ran(redis_client, lambda _: repr(JobError(code="a", message="b"))) == set()
    line = Line(number=1, custom_id=None, text="Gut.")
    assert ran(redis_client, lambda _: (hash(line), line == replace(line))) == set()


def test_what_only_an_import_runs_does_not_count(redis_client: redis.Redis) -> None:
    code = compile((ROOT / "jobs" / "errors.py").read_text(encoding="utf-8"), str(ROOT / "jobs" / "errors.py"), "exec")
    assert ran(redis_client, lambda _: exec(code, {"__name__": "jobs.errors_again"})) == set()


def test_a_thread_that_waited_when_noting_began_counts_once_it_goes_on(redis_client: redis.Redis) -> None:
    executed, gate, waits = Executed(lambda thread: thread), threading.Event(), threading.Event()
    source = "def loop(waits, gate):\n    waits.set()\n    gate.wait()\n"
    scope: dict[str, Callable[..., None]] = {}
    exec(compile(source, str(ROOT / "worker" / "waits.py"), "exec"), scope)
    with executed.installed():
        thread = threading.Thread(target=scope["loop"], args=(waits, gate), name="waiter")
        thread.start()
        waits.wait()
        executed.begin(redis_client)
        gate.set()
        thread.join()
        assert executed.end(redis_client)["waiter"] == {"worker/waits.py"}


def test_what_a_review_does_not_ask_for_runs_no_module_of_its_own(redis_client: redis.Redis) -> None:
    doors = Doors(redis_client)
    client = doors.app.test_client()
    # What a process finds out once.
    assert client.post("/v1/jobs", json={"text": "Gut."}).status_code == 202

    def work(executed: Executed) -> None:
        assert client.post("/v1/jobs", json={"text": "Gut."}).status_code == 202

    found = ran(redis_client, work)
    assert {"api/jobs/routes.py", "jobs/submission.py", "store/job_record.py"} <= found
    # A key and its limits, a session, a compressed body, a trace, an id of the client's own, conditions, a webhook.
    others = {"rates", "priorities", "session_cookie", "content_coding", "traces", "job_ids", "preconditions"}
    assert found & {f"api/http/{name}.py" for name in {*others, "operation", "webhook_urls"}} == set()
    assert found & {"jobs/batch.py", "access/sealed.py", "store/packed_record.py"} == set()


def test_a_script_counts_with_the_library_files_that_it_calls(redis_client: redis.Redis) -> None:
    def work(executed: Executed) -> None:
        store = RedisStore(redis_client)
        create(store)
        assert len(claim(store)) == 1

    found = {path for path in ran(redis_client, work) if path.endswith(".lua")}
    assert {"store/lua/job/create.lua", "store/lua/job/claim.lua"} < found
    assert any(path.startswith("store/lua/lib/") for path in found)
    assert not any("endpoint_health" in path for path in found), "nobody asked to be told of this job"


def test_scripts_are_as_they_were_once_the_measurement_ends(redis_client: redis.Redis) -> None:
    ran(redis_client, lambda _: create(RedisStore(redis_client)))
    redis_client.flushall()
    create(RedisStore(redis_client))
    assert not list(redis_client.scan_iter("bench:*"))


def test_each_file_is_listed_once_in_the_first_stage_that_it_runs_in() -> None:
    found = {"delivery": {"b.py", "c.py"}, "worker": {"b.py", "model/d.py"}, "in": {"a.py"}, "out": {"a.py", "c.py"}}
    assert by_stage(found) == {
        "in": ["a.py"], "worker": ["b.py"], "model": ["model/d.py"], "out": ["c.py"], "delivery": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("thread", "stage"),
    [
        ("hub", "out"),
        ("audit", "in"),
        ("deliver_0", "delivery"),
        ("intake-urgent", "worker"),
        ("heartbeat", None),
        ("watchdog", None),
        ("reporter", None),
    ],
)
def test_a_thread_works_for_the_stage_that_its_name_says(thread: str, stage: str | None) -> None:
    assert Stages().of(thread) == stage


def test_a_request_belongs_to_the_way_out_once_its_job_is_stored() -> None:
    stages = Stages()
    assert stages.of("MainThread") == "in"
    stages.after("store/lua/job/create.lua")
    assert stages.of("MainThread") == "out"
    assert set(STAGES) == {"in", "worker", "model", "out", "delivery"}
