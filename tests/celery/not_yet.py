"""What our workers do not do yet: the one list of behaviours that are promised and still fail.

A row is a test and the subjects that fail it, with what happens today. A test that passes although its row is here
fails, so that who implements a behaviour deletes its row. What differs from stock Celery on purpose is no row: its
test says why.
"""

from collections.abc import Mapping

_ACCEPTED = "the command is accepted and changes nothing"
_CHORD = "no part is returned to the chord"
_COMMAND = "there is no `kritiq jobs rejected`"
_DELAY = "eta and countdown are ignored"
_DROPPED = "the message is dropped without an end"
_ERRORS = "a failure's class is JobFailed, which no client has"
_EVENTS = "events are written for jobs, not for the messages of Celery clients"
_FOLLOW = "links, chains and chords are dropped"
_IGNORED = "the result is stored though nobody wants it"
_INSPECT = "the worker's state knows nothing of the batch consumer's work"
_LIMIT = "time limits are ignored"
_META = "date_done, group_id and parent_id are not written"
_NULL = "the plain task returns nothing, so that follow-ups get null"
_PRIORITY = "kombu's lists of lower priorities have no reader"
_REUSE = "an id is never used twice"
_REVOKE = "revoke knows jobs that were adopted only"
_SIGNATURE = "the task knows text and include_none only"
_SOLO = "the solo pool answers nothing while a task runs"
_STORED = "the plain task's own errors are stored nowhere: its app has no result backend"
_TOLD = "to Celery the plain task has succeeded when its job has failed"

