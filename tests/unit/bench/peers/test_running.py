"""A peer's processes: what they are told, which one is killed, and that none is left."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.peers.descendants import descendants, end
from bench.peers.dialect import KRITIQ, LIST_OF_ONE, PLAIN
from bench.peers.peer import PEERS
from bench.peers.place import Place
from bench.peers.running import environment_of

REVIEW = b'{"sentences": [{"aspects": {"food": {"polarity": "positive"}}}, {"aspects": {}}]}'
PEER = {peer.name: peer for peer in PEERS}


def _place(scratch: Path) -> Place:
    return Place(port=6450, redis="redis://127.0.0.1:6451/0", model="/models/m", budget=512, scratch=scratch)


def test_a_peer_reads_what_it_was_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = _place(tmp_path)
    for name, value in place.environment().items():
        monkeypatch.setenv(name, value)
    assert Place.told() == place


def test_no_setting_that_is_set_by_chance_reaches_a_peer(tmp_path: Path) -> None:
    inherited = {"PATH": "/bin", "HOME": "/home", "KRITIQ_BATCH_JOBS": "1", "PYTHONPATH": "/elsewhere"}
    ours = environment_of(PEER["kritiq"], _place(tmp_path), Path("/venv/bin/python"), inherited)
    assert ours["KRITIQ_TOKEN_BUDGET"] == "512"
    assert ours["KRITIQ_DTYPE"] == "float32"
    assert "KRITIQ_BATCH_JOBS" not in ours
    theirs = environment_of(PEER["celery"], _place(tmp_path), Path("/venv/bin/python"), inherited)
    assert not [name for name in theirs if name.startswith("KRITIQ_")]
    assert theirs["PATH"] == "/venv/bin:/bin"
    assert theirs["OMP_NUM_THREADS"] == "1", "two processes share two cores"
    assert theirs["PYTHONPATH"] != "/elsewhere"


def test_all_of_them_get_the_same_settings_of_the_libraries_below_torch(tmp_path: Path) -> None:
    told = [environment_of(peer, _place(tmp_path), Path("/bin/python"), {}) for peer in PEERS]
    assert {each["OMP_WAIT_POLICY"] for each in told} == {"PASSIVE"}


def test_processes_that_have_the_model_are_killed_in_the_order_in_which_they_said_so(tmp_path: Path) -> None:
    place = _place(tmp_path)
    for number, pid in enumerate((300, 20, 100)):
        note = tmp_path / f"{pid}.model"
        note.touch()
        os.utime(note, ns=(number, number))
    assert place.noted() == [300, 20, 100]
    place.note()
    assert place.noted()[-1] == os.getpid()


def test_labels_are_read_from_each_form_of_answer() -> None:
    labels = [{"food": "positive"}, {}]
    assert PLAIN.labels(REVIEW) == labels
    assert LIST_OF_ONE.labels(b"[" + REVIEW + b"]") == labels
    assert KRITIQ.labels(b'{"result": ' + REVIEW + b"}") == labels


@pytest.mark.parametrize("body", [b"", b"[]", b'{"error": 1}', b'{"result": null}'])
def test_an_answer_without_a_review_is_no_answer(body: bytes) -> None:
    for dialect in (PLAIN, LIST_OF_ONE, KRITIQ):
        with pytest.raises(ValueError, match="no review"):
            dialect.labels(body)


def test_what_is_left_below_this_process_is_ended() -> None:
    # A child that has a child of its own, which says its id.
    code = "import subprocess, sys, time; c = subprocess.Popen(['sleep', '60']); print(c.pid, flush=True); c.wait()"
    before = descendants(os.getpid())
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        grandchild = int(child.stdout.readline())
        assert {child.pid, grandchild} <= descendants(os.getpid()) - before
        end({grandchild})
        assert grandchild not in descendants(os.getpid())
        assert child.wait(timeout=30) == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
        assert child.stdout is not None
        child.stdout.close()
        child.wait()
