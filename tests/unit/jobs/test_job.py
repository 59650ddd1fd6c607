"""The job itself: its states, its ids, its weight."""

from dataclasses import FrozenInstanceError
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.job import DEFAULT_TENANT, FIRST, TRANSITIONS, Status, new_id, task_id
from jobs.request import estimate_sentences
from jobs.timings import Timings
from store.job_record import job_reference
from tests.support.factories import make_job

TERMINAL = {Status.SUCCEEDED, Status.FAILED, Status.CANCELED, Status.EXPIRED}


def test_every_state_has_its_line_in_the_table() -> None:
    assert set(TRANSITIONS) == set(Status)


def test_terminal_states_lead_nowhere() -> None:
    assert {status for status in Status if status.terminal} == TERMINAL


@given(started=st.integers(0, 999), took=st.integers(0, 999), spent=st.tuples(*[st.integers(0, 333)] * 3))
def test_timings_add_up_to_the_time_from_start_to_end(started: int, took: int, spent: tuple[int, int, int]) -> None:
    timings = Timings(tokenize_ms=spent[0], wait_ms=spent[1], inference_ms=spent[2])
    job = make_job(created_at=0, started_at=started, finished_at=started + took, timings=timings)
    assert (job.queue_ms, job.store_ms) == (started, max(0, took - sum(spent)))
    assert make_job(started_at=1, finished_at=2).store_ms is None


def test_no_state_follows_itself() -> None:
    assert all(status not in following for status, following in TRANSITIONS.items())


def test_success_comes_only_from_running() -> None:
    assert [status for status in Status if Status.SUCCEEDED in TRANSITIONS[status]] == [Status.RUNNING]


def test_only_a_scheduled_or_a_running_job_can_go_into_a_queue() -> None:
    assert {status for status in Status if Status.QUEUED in TRANSITIONS[status]} == {Status.SCHEDULED, Status.RUNNING}


def test_every_state_can_be_reached_from_a_new_job() -> None:
    reached, new = set(FIRST), set(FIRST)
    while new:
        new = {after for status in new for after in TRANSITIONS[status]} - reached
        reached |= new
    assert reached == set(Status)


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        TRANSITIONS[Status.SUCCEEDED] = frozenset({Status.QUEUED})  # type: ignore[index]


def test_a_job_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        make_job().status = Status.RUNNING  # type: ignore[misc]


def test_ids_are_unique_and_say_what_they_name() -> None:
    ids = {new_id() for _ in range(10_000)}
    assert len(ids) == 10_000
    assert all(len(name) == len("job_") + 26 and name.startswith("job_") for name in ids)


def test_ids_sort_by_the_time_they_were_made() -> None:
    def time_part(name: str) -> str:
        return name[4:14]

    assert all(time_part(earlier) <= time_part(later) for earlier, later in pairwise(new_id() for _ in range(5_000)))


def test_ids_made_in_one_millisecond_cannot_be_guessed_from_each_other() -> None:
    random_parts = [new_id()[14:] for _ in range(1_000)]
    # Neighbours share no more than chance gives them: an id that only counts up would share fifteen of sixteen.
    assert all(sum(a == b for a, b in zip(one, two, strict=True)) < 10 for one, two in pairwise(random_parts))


def test_an_id_can_be_of_another_kind() -> None:
    assert new_id("batch").startswith("batch_")


@given(st.from_regex(r"[a-z0-9_-]{1,20}", fullmatch=True), st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True))
def test_a_task_id_leads_back_to_its_job(tenant: str, job_id: str) -> None:
    assert job_reference(task_id(tenant, job_id), DEFAULT_TENANT) == (tenant, job_id)


def test_in_the_default_tenant_the_task_id_is_the_job_id() -> None:
    assert make_job(id="job-1").task_id == "job-1"
    assert make_job(id="job-1", tenant="a").task_id == "a:job-1"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [("Gut", 1), ("Gut. Sehr gut!", 2), ("Hm... na ja?!", 2), ("Zeile\nZeile\nZeile\n", 3), ("", 1), ("a" * 1600, 10)],
)
def test_weight_is_about_the_number_of_sentences(text: str, sentences: int) -> None:
    assert estimate_sentences(text) == sentences


@given(st.text())
def test_every_text_weighs_something(text: str) -> None:
    assert estimate_sentences(text) >= 1
