"""Whatever fails in a canvas, each of its tasks comes to an end: nobody waits for one that will never be sent.

What ends last in these canvases is a task of ours, and whoever of ours ends it ends the others as well: see
`worker.consumer.celery_backend`, which says what Celery itself leaves.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import chain, chord, group
from celery.exceptions import ChordError
from celery.result import AsyncResult, GroupResult
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.celery.subjects import KRITIQ, PLAIN, REVIEW, Running
from tests.celery.test_messages import EXAMPLES

pytestmark = [pytest.mark.integration, pytest.mark.only(KRITIQ, PLAIN, why="a stock worker leaves some without an end")]

#: Makes a signature of a subject's task.
Make = Callable[[Running], Any]


def good(there: Running) -> Any:
    return there.task(REVIEW, immutable=True)


def broken(there: Running) -> Any:
    return there.task("poison", immutable=True)


def refused(there: Running) -> Any:
    return there.task(17, immutable=True)


def expired(there: Running) -> Any:
    return good(there).set(expires=-1)


def unheard(there: Running) -> Any:
    return there.app.signature("kritiq.analyse", immutable=True)


FAILURES = (broken, refused, expired, unheard)

#: Name -> a canvas around what fails.
BEHIND: dict[str, Callable[[Running, Any], Any]] = {
    "group": lambda there, failing: chain(failing, group(good(there), good(there))),
    "group-of-chains": lambda there, failing: chain(failing, group(chain(good(there), good(there)), good(there))),
    "group-and-step": lambda there, failing: chain(failing, group(good(there), good(there)), good(there)),
    "chord": lambda there, failing: chain(failing, chord([good(there), good(there)], good(there))),
    "chord-in-chord": lambda there, failing: chord([chord([failing], good(there)), good(there)], good(there)),
    "group-in-chord": lambda there, failing: chord(
        [chain(failing, group(good(there), good(there))), good(there)], good(there)
    ),
    "body-chord": lambda there, failing: chord([failing, good(there)], chord([good(there)], good(there))),
    "body-chain": lambda there, failing: chord([failing], chain(good(there), group(good(there), good(there)))),
    "body-group-of-chains": lambda there, failing: chord([failing], group(chain(good(there), good(there)))),
}


def tasks_of(result: AsyncResult | GroupResult | None) -> Iterator[AsyncResult]:
    """All tasks that a client can wait for, from the last one."""
    if result is None:
        return
    if isinstance(result, GroupResult):
        for each in result.results:
            yield from tasks_of(each)
    else:
        yield result
    yield from tasks_of(result.parent)


def failures(there: Running, result: Any) -> list[Any]:
    """How those ended that did not succeed, when all have."""
    return [task.result for task in tasks_of(result) if there.end(task).state != "SUCCESS"]


@pytest.mark.parametrize("failing", FAILURES)
@pytest.mark.parametrize("name", BEHIND)
def test_what_is_behind_a_failure_fails_too(there: Running, name: str, failing: Make) -> None:
    result = BEHIND[name](there, failing(there)).apply_async()
    last = next(tasks_of(result))
    assert len(failures(there, result)) > 1
    assert last.state in ("FAILURE", "REVOKED")


def test_a_chord_is_told_which_of_the_chords_in_it_failed(there: Running) -> None:
    inner = chord([broken(there), good(there)], good(there))
    result = chord([inner, good(there)], good(there)).apply_async()
    error = there.failure(result)
    assert isinstance(error, ChordError), repr(error)
    assert result.parent.results[0].id in str(error)


TASKS = st.sampled_from([good, good, good, *FAILURES])
CANVASES = st.recursive(
    TASKS,
    lambda inner: st.one_of(
        st.tuples(st.just("chain"), st.lists(inner, min_size=1, max_size=3)),
        st.tuples(st.just("group"), st.lists(inner, min_size=1, max_size=3)),
        st.tuples(st.just("chord"), st.lists(inner, min_size=1, max_size=3), inner),
    ),
    max_leaves=8,
)


def made(there: Running, drawn: Any) -> Any:
    """The canvas of what was drawn."""
    if callable(drawn):
        return drawn(there)
    kind, parts, *body = drawn
    members = [made(there, part) for part in parts]
    if kind == "chord":
        return chord(members, made(there, body[0]))
    return chain(*members) if kind == "chain" else group(members)


@settings(
    max_examples=EXAMPLES, phases=[Phase.explicit, Phase.generate], report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(drawn=CANVASES)
def test_every_task_of_a_canvas_comes_to_an_end(there: Running, drawn: Any) -> None:
    for task in tasks_of(made(there, drawn).apply_async()):
        there.end(task)
