"""What the scripts do with which keys, on all of their ways: the ACL allows it to whoever runs them, and the catalogue
says who writes what."""

import re
from fnmatch import fnmatchcase

import pytest

from store import keys
from store.scripts import REPLICATED
from tests.support.script_keys import READS, sample, touched
from tests.unit.store.test_keys import PROCESSES, ROLES, SCRIPTS, patterns

#: The scripts that each process runs. Putting rejects back is the operator's.
RUNS = {
    "api": {
        "job/create", "job/cancel", "job/delete", "job/blank", "job/place", "job/overview", "job/oldest",
        "process/push", "process/mark",
        "batch/create", "batch/cancel", "batch/delete", "batch/erase_lines", "batch/forget_answers",
        "batch/forget_author", "batch/go_on", "batch/stage", "batch/unstage", "file/put_part", "file/finish",
        "file/delete", "feedback/put", "feedback/delete", "delivery/put_endpoint",
        "access/create_key", "access/rotate_key", "access/revoke_key", "access/touch_key",
        "access/create_session", "access/create_link", "access/open_link", "access/take_requests",
        "delivery/delete_endpoint", "delivery/ping", "delivery/replay", "delivery/recover",
        "model/move_alias", "model/delete_alias", "model/retrain", "job/revoke", "privacy/ask",
    },
    "worker": {
        "job/claim", "job/adopt", "job/take", "job/renew", "job/mark_line", "job/complete", "job/release", "job/sweep",
        "job/note_progress", "job/gather", "job/reject", "job/follow_up", "job/followed_up", "job/untold", "job/revoke",
        "job/cancel", "job/overview", "job/report", "job/count", "model/differ", "cache/look_up", "cache/remember",
        "process/push", "process/mark", "watch/add", "model/retrain",
    },
    "delivery": {
        "delivery/lease", "delivery/snapshot", "delivery/record", "job/report", "process/push", "process/mark",
    },
    "reconciler": {
        "job/sweep", "job/reconcile", "job/revive", "job/report", "job/heads", "cache/forget", "process/push",
        "process/mark", "job/forget_rejects", "job/forget", "delivery/forget",
        "delivery/index_ended", "job/index_ends", "model/move_alias", "model/take_back", "model/waited",
        "model/give_up", "model/note_lost",
        # For erasures.
        "privacy/claim", "privacy/renew", "privacy/settle", "job/delete", "batch/delete", "batch/go_on",
        "batch/erase_lines", "batch/forget_answers", "batch/forget_author", "file/delete", "feedback/delete",
        "watch/forget", "job/blank",
        "job/seal_result", "job/pack_results", "job/recall_results", "usage/fold",
    },
    "archive": {"process/push", "archive/switch", "archive/filed", "archive/note_erased"},
    "operator": {"job/put_back", "archive/switch"},
}  # fmt: skip
CATALOGUE = {sample(key): key for key in keys.catalogue().values()}
#: Arguments that name a queue (`test_keys` holds those against the ACL), or a key that is given.
GIVEN = {
    "up", "KEYS[i]", "KEYS[i + 1]", "job.list", "revoked", "queue", "job.queue", "about.queue", "KEYS[1]", "list",
    "RETRAIN_QUEUE", "unpack(CELERY_LISTS)", "unpack(turns_everywhere)",
}  # fmt: skip


def done_by(process: str) -> set[tuple[str, str]]:
    """Commands and keys of all scripts that a process runs."""
    return {done for script in RUNS[process] for done in touched(script).commands}


def rules_of(process: str) -> str:
    text = re.sub(r"#.*", "", ROLES.read_text(encoding="utf-8"))
    return text.partition(f"user {process} ")[2].partition("\nuser ")[0]


def commands_of(process: str) -> set[str]:
    return set(re.findall(r"\+([\w|]+)", rules_of(process)))


def test_somebody_runs_every_script() -> None:
    assert set().union(*RUNS.values()) == set(SCRIPTS)


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_a_script_touches_is_a_queue_or_in_the_catalogue(script: str) -> None:
    found = touched(script)
    assert {key for _, key in found.commands} <= CATALOGUE.keys()
    assert found.unknown <= GIVEN


@pytest.mark.parametrize("process", PROCESSES)
def test_the_acl_allows_a_process_all_that_its_scripts_do(process: str) -> None:
    writes, reads = patterns(process)
    rules = rules_of(process)
    commands = commands_of(process)
    channels = set(re.findall(r"&(\S+)", rules))

    def allowed(command: str, key: str) -> bool:
        places = channels if command == "PUBLISH" else writes | reads if command in READS else writes
        return command.lower() in commands and any(fnmatchcase(key, place) for place in places)

    assert [done for done in sorted(done_by(process)) if not allowed(*done)] == []


@pytest.mark.parametrize("process", PROCESSES)
def test_the_acl_lets_a_process_wait_for_replicas_that_must_have_what_its_scripts_write(process: str) -> None:
    assert not RUNS[process] & REPLICATED or "wait" in commands_of(process)


@pytest.mark.parametrize("process", PROCESSES)
def test_who_writes_a_key_is_named_as_its_owner(process: str) -> None:
    written = {key for command, key in done_by(process) if command not in READS}
    assert [key for key in sorted(written) if process not in CATALOGUE[key].owner.split(", ")] == []


def test_an_endpoints_sets_are_found_though_their_names_are_put_together() -> None:
    taken_out = {key.rpartition(":")[2] for command, key in touched("job/adopt").commands if command == "ZREM"}
    assert {"due", "manual", "inflight"} <= taken_out
