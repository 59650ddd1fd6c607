"""Which peers are measured, in turns, and what becomes of those that cannot be."""

from collections.abc import Callable

import pytest

from bench.peers.environment import REQUIREMENTS, NotHere
from bench.peers.figures import Figures, Row
from bench.peers.peer import DIRECT, PEERS, Peer
from bench.peers.plan import in_rounds, wanted


def figures(rate: float = 100.0, **more: float) -> Figures:
    return Figures(**{"reviews_per_s": rate, "idle_p50_ms": 9.0, "idle_p99_ms": 15.0, "bulk_s": 30.0} | more)


def rows(names: list[str], rounds: int, measure: Callable[[Peer], Figures], **reasons: str) -> dict[str, Row]:
    peers = wanted(names)
    return {peer.name: row for peer, row in zip(peers, in_rounds(peers, rounds, measure, reasons), strict=True)}


def test_all_are_wanted_unless_some_are_named_and_direct_prediction_always() -> None:
    assert wanted([]) == list(PEERS)
    assert [peer.name for peer in wanted(["rq", "kritiq"])] == [DIRECT, "kritiq", "rq"]


def test_rounds_are_taken_in_turns() -> None:
    order: list[str] = []

    def measure(peer: Peer) -> Figures:
        order.append(peer.name)
        return figures(len(order))

    found = rows(["rq", "celery"], 2, measure)
    assert order == [DIRECT, "celery", "rq"] * 2
    assert [each.reviews_per_s for each in found["celery"].rounds] == [2, 5]
    assert [each.reviews_per_s for each in found["celery"].direct] == [1, 4]
    assert found["celery"].rate_ratio == (2 / 1 + 5 / 4) / 2


def test_who_fails_is_left_out_with_its_reason_and_the_others_go_on() -> None:
    asked: list[str] = []

    def measure(peer: Peer) -> Figures:
        asked.append(peer.name)
        if peer.name == "celery":
            raise NotHere("not started: no such option")
        return figures()

    found = rows(["celery", "rq"], 3, measure)
    assert asked.count("celery") == 1
    assert found["celery"].why_not == "not started: no such option"
    assert len(found["rq"].rounds) == 3


def test_who_was_not_installed_is_not_asked() -> None:
    def measure(peer: Peer) -> Figures:
        assert peer.name != "torchserve"
        return figures()

    assert rows(["torchserve"], 1, measure, torchserve="needs `java`")["torchserve"].why_not == "needs `java`"


@pytest.mark.parametrize("peer", [peer for peer in PEERS if peer.own_environment], ids=lambda peer: peer.name)
def test_each_environment_has_pinned_versions_and_the_same_torch(peer: Peer) -> None:
    lines = (REQUIREMENTS / f"{peer.name}.txt").read_text(encoding="utf-8").split()
    assert "torch==2.13.0" in lines
    assert [line for line in lines if line.count("==") != 1] == []


def test_every_file_of_requirements_is_a_peers() -> None:
    assert {path.stem for path in REQUIREMENTS.glob("*.txt")} == {peer.name for peer in PEERS if peer.own_environment}
