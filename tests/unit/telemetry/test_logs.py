"""Every line says when, how bad, who and what about; and never more than is meant to be said."""

import ast
import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from redis.sentinel import Sentinel

from telemetry.logs import FIELDS, Format, fields_of, formatter, set_up_logging

ROOT = Path(__file__).parents[3]
PACKAGES = ("api", "jobs", "model", "ops", "store", "telemetry", "webhooks", "worker")
#: Control characters, and what turns the direction of letters around.
OBEYED = {chr(code) for code in (*range(32), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A))}
TEXT = "Der Kellner war unfreundlich."


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Logs one line by the set-up of a process; what was printed. The test's own logging comes back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hook = sys.excepthook

    def log(
        form: Format,
        message: str,
        *arguments: object,
        level: int = logging.INFO,
        name: str = "worker.loop",
        **more: Any,
    ) -> str:
        stream = io.StringIO()
        set_up_logging("delivery", form=form, stream=stream)
        logging.getLogger(name).log(level, message, *arguments, **more)
        return stream.getvalue()

    yield log
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    logging.captureWarnings(False)
    threading.excepthook = threading.__excepthook__


def test_a_line_for_people_has_time_level_process_and_fields(logged: Callable[..., str]) -> None:
    line = logged("text", "webhook %s", "failed", extra={"attempt": 2, "delivery_id": "msg_1", "reason": "no route"})
    time, rest = line.split(" ", 1)
    assert time.endswith("Z")
    assert rest == 'INFO    delivery worker.loop: webhook failed delivery_id=msg_1 attempt=2 reason="no route"\n'


def test_a_line_for_machines_has_the_same_parts(logged: Callable[..., str]) -> None:
    found = json.loads(logged("json", "webhook %s", "failed", extra={"attempt": 2, "job_id": "job_1"}))
    assert (found.pop("time")[-1], found.pop("pid") > 0) == ("Z", True)
    assert found == {
        "level": "INFO", "process": "delivery", "logger": "worker.loop", "message": "webhook failed",
        "job_id": "job_1", "attempt": 2,
    }  # fmt: skip


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_libraries_attach_is_not_printed(logged: Callable[..., str], form: Format) -> None:
    # Celery attaches the whole task to its lines, arguments included.
    line = logged(form, "Task received", extra={"data": {"args": [TEXT]}, "text": TEXT})
    assert "Kellner" not in line


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_exception_is_logged_with_its_trace(logged: Callable[..., str], form: Format) -> None:
    try:
        raise ValueError("broken\nINFO forged")
    except ValueError:
        printed = logged(form, "it broke", level=logging.ERROR, exc_info=True, extra={"tenant": "t"})
    if form == "json":
        (line,) = printed.splitlines()
        assert "ValueError: broken" in json.loads(line)["exception"]
    else:
        first, *others = printed.splitlines()
        assert first.endswith("it broke tenant=t")
        assert all(line.startswith("    ") for line in others)


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_a_library_says_of_a_redis_that_refuses_is_one_line_with_the_reason(
    logged: Callable[..., str], form: Format
) -> None:
    try:
        raise redis.exceptions.OutOfMemoryError("command not allowed")
    except redis.RedisError as error:
        timer = logged(
            form, "Error in timer: %r", error, level=logging.ERROR, exc_info=True, name="kombu.asynchronous.hub"
        )
        ours = logged(form, "it broke", level=logging.ERROR, exc_info=True)
    assert len(timer.splitlines()) == 1
    assert "command not allowed" in timer
    assert "Traceback" not in timer
    assert "Traceback" in ours


def test_the_address_stands_for_all_that_redis_py_writes_of_a_sentinel(logged: Callable[..., str]) -> None:
    sentinels = Sentinel([("127.0.0.1", 1), ("127.0.0.1", 2)])
    with pytest.raises(redis.ConnectionError) as raised:
        sentinels.discover_master("kritiq")
    printed = logged("text", "Inspect method %s failed: %s", "stats", raised.value, name="flower.inspector")
    assert len(str(raised.value)) > 1000
    assert "Inspect method stats failed: No master found for 'kritiq' : 127.0.0.1:1 - " in printed
    assert len(printed) < 300


@given(message=st.text())
def test_nothing_in_a_trace_steers_a_terminal(message: str) -> None:
    try:
        raise ValueError(message)
    except ValueError:
        record = logging.LogRecord("api", logging.ERROR, "", 0, "it broke", None, sys.exc_info())
    record.stack_info = f"Stack (most recent call last):\n  {message}"
    first, *others = formatter("api", "text").format(record).split("\n")
    assert first.endswith("it broke")
    assert all(line.startswith("    ") for line in others)
    assert not [char for line in others for char in line if char in OBEYED]


@given(message=st.text(), value=st.text(), form=st.sampled_from(["text", "json"]))
def test_nothing_from_outside_begins_a_line_of_its_own(message: str, value: str, form: Format) -> None:
    record = logging.LogRecord("api.http.request_log", logging.INFO, "", 0, "%s", (message,), None)
    record.path = value
    printed = formatter("api", form).format(record)
    if form == "json":
        found = json.loads(printed)
        assert (found["message"], found["path"], len(printed.splitlines())) == (message, value, 1)
    else:
        first, *others = printed.splitlines()
        assert " api api.http.request_log: " in first
        assert all(line.startswith("    ") for line in others)
        assert not [char for char in printed if char in OBEYED and char != "\n"]


def test_the_level_decides_what_is_said_and_libraries_never_debug(logged: Callable[..., str]) -> None:
    set_up_logging("worker", level="DEBUG", stream=io.StringIO())
    assert logging.getLogger("worker.x").isEnabledFor(logging.DEBUG)
    # At DEBUG, Celery prints the arguments of tasks: reviews.
    assert not logging.getLogger("celery.concurrency").isEnabledFor(logging.DEBUG)
    set_up_logging("worker", level="WARNING", stream=io.StringIO())
    assert not logging.getLogger("celery.worker").isEnabledFor(logging.INFO)


def test_only_known_fields_count_and_empty_ones_are_left_out() -> None:
    record = logging.makeLogRecord({"job_id": "j", "batch_id": None, "attempt": 0, "text": TEXT})
    assert dict(fields_of(record)) == {"job_id": "j", "attempt": 0}


def test_every_extra_of_the_project_names_a_field_that_is_printed() -> None:
    found: dict[str, str] = {}
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "extra" and isinstance(node.value, ast.Dict):
                found |= {key.value: path.name for key in node.value.keys if isinstance(key, ast.Constant)}
    assert found
    assert {name: where for name, where in found.items() if name not in FIELDS} == {}


@pytest.mark.parametrize(
    "raises", ["raise ValueError('oh')", "part = threading.Thread(target=lambda: 1 / 0); part.start(); part.join()"]
)
def test_what_nobody_catches_is_logged_as_json_too(raises: str) -> None:
    code = f"import threading; from telemetry.logs import set_up_logging; set_up_logging('api', form='json'); {raises}"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    (line,) = done.stderr.splitlines()
    found = json.loads(line)
    assert (found["level"], found["process"]) == ("CRITICAL", "api")
    assert "Error" in found["exception"]