#: `module::test`, or `module::test[case]` for one of its cases -> subject -> what happens today.
NOT_YET: Mapping[str, Mapping[str, str]] = {
    "test_arguments::test_a_task_that_we_do_not_have_fails_as_not_registered": {"kritiq": _DROPPED, "plain": _STORED},
    "test_arguments::test_a_text_given_twice_is_a_type_error": {"kritiq": _SIGNATURE, "plain": _STORED},
    "test_arguments::test_all_options_may_be_given_by_position": {"kritiq": _SIGNATURE, "plain": _SIGNATURE},
    "test_arguments::test_an_empty_text_is_a_value_error": {"kritiq": _ERRORS, "plain": _SIGNATURE},
    "test_arguments::test_an_option_of_the_wrong_type_is_refused": {"kritiq": _SIGNATURE, "plain": _SIGNATURE},
    "test_arguments::test_an_unknown_keyword_is_a_type_error_that_names_it": {"kritiq": _SIGNATURE, "plain": _STORED},
    "test_arguments::test_an_unknown_priority_of_the_task_is_refused": {"kritiq": _SIGNATURE, "plain": _SIGNATURE},
    "test_arguments::test_every_option_of_the_task_may_be_given[language]": {"plain": _SIGNATURE},
    "test_arguments::test_every_option_of_the_task_may_be_given[metadata]": {"plain": _SIGNATURE},
    "test_arguments::test_every_option_of_the_task_may_be_given[priority]": {"plain": _SIGNATURE},
    "test_arguments::test_every_option_of_the_task_may_be_given[restaurant]": {"plain": _SIGNATURE},
    "test_arguments::test_every_option_of_the_task_may_be_given[reviewed_at]": {"plain": _SIGNATURE},
    "test_arguments::test_every_option_of_the_task_may_be_given[ttl]": {"plain": _SIGNATURE},
    "test_arguments::test_half_an_emoji_ends": {"kritiq": _DROPPED, "plain": _STORED},
    "test_arguments::test_no_argument_at_all_is_a_type_error_that_names_the_text": {
        "kritiq": _ERRORS,
        "plain": _STORED,
    },
    "test_arguments::test_the_language_is_the_one_that_was_named": {"kritiq": _SIGNATURE, "plain": _SIGNATURE},
    "test_arguments::test_too_many_arguments_are_a_type_error": {"kritiq": _SIGNATURE, "plain": _STORED},
    "test_arguments::test_what_is_no_text_is_a_type_error": {"kritiq": _ERRORS, "plain": _STORED},
    "test_canvas::test_a_chain_hands_the_result_on": {"kritiq": _FOLLOW, "plain": _NULL},
    "test_canvas::test_a_chain_of_many_steps_has_one_root": {"kritiq": _FOLLOW, "plain": _NULL},
    "test_canvas::test_a_link_carries_the_stamps_of_its_parent": {"kritiq": _FOLLOW},
    "test_canvas::test_a_link_error_is_called_for_arguments_that_are_wrong": {"kritiq": _FOLLOW},
    "test_canvas::test_a_link_error_is_called_with_the_id_of_what_failed": {"kritiq": _FOLLOW, "plain": _STORED},
    "test_canvas::test_a_link_error_is_not_called_after_a_success": {"kritiq": _FOLLOW},
    "test_canvas::test_a_link_is_a_child_of_the_result": {"kritiq": _FOLLOW, "plain": _NULL},
    "test_canvas::test_a_link_is_called_with_the_result": {"kritiq": _FOLLOW, "plain": _NULL},
    "test_canvas::test_a_link_is_not_called_after_a_failure": {"kritiq": _FOLLOW, "plain": _STORED},
    "test_canvas::test_a_link_that_is_a_group_calls_every_member": {"kritiq": _FOLLOW, "plain": _NULL},
    "test_canvas::test_a_link_to_our_own_task_is_done": {"kritiq": _FOLLOW, "plain": _NULL},
    "test_canvas::test_a_link_waits_for_its_countdown": {"kritiq": _FOLLOW, "plain": _NULL},
    "test_canvas::test_a_member_of_a_group_tells_its_group": {"kritiq": _META, "plain": _META},
    "test_canvas::test_an_immutable_link_is_called_without_the_result": {"kritiq": _FOLLOW},
    "test_canvas::test_every_one_of_several_links_is_called": {"kritiq": _FOLLOW, "plain": _NULL},
    "test_canvas::test_the_link_error_of_a_chain_is_called": {"kritiq": _FOLLOW, "plain": _STORED},
    "test_canvas::test_the_steps_after_a_failure_fail_with_it": {"kritiq": _FOLLOW, "plain": _STORED},
    "test_chords::test_a_chain_goes_on_after_a_chord": {"kritiq": _CHORD, "plain": _NULL},
    "test_chords::test_a_chain_may_be_a_member_of_the_header": {"kritiq": _CHORD, "plain": _NULL},
    "test_chords::test_a_chord_gives_its_body_all_results_in_order": {"kritiq": _CHORD, "plain": _NULL},
    "test_chords::test_a_chord_inside_a_chord_is_done": {"kritiq": _CHORD, "plain": _NULL},
    "test_chords::test_a_chord_of_one_has_a_list_of_one": {"kritiq": _CHORD, "plain": _NULL},
    "test_chords::test_a_failure_in_the_header_fails_the_body": {"kritiq": _CHORD, "plain": _STORED},
    "test_chords::test_a_group_and_a_task_make_a_chord": {"kritiq": _CHORD, "plain": _NULL},
    "test_chords::test_a_group_inside_the_header_gives_its_members": {"kritiq": _CHORD, "plain": _NULL},
    "test_chords::test_a_header_of_both_kinds_of_tasks_is_complete": {"kritiq": _CHORD, "plain": _NULL},
    "test_chords::test_a_revoked_member_fails_the_body": {"kritiq": _CHORD, "plain": _SOLO},
    "test_chords::test_a_task_that_nobody_has_leaves_the_body_waiting_in_stock_celery_only": {
        "kritiq": _DROPPED,
        "plain": _STORED,
    },
    "test_chords::test_the_body_may_be_a_group": {"kritiq": _CHORD, "plain": _NULL},
    "test_chords::test_the_keys_of_a_chord_are_cleared_away": {"kritiq": _CHORD, "plain": _NULL},
    "test_chords::test_the_link_error_of_the_body_is_called_when_the_header_fails": {
        "kritiq": _CHORD,
        "plain": _STORED,
    },
    "test_chords::test_wrong_arguments_in_the_header_fail_the_body": {"kritiq": _CHORD, "plain": _STORED},
    "test_control::test_a_delayed_task_is_revoked": {"plain": _REVOKE},
    "test_control::test_a_running_task_is_terminated_by_a_stamp": {"plain": _SOLO},
    "test_control::test_a_running_task_that_is_terminated_is_revoked_and_the_worker_lives": {"plain": _SOLO},
    "test_control::test_a_task_may_be_revoked_before_it_is_sent": {"plain": _STORED},
    "test_control::test_a_waiting_task_that_is_revoked_is_not_done": {"plain": _SOLO},
    "test_control::test_revoking_a_running_task_does_not_break_it_off": {"plain": _SOLO},
    "test_control::test_several_tasks_are_revoked_at_once": {"plain": _SOLO},
    "test_control::test_tasks_are_revoked_by_a_stamp": {"plain": _SOLO},
    "test_encodings::test_a_body_of_another_shape_is_a_failure": {"kritiq": _DROPPED},
    "test_encodings::test_a_body_that_cannot_be_decompressed_is_a_failure": {"kritiq": _DROPPED, "plain": _DROPPED},
    "test_encodings::test_a_body_that_cannot_be_read_is_a_failure": {"kritiq": _DROPPED, "plain": _DROPPED},
    "test_encodings::test_a_compressed_message_is_read": {"kritiq": _DROPPED},
    "test_encodings::test_a_link_of_protocol_1_is_called": {"kritiq": _DROPPED, "plain": _NULL},
    "test_encodings::test_a_message_of_protocol_1_is_done": {"kritiq": _DROPPED},
    "test_encodings::test_a_serializer_that_is_not_accepted_is_a_failure": {"kritiq": _DROPPED, "plain": _DROPPED},
    "test_encodings::test_a_small_message_that_would_fill_the_memory_is_a_failure": {
        "kritiq": _DROPPED,
        "plain": _STORED,
    },
    "test_encodings::test_an_unknown_task_of_protocol_1_is_not_registered": {"kritiq": _DROPPED, "plain": _STORED},
    "test_encodings::test_keywords_of_protocol_1_are_read": {"kritiq": _DROPPED},
    "test_encodings::test_what_unpickles_to_code_is_never_run": {"kritiq": _DROPPED, "plain": _DROPPED},
    "test_events::test_a_revoked_task_is_told_as_revoked": {"plain": _SOLO},
    "test_events::test_a_text_that_breaks_the_work_is_told_as_failed": {"plain": _TOLD},
    "test_inspect::test_a_task_is_found_by_its_id": {"plain": _SOLO},
    "test_inspect::test_a_task_that_waits_in_the_worker_or_in_its_queue_is_not_active": {"plain": _SOLO},
    "test_inspect::test_delayed_work_is_scheduled_with_its_time": {"plain": _SOLO},
    "test_inspect::test_the_running_task_is_active": {"plain": _SOLO},
    "test_messages::test_every_message_with_an_id_comes_to_an_end": {"kritiq": _DROPPED},
    "test_options::test_a_time_limit_ends_work_that_takes_longer": {"kritiq": _LIMIT, "plain": _LIMIT},
    "test_options::test_an_eta_in_another_zone_is_the_same_moment": {"kritiq": _DELAY},
    "test_options::test_an_eta_that_is_no_time_ends_or_is_rejected": {"kritiq": _DROPPED, "plain": _DROPPED},
    "test_options::test_an_id_that_failed_may_be_tried_again": {"kritiq": _REUSE, "plain": _REUSE},
    "test_options::test_countdown_delays_the_work": {"kritiq": _DELAY},
    "test_options::test_eta_delays_the_work": {"kritiq": _DELAY},
    "test_options::test_every_priority_is_answered[3]": {"kritiq": _PRIORITY},
    "test_options::test_every_priority_is_answered[4]": {"kritiq": _PRIORITY},
    "test_options::test_every_priority_is_answered[5]": {"kritiq": _PRIORITY},
    "test_options::test_every_priority_is_answered[6]": {"kritiq": _PRIORITY},
    "test_options::test_every_priority_is_answered[7]": {"kritiq": _PRIORITY},
    "test_options::test_every_priority_is_answered[8]": {"kritiq": _PRIORITY},
    "test_options::test_every_priority_is_answered[9]": {"kritiq": _PRIORITY},
    "test_options::test_the_lists_that_kombu_makes_of_priorities_are_read": {"kritiq": _PRIORITY},
    "test_options::test_the_more_urgent_priority_is_done_first": {"kritiq": _PRIORITY},
    "test_options::test_what_expires_before_its_eta_is_revoked": {"kritiq": _DELAY, "plain": _STORED},
    "test_options::test_what_has_expired_is_revoked_and_not_done": {"plain": _STORED},
    "test_rejects::test_rejects_are_listed_by_a_command": {"kritiq": _COMMAND},
    "test_rejects::test_rejects_are_put_back_by_a_command": {"kritiq": _COMMAND},
    "test_restart::test_delayed_work_outlives_a_shutdown_by_remote_control": {"kritiq": _DELAY},
    "test_results::test_a_failure_is_raised_by_get": {"kritiq": _SIGNATURE, "plain": _STORED},
    "test_results::test_a_failure_names_class_and_module_of_its_exception": {"kritiq": _SIGNATURE, "plain": _STORED},
    "test_results::test_an_end_tells_when_it_was": {"kritiq": _META, "plain": _META},
    "test_results::test_nothing_is_stored_for_a_task_whose_result_is_ignored": {"kritiq": _FOLLOW, "plain": _IGNORED},
}
