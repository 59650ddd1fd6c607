"""The ledger's verdict: what is lost, ends twice or comes twice is seen."""

import socket
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.faults import upgrades
from bench.faults.cli import SCENARIOS, cells
from bench.faults.cluster import Cluster
from bench.faults.ledger import Ledger
from bench.faults.proxy import Proxy
from bench.faults.scenario import play
from bench.faults.sentinels import FAR
from bench.faults.verdict import Verdict, judge
from bench.faults.witness import Receiver, Witness

NOW = 1_000.0


class Heard(Witness):
    """What was announced, without a Redis."""

    def __init__(self, ends: dict[str, int]) -> None:
        self.ends, self.at = Counter(ends), {}


class Got(Receiver):
    """What was delivered, without a server."""

    def __init__(self, seen: dict[str, int], of_job: dict[str, set[str]]) -> None:
        self.seen, self.of_job = Counter(seen), of_job


def ledger_of(*ids: str) -> Ledger:
    """Accepted, ended well before and seen so."""
    ledger = Ledger()
    for job_id in ids:
        ledger.accept(job_id, NOW - 1)
        ledger.entries[job_id].first = ledger.entries[job_id].last = ("succeeded", 3, "")
        ledger.entries[job_id].ended_at = NOW
    return ledger


def verdict_on(
    ledger: Ledger, *, receiver: Receiver | None = None, again: bool = False, forgets: bool = False, **ends: int
) -> Verdict:
    verdict = Verdict(scenario="test")
    judge(verdict, ledger, Heard(ends), receiver, ended_at=NOW - 2, again=again, forgets=forgets)
    return verdict


def test_nothing_is_found_where_all_is_well() -> None:
    verdict = verdict_on(ledger_of("a", "b"), a=1, b=1)
    assert (verdict.accepted, verdict.succeeded, verdict.lost, verdict.ended_twice) == (2, 2, 0, 0)
    assert verdict.back_s == 2.0
    assert verdict.kept


def test_what_has_not_ended_is_lost() -> None:
    ledger = ledger_of("a", "b")
    ledger.entries["b"].last = None
    verdict = verdict_on(ledger)
    assert verdict.lost == 1
    assert not verdict.kept


@pytest.mark.parametrize(("forgets", "forgotten", "lost"), [(True, 1, 1), (False, 0, 2)])
def test_what_gives_way_is_not_lost_only_where_it_had_ended_and_may(forgets: bool, forgotten: int, lost: int) -> None:
    ledger = ledger_of("a", "b", "c")
    ledger.entries["b"].last = ledger.entries["c"].last = None
    ledger.entries["b"].forgotten = True
    verdict = verdict_on(ledger, forgets=forgets)
    assert (verdict.succeeded, verdict.forgotten, verdict.lost) == (1, forgotten, lost)
    assert not verdict.kept
    assert ("2" if not forgets else "1, 1 forgotten") in cells(verdict)


def test_lines_that_are_missing_are_lost() -> None:
    ledger = ledger_of("a")
    ledger.accept_batch("batch_1", 3)
    ledger.lines["batch_1"] = {1: ("succeeded", None), 2: ("failed", "worker_lost")}
    verdict = verdict_on(ledger)
    assert (verdict.accepted, verdict.lost, verdict.failed) == (4, 1, {"worker_lost": 1})


def test_two_announcements_of_an_end_are_two_ends() -> None:
    verdict = verdict_on(ledger_of("a", "b"), a=2, b=1, somebody_elses=2)
    assert verdict.ended_twice == 1
    assert not verdict.kept


def test_a_record_that_changes_after_its_end_ended_twice() -> None:
    ledger = ledger_of("a")
    ledger.entries["a"].last = ("failed", 5, "")
    assert verdict_on(ledger).ended_twice == 1


def test_a_webhook_that_comes_twice_is_within_the_promise_only_where_its_sender_was_hit() -> None:
    got = Got({"msg_a": 2}, {"a": {"msg_a"}})
    assert verdict_on(ledger_of("a"), receiver=got).delivered_twice == 1
    hit = verdict_on(ledger_of("a"), receiver=got, again=True)
    assert (hit.delivered_twice, hit.repeated) == (0, 1)


