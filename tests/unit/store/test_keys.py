"""The key catalogue, the scripts that get their names from it, and the ACL that spells the same names again."""

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from store import keys, lua, queues
from tests.support.script_keys import sample

ROLES = Path(__file__).parents[3] / "deploy" / "redis" / "roles.acl"
SCRIPTS = sorted(
    str(path.relative_to(path.parents[1]).with_suffix(""))
    for path in Path(lua.__file__).parent.glob("*/*.lua")
    if path.parent.name != "lib"
)
PROCESSES = ("api", "worker", "delivery", "reconciler", "archive")


def patterns(process: str) -> tuple[set[str], set[str]]:
    """What the ACL lets a process write, and what it lets it only read, as glob patterns."""
    text = re.sub(r"#.*", "", ROLES.read_text(encoding="utf-8"))
    rules = re.search(rf"user {process} (.*?)(?=user [\w-]+ |\Z)", text, re.S)
    assert rules is not None
    found = re.findall(r"(%R)?~(\S+)", rules.group(1))
    return {pattern for read, pattern in found if not read}, {pattern for read, pattern in found if read}


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("name", sorted(keys.catalogue()))
def test_a_process_may_write_what_it_owns(process: str, name: str) -> None:
    key = keys.catalogue()[name]
    if key.kind is not keys.Kind.CHANNEL and process in key.owner.split(", "):
        writes, _ = patterns(process)
        assert any(fnmatchcase(sample(key), pattern) for pattern in writes), (process, key)


@pytest.mark.parametrize("process", PROCESSES)
def test_the_acl_names_no_key_that_is_not_in_the_catalogue(process: str) -> None:
    samples = [sample(key) for key in keys.catalogue().values()]
    ours = {pattern for found in patterns(process) for pattern in found if pattern.startswith("kritiq:")}
    assert ours
    assert [pattern for pattern in ours if not any(fnmatchcase(name, pattern) for name in samples)] == []


#: What each role writes and reads of the queues.
QUEUES_OF = {
    # It puts jobs and retrainings in, and takes texts out of what Celery clients put beside them.
    "api": ({*queues.ALL_QUEUES, queues.PLAIN_QUEUE, queues.RETRAIN_QUEUE},) * 2,
    # Stock consumers of ours are workers too.
    "worker": ({*queues.ALL_QUEUES, queues.PLAIN_QUEUE, queues.RETRAIN_QUEUE, queues.SWEEP_QUEUE},) * 2,
    "reconciler": ({*queues.ALL_QUEUES, queues.PLAIN_QUEUE},) * 2,
    "flower": (set[str](), {*queues.ALL_QUEUES, queues.PLAIN_QUEUE}),
    "delivery": (set[str](), set[str]()),
    "archive": (set[str](), set[str]()),
    "health": (set[str](), set[str]()),
}


@pytest.mark.parametrize("role", QUEUES_OF)
def test_a_role_reaches_the_queues_that_it_needs_and_no_others(role: str) -> None:
    writes, reads = patterns(role)

    def reached(found: set[str]) -> set[str]:
        every = {*queues.ALL_QUEUES, queues.PLAIN_QUEUE, queues.RETRAIN_QUEUE, queues.SWEEP_QUEUE}
        return {queue for queue in every if any(fnmatchcase(queue, pattern) for pattern in found)}

    assert (reached(writes), reached(writes | reads)) == QUEUES_OF[role]


@pytest.mark.parametrize("role", QUEUES_OF)
def test_the_acl_names_no_queue_that_there_is_not(role: str) -> None:
    every = {*queues.ALL_QUEUES, queues.PLAIN_QUEUE, queues.RETRAIN_QUEUE, queues.SWEEP_QUEUE}
    named = {pattern for found in patterns(role) for pattern in found if pattern.startswith("kritiq.")}
    assert [pattern for pattern in named if not any(fnmatchcase(queue, pattern) for queue in every)] == []


def test_a_key_is_spelled_the_same_in_python_and_in_lua() -> None:
    assert keys.JOB("tenant", "job_1") == "kritiq:tenant:job:job_1"
    assert keys.JOB.lua() == "function(tenant, id) return 'kritiq:' .. tenant .. ':job:' .. id end"
    assert keys.CLAIMS.lua() == "'kritiq:claims'"


def test_a_key_wants_all_of_its_parts() -> None:
    with pytest.raises(ValueError, match="zip"):
        keys.JOB("tenant")


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_spell_no_key_themselves(script: str) -> None:
    text = (Path(lua.__file__).parent / f"{script}.lua").read_text(encoding="utf-8")
    assert re.findall(r"'kritiq:[^']*'", text) == []


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_has_every_key_that_it_uses(script: str) -> None:
    code = lua.load(script)
    header = code[: code.index("}\n")]
    assert [name for name in set(re.findall(r"\bkey\.(\w+)", code)) if f"  {name} = " not in header] == []
