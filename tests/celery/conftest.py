"""One Redis and its workers for each subject, shared by all tests; rows of `not_yet` become expected failures."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace

import pytest

from tests.celery.not_yet import NOT_YET
from tests.celery.subjects import SUBJECTS, Running, Subject, is_up, names_of
from tests.celery.watch import Watch
from tests.celery.work import patient_client
from tests.support.celery_client import celery_client
from tests.support.processes import Process
from tests.support.redis_server import RedisServer

#: How long an end is waited for that is not expected, in seconds: what works at all takes a few hundredths of one.
BRIEF_S = 0.5
#: And for one that is, which a busy machine may want longer.
PATIENCE_S = float(os.environ.get("CONFORMANCE_PATIENCE_S", "30"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `subject` runs once for each, unless `only` names which."""
    if "subject" not in metafunc.fixturenames:
        return
    mark = metafunc.definition.get_closest_marker("only")
    chosen = mark.args if mark else SUBJECTS
    metafunc.parametrize("subject", chosen, ids=names_of(chosen), indirect=True, scope="session")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "only(subject, ..., why): the subjects that the test is about, and why not all")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    used: set[str] = set()
    modules: set[str] = set()
    for item in items:
        if not isinstance(item, pytest.Function) or (subject := _subject(item)) is None:
            continue
        row = f"{item.path.stem}::{item.originalname}"
        case = "-".join(part for part in item.callspec._idlist if part != subject.name)
        modules.add(item.path.stem)
        for key in (row, f"{row}[{case}]"):
            used.add(key)
            if reason := NOT_YET.get(key, {}).get(subject.name):
                expected = (AssertionError, pytest.fail.Exception)
                item.add_marker(pytest.mark.xfail(strict=True, raises=expected, reason=reason))
    whole = not any("::" in argument for argument in config.args)
    stale = [key for key in NOT_YET if whole and key.partition("::")[0] in modules and key not in used]
    if stale:
        raise pytest.UsageError(f"rows of not_yet that name no test: {', '.join(stale)}")


def _subject(item: pytest.Function) -> Subject | None:
    """What a test asks; pytest calls the hooks of this file for tests of other folders too."""
    found = item.callspec.params.get("subject") if hasattr(item, "callspec") else None
    return found if isinstance(found, Subject) else None


class Started:
    """The processes of the subjects that this session needs, and what clients see of them."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._closing = ExitStack()
        self._processes: dict[str, Process] = {}
        self._running: dict[str, Running] = {}
        # All begin at once: each needs seconds to import what it needs.
        self._urls = {subject.name: self._begin(subject) for subject in subjects}

    def _begin(self, subject: Subject) -> str:
        server = RedisServer()
        self._closing.callback(server.close)
        server.start()
        self._processes[subject.name] = self._keep(subject.start(server.url))
        env = {"CONFORMANCE_REDIS": server.url}
        self._processes[f"user of {subject.name}"] = self._keep(
            Process("user@conformance", env=env, module="tests.celery.user_worker")
        )
        return server.url

    def _keep(self, process: Process) -> Process:
        self._closing.callback(process.close)
        return process

    def of(self, subject: Subject) -> Running:
        """The subject when it is up. One that a test before has killed is started again."""
        if subject.name in self._running and not self._processes[subject.name].running:
            running = self._running[subject.name]
            # What killed it may lie in the queue still.
            running.redis.flushdb()
            self._processes[subject.name] = process = self._keep(subject.start(running.url))
            process.wait_until(lambda: is_up(running.app), f"{subject.name} is up again")
        if subject.name not in self._running:
            self._running[subject.name] = self._wait(subject)
        return self._running[subject.name]

    def _wait(self, subject: Subject) -> Running:
        url = self._urls[subject.name]
        app = self._closing.enter_context(celery_client(url))
        client = self._closing.enter_context(patient_client(url))
        self._processes[subject.name].wait_until(lambda: is_up(app), f"{subject.name} is up")
        user = self._processes[f"user of {subject.name}"]
        user.wait_until(lambda: is_up(app, "user@conformance"), "the user's worker is up")
        watch = Watch(url)
        self._closing.callback(watch.close)
        return Running(subject=subject, url=url, app=app, redis=client, watch=watch, patience_s=PATIENCE_S)

    def alive(self, subject: Subject) -> bool:
        """Whether its process runs."""
        return self._processes[subject.name].running

    def close(self) -> None:
        # All are asked at once, and then waited for.
        for process in self._processes.values():
            process.terminate()
        self._closing.close()


@pytest.fixture(scope="package")
def started(request: pytest.FixtureRequest) -> Iterator[Started]:
    """Every subject that some test of this session asks for."""
    functions = [item for item in request.session.items if isinstance(item, pytest.Function)]
    wanted = {subject.name for subject in map(_subject, functions) if subject is not None}
    found = Started([subject for subject in SUBJECTS if subject.name in wanted])
    try:
        yield found
    finally:
        found.close()


@pytest.fixture
def subject(request: pytest.FixtureRequest) -> Subject:
    """Which worker the test is about."""
    found: Subject = request.param
    return found


@pytest.fixture
def there(subject: Subject, started: Started, request: pytest.FixtureRequest) -> Iterator[Running]:
    """The running worker that the test is about; free again when the next test has it."""
    failing = any(mark.name == "xfail" for mark in request.node.iter_markers())
    running = replace(started.of(subject), gates=[])
    yield replace(running, patience_s=BRIEF_S) if failing else running
    for gate in running.gates:
        gate.open()
    if failing and started.alive(subject):
        # Whatever the test has left behind is done before this is.
        with suppress(AssertionError):
            running.alive()