def test_two_webhook_ids_for_one_job_are_never_within_the_promise() -> None:
    got = Got({"msg_a": 1, "msg_b": 1}, {"a": {"msg_a", "msg_b"}})
    assert verdict_on(ledger_of("a"), receiver=got, again=True).delivered_twice == 1


def test_a_webhook_that_never_comes_is_missed() -> None:
    verdict = verdict_on(ledger_of("a"), receiver=Got({}, {}))
    assert verdict.undelivered == 1
    assert not verdict.kept


@pytest.mark.parametrize("back_s", [None, 10.5])
def test_a_service_that_is_not_back_in_time_breaks_the_promise(back_s: float | None) -> None:
    assert not Verdict(scenario="test", back_s=back_s).kept


def test_what_is_not_covered_may_be_lost_but_must_come_back() -> None:
    assert Verdict(scenario="test", covered=False, lost=3, back_s=1.0).kept
    assert not Verdict(scenario="test", covered=False, lost=3, back_s=None).kept


def test_every_scenario_has_a_name_of_its_own_and_a_line_in_the_table() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(set(names)) == len(names)
    assert (
        len({len(cells(Verdict(scenario=name, skipped=skipped))) for name in names for skipped in (None, "why")}) == 1
    )


@pytest.fixture
def echo() -> Any:
    """A server that says everything back."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with connection:
            while data := connection.recv(1024):
                connection.sendall(data)

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()


def say(line: socket.socket, data: bytes, timeout_s: float) -> bytes | None:
    """The echo of `data`, or None when nothing comes."""
    line.settimeout(timeout_s)
    line.sendall(data)
    try:
        return line.recv(1024)
    except TimeoutError:
        return None


def test_the_line_passes_drops_and_stays_dead(echo: int) -> None:
    with Proxy(echo) as proxy, socket.create_connection(("127.0.0.1", proxy.port)) as line:
        assert say(line, b"one", 10) == b"one"
        proxy.dropping.set()
        assert say(line, b"two", 0.1) is None
        proxy.dropping.clear()
        assert say(line, b"three", 0.1) is None
        with socket.create_connection(("127.0.0.1", proxy.port)) as other:
            assert say(other, b"four", 10) == b"four"


def test_the_line_is_cut_for_those_alone_who_come_from_one_side(echo: int) -> None:
    with (
        Proxy(echo) as proxy,
        socket.create_connection(("127.0.0.1", proxy.port)) as near,
        socket.create_connection(("127.0.0.1", proxy.port), source_address=(FAR, 0)) as far,
    ):
        assert (say(near, b"one", 10), say(far, b"one", 10)) == (b"one", b"one")
        proxy.cut_off = FAR
        assert (say(near, b"two", 10), say(far, b"two", 0.1)) == (b"two", None)
        proxy.cut_off = None
        with socket.create_connection(("127.0.0.1", proxy.port), source_address=(FAR, 0)) as again:
            assert say(again, b"three", 10) == b"three"


def test_the_line_delays(echo: int) -> None:
    with Proxy(echo) as proxy, socket.create_connection(("127.0.0.1", proxy.port)) as line:
        proxy.delay_s = 0.1
        began = time.monotonic()
        assert say(line, b"one", 10) == b"one"
        assert time.monotonic() - began >= 0.2


def test_a_cut_is_told_and_a_half_closed_line_is_not(echo: int) -> None:
    with Proxy(echo) as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port)) as line:
            assert say(line, b"one", 10) == b"one"
            proxy.reset()
            line.settimeout(10)
            assert line.recv(1) == b""
        with socket.create_connection(("127.0.0.1", proxy.port)) as line:
            assert say(line, b"one", 10) == b"one"
            proxy.half_close()
            assert say(line, b"two", 0.1) is None


def test_an_upgrade_is_skipped_where_nothing_is_named_to_begin_with() -> None:
    for scenario in upgrades.scenarios(None):
        skipped = play(scenario, scale=1, seed=1)
        assert (skipped.skipped, skipped.kept) == ("needs --former", True)


def test_an_upgrade_begins_with_all_processes_of_the_former_commit_and_replaces_each_role(tmp_path: Path) -> None:
    for scenario in upgrades.scenarios(tmp_path):
        cluster = Cluster(**scenario.cluster())
        try:
            assert cluster.former_roles == set(upgrades.DOCUMENTED) == set(upgrades.API_FIRST)
        finally:
            cluster.__exit__()
