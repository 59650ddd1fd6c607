"""What is to become of a rollout, by what is known of it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from jobs.reason import because
from jobs.rollout import Bounds, Rollout, RolloutState
from jobs.rollout_evidence import Arm, Evidence, count_name, evidence_of, pace_bin
from jobs.served import ModelState, ServedModel, Serving
from watch.rollout import Next, Served, Verdict, served_of, verdict
from watch.statistics import wilson

ONE, TWO = "fake/1", "fake/2"
ROLLOUT = Rollout(number=1, stable=ONE, candidate=TWO, steps=(5, 25), bounds=Bounds(min_reviews=500))
SERVED = Served(workers=2, candidate=2, both=2)
FOOD = {"food": {"positive": 900, "negative": 300}}
PACES = {20: 95, 24: 5}


def known(*, same: int = 1_450, **candidate: Any) -> Evidence:
    """Enough of a candidate that keeps all bounds, but for what is given."""
    arm = Arm(version=TWO, reviews=500, paces=PACES, polarities=FOOD)
    return Evidence(
        stable=Arm(version=ONE, reviews=9_500, paces=PACES, polarities=FOOD), candidate=replace(arm, **candidate),
        compared=500, sentences=1_500, same=same,
    )  # fmt: skip


def found(evidence: Evidence, served: Served = SERVED, **bounds: Any) -> Verdict:
    return verdict(replace(ROLLOUT, bounds=replace(ROLLOUT.bounds, **bounds)), evidence, served)


def test_who_keeps_all_bounds_goes_on_and_it_is_said_why() -> None:
    told = found(known())
    assert told.next is Next.GO_ON
    assert told.why == (
        "Reviews judged in this step: 500. Reviews that came to nothing: 0 of 500 (by chance that may stand for 0.0% to"
        " 1.8%); at most 2.0% may. It says the same of 96.7% of the sentences (93.3% to 98.4%; sentences: 1500,"
        " reviews: 500); 90.0% are asked for. Of 100 sentences the slowest 5 take it 1.0 times as long; at most 1.5 are"
        " allowed. What it says has shifted by 0.00 at most; 0.25 is allowed."
    )


def test_with_too_little_traffic_it_stays_and_says_so() -> None:
    told = found(known(reviews=120))
    assert (told.next, told.why) == (Next.WAIT, "Reviews judged in this step: 120 of 500.")


def test_reviews_of_the_step_before_do_not_count_for_the_next() -> None:
    second = replace(ROLLOUT, step=1, reviews_before=400)
    assert "100 of 500" in verdict(second, known(), SERVED).why


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"same": 1_200}, "It says the same of 80.0% of the sentences"),
        ({"failed": 40}, "Reviews that came to nothing: 40 of 500 "),
        ({"lost": 40}, "Reviews that came to nothing: 40 of 540 "),
        ({"paces": {24: 90, 28: 10}}, "the slowest 5 take it 4.0 times as long"),
        ({"polarities": {"food": {"positive": 300, "negative": 900}}}, "by fake/1: a shift of"),
        ({"polarities": {**FOOD, "price": {"negative": 900}}}, "Price is mentioned where it was not"),
    ],
)
def test_who_breaks_one_bound_is_rolled_back(broken: dict[str, Any], words: str) -> None:
    told = found(known(**broken))
    assert told.next is Next.ROLL_BACK
    assert words in told.why


@pytest.mark.parametrize("bound", ["min_agreement", "max_slowdown", "max_drift"])
def test_a_bound_that_is_none_is_not_looked_at(bound: str) -> None:
    broken = {
        "min_agreement": {"same": 900}, "max_slowdown": {"paces": {40: 100}},
        "max_drift": {"polarities": {"food": {"negative": 1_200}}},
    }[bound]  # fmt: skip
    assert found(known(**broken)).next is Next.ROLL_BACK
    assert found(known(**broken), **{bound: None}).next is Next.GO_ON


def test_what_chance_may_have_done_neither_goes_on_nor_is_rolled_back() -> None:
    told = found(known(same=1_365))
    assert (told.next, told.why[:35]) == (Next.WAIT, "It says the same of 91.0% of the se")


def test_one_failure_among_few_reviews_says_nothing() -> None:
    assert found(known(reviews=3, failed=1)).next is Next.WAIT
    assert found(known(reviews=30, failed=30)).next is Next.ROLL_BACK


def test_nobody_compares_what_no_worker_serves_both_of() -> None:
    told = found(known(), replace(SERVED, both=0))
    assert (told.next, told.why) == (
        Next.WAIT, "No worker serves both versions, so that nobody compares them."
    )  # fmt: skip


def test_a_candidate_that_no_worker_can_load_is_rolled_back_at_once_and_one_that_is_gone_after_a_while() -> None:
    nowhere = replace(SERVED, candidate=0, both=0)
    assert found(known(), replace(nowhere, error="ArtifactError: cut off")) == Verdict(
        next=Next.ROLL_BACK, reasons=(because("not_loaded", error="ArtifactError: cut off"),)
    )
    assert found(known(), nowhere).next is Next.WAIT
    assert found(known(), replace(nowhere, gone=True)).next is Next.ROLL_BACK
    assert found(known(), Served(workers=0, candidate=0, both=0)).why == "No worker is up."


def test_where_it_is_served_is_what_the_workers_tell() -> None:
    def worker(name: str, **states: ModelState) -> Serving:
        models = [ServedModel(version=f"fake/{of[1:]}", state=state, error="Why") for of, state in states.items()]
        return Serving(worker=name, models=models)

    workers = [
        worker("a", v1=ModelState.LOADED, v2=ModelState.UNLOADED), worker("b", v1=ModelState.LOADED),
        worker("c", v2=ModelState.FAILED),
    ]  # fmt: skip
    assert served_of(ROLLOUT, workers) == Served(workers=3, candidate=1, both=1, error="Why")


def test_counts_of_another_rollout_are_left_out() -> None:
    counts = {count_name("default", number, TWO, "reviews"): 7 * number for number in (1, 2)}
    counts |= {
        count_name("default", 1, TWO, "said|food|positive"): 3,
        count_name("default", 1, ONE, pace_bin(0.032, 1)): 9,
    }
    told = evidence_of(ROLLOUT, {name.split("|", 2)[2]: count for name, count in counts.items()})
    assert (told.candidate.reviews, told.candidate.polarities, told.stable.paces) == (
        7,
        {"food": {"positive": 3}},
        {20: 9},
    )
    assert told.stable.high_ms == 32.0


@given(st.integers(0, 40), st.integers(1, 400))
def test_the_interval_is_scipys(good: int, more: int) -> None:
    size = good + more
    low, high = wilson(good / size, size, 1.959963984540054)
    theirs = binomtest(good, size).proportion_ci(0.95, method="wilson")
    assert (low, high) == (pytest.approx(theirs.low, abs=1e-9), pytest.approx(theirs.high, abs=1e-9))


@given(st.integers(0, 500), st.integers(0, 500))
def test_more_that_is_the_same_never_makes_it_worse(one: int, other: int) -> None:
    order = [Next.ROLL_BACK, Next.WAIT, Next.GO_ON]
    few, many = sorted((one, other))
    assert order.index(found(known(same=3 * few)).next) <= order.index(found(known(same=3 * many)).next)


def test_behind_the_last_step_it_is_promoted_and_an_end_is_an_end() -> None:
    second = ROLLOUT.stepped([], 5, reviews=500)
    assert (second.versions, second.reviews_before) == ({ONE: 75, TWO: 25}, 500)
    third = second.stepped([], 9, reviews=1_000)
    assert (third.state, third.versions, third.ended_at) == (RolloutState.PROMOTED, {TWO: 100}, 9)
    with pytest.raises(AssertionError):
        third.stepped([], 9, reviews=1_000)
    assert third.overtaken({ONE: 100}, 10) is third


@pytest.mark.parametrize(
    ("to", "state"),
    [
        ({ONE: 100}, RolloutState.ROLLED_BACK), ({TWO: 100}, RolloutState.PROMOTED),
        ({"fake/3": 100}, RolloutState.OVERTAKEN), ({ONE: 50, TWO: 50}, RolloutState.OVERTAKEN),
    ],
)  # fmt: skip
def test_whoever_moves_the_alias_ends_it(to: dict[str, int], state: RolloutState) -> None:
    assert ROLLOUT.overtaken(to, 7).state is state
