"""What our workers do not do yet: the one list of behaviours that are promised and still fail.

A row is a test and the subjects that fail it, with what happens today. A test that passes although its row is here
fails, so that who implements a behaviour deletes its row. What differs from stock Celery on purpose is no row: its
test says why.
"""

from collections.abc import Mapping

_SOLO = "the solo pool answers nothing while a task runs"

#: `module::test`, or `module::test[case]` for one of its cases -> subject -> what happens today.
NOT_YET: Mapping[str, Mapping[str, str]] = {
    "test_chords::test_a_revoked_member_fails_the_body": {"plain": _SOLO},
    "test_control::test_a_running_task_is_terminated_by_a_stamp": {"plain": _SOLO},
    "test_control::test_a_running_task_that_is_terminated_is_revoked_and_the_worker_lives": {"plain": _SOLO},
    "test_control::test_a_waiting_task_that_is_revoked_is_not_done": {"plain": _SOLO},
    "test_control::test_revoking_a_running_task_does_not_break_it_off": {"plain": _SOLO},
    "test_control::test_several_tasks_are_revoked_at_once": {"plain": _SOLO},
    "test_control::test_tasks_are_revoked_by_a_stamp": {"plain": _SOLO},
    "test_events::test_a_revoked_task_is_told_as_revoked": {"plain": _SOLO},
    "test_inspect::test_a_task_is_found_by_its_id": {"plain": _SOLO},
    "test_inspect::test_a_task_that_waits_in_the_worker_or_in_its_queue_is_not_active": {"plain": _SOLO},
    "test_inspect::test_no_command_tells_a_review": {"plain": _SOLO},
    "test_inspect::test_the_running_task_is_active": {"plain": _SOLO},
}
