"""`kritiq models compare` of two versions that are served."""

import json
from dataclasses import replace
from functools import partial

import orjson
import pytest
import redis

from jobs.agreement import Agreement
from jobs.differing import Difference, Differences
from jobs.feedback import Correction, judged_sentences
from jobs.rollout_evidence import count_name
from model.evaluation.comparison import mcnemar
from ops.model_comparison import uneven
from store.aliases import AliasStore
from store.audit import AuditStore
from store.differing import DifferingStore
from store.feedback import FeedbackStore
from store.jobs import RedisStore
from tests.support.factories import claim, create, succeeded
from tests.unit.ops.conftest import Call

ONE, TWO = "fake/1", "fake/2"


@pytest.fixture
def compare(models: Call) -> Call:
    """Calls `kritiq models compare …` where a worker serves two versions."""
    return partial(models, "compare")


class Split:
    """`default` is split between two versions, all of whose jobs both judge."""

    def __init__(self, client: redis.Redis) -> None:
        self.client, self.jobs = client, RedisStore(client)
        AliasStore(client).move("default", {ONE: 50, TWO: 50}, revision=0, compare=100)

    def judged(self, id: str, food: str, other: str, *, verdict: str | None = None) -> tuple[str, str]:
        """A job of one sentence: what was answered of its food, what the other version says, and what somebody said.
        Which version was answered, and which not."""
        create(self.jobs, "Das Essen.", tenant="default", id=id)
        [held] = claim(self.jobs, serves=[ONE, TWO])
        assert held.choice is not None
        assert held.choice.shadow is not None
        aspects = {"food": {"polarity": food, "confidence": 0.9}} if food != "none" else {}
        result = orjson.dumps({"language": "de", "sentences": [{"index": 0, "text": "Das Essen.", "aspects": aspects}]})
        name, _, version = held.choice.version.partition("/")
        self.jobs.complete([replace(succeeded(held, result), model={"name": name, "version": version})])
        others = {} if other == "none" else {"food": other}
        difference = Difference(line=0, sentence=0, other=others)
        found = Differences(alias="default", rollout=0, version=held.choice.shadow, sentences=[difference])
        assert DifferingStore(self.client).keep(held, found)
        if verdict is not None:
            correction = Correction(sentence=0, aspect="food", polarity=verdict)
            job = self.jobs.get("default", id).job
            assert FeedbackStore(self.client).put(
                job, "de", judged_sentences(result)[0], correction, most=99, ttl_ms=9_999_999
            )
        return held.choice.version, held.choice.shadow


@pytest.fixture
def split(redis_client: redis.Redis) -> Split:
    return Split(redis_client)


def test_sentences_on_which_two_versions_of_a_split_differ_come_first_whichever_was_answered(
    compare: Call, split: Split
) -> None:
    told = {}
    for number in range(8):
        answered, other = split.judged(f"job_{number}", "positive", "none", verdict="positive" if number else None)
        told[f"job_{number}"] = {answered: "positive", other: "none"}
    split.jobs.count(Agreement(alias="default", version=TWO, answered=ONE, sentences=40, same=32).counts())
    split.jobs.count(Agreement(alias="default", version=TWO, answered="fake/0", sentences=60, same=1).counts())
    split.jobs.count(Agreement(alias="elsewhere", version=TWO, answered=ONE, sentences=40, same=1).counts())
    found = json.loads(compare(ONE, TWO, "--json").output)
    assert len({answered for row in told.values() for answered in row if row[answered] == "positive"}) == 2
    assert [row["job_id"] for row in found["disagreements"]] == sorted(told, reverse=True)
    for row in found["disagreements"]:
        of = told[row["job_id"]]
        verdict = None if row["job_id"] == "job_0" else "positive"
        assert row["aspects"] == {"food": {"one": of[ONE], "other": of[TWO], "said": verdict}}
    assert found["agreement"] == [{"alias": "default", "version": TWO, "sentences": 40, "same": 32}]
    right = sum(of[ONE] == "positive" for id, of in told.items() if id != "job_0")
    assert (found["said"]["only_one"], found["said"]["only_other"]) == (right, 7 - right)
    lines = compare(ONE, TWO, "--most", "1").output.splitlines()
    assert lines[0] == "job_7, sentence 0: Das Essen."
    of = told["job_7"]
    assert lines[1] == f"   food: {ONE} says {of[ONE]}, {TWO} {of[TWO]}; somebody has said positive"
    assert "They differ on 8 sentences that are kept, about food in 8." in lines
    assert any(
        line.startswith(f"default: {TWO} says what was answered of 32 of 40 sentences (80.0%, ") for line in lines
    )
    assert "that may be chance" in lines[-1] or "is better" in lines[-1]


def test_where_nobody_has_said_what_is_right_it_says_how_to(compare: Call, split: Split) -> None:
    assert "no review that both have judged" in compare(ONE, TWO).output
    split.judged("job_a", "positive", "negative")
    assert compare(TWO, ONE).output.splitlines()[-1].startswith("Nobody has said which of them is right")
    assert "fake/3 is not served; choose one of fake/1" in compare(ONE, "fake/3", status=1).output
    create(split.jobs, "Das Essen.", tenant="acme")
    assert "no review that both have judged" in compare(ONE, TWO, "--tenant", "acme").output


def test_what_a_rollout_compared_counts_too(compare: Call, redis_client: redis.Redis) -> None:
    aliases, jobs = AliasStore(redis_client), RedisStore(redis_client)
    aliases.roll_out("default", TWO, own=ONE)
    jobs.count({count_name("default", 1, TWO, what): count for what, count in (("sentences", 30), ("same", 27))})
    found = json.loads(compare(TWO, ONE, "--json").output)
    assert found["agreement"] == [{"alias": "default", "version": ONE, "sentences": 30, "same": 27}]


def test_whose_sentences_were_shown_stands_in_the_audit_log(
    compare: Call, split: Split, redis_client: redis.Redis
) -> None:
    split.judged("job_a", "positive", "negative")
    compare(ONE, TWO)
    [entry] = AuditStore(redis_client, most=10, lifetime_s=60).page("default", size=9).entries
    assert (entry.action, entry.objects) == ("kritiq models compare", {"sentences": "1"})


@pytest.mark.parametrize(
    "words",
    [
        (ONE, ONE),
        (ONE, "fake"),
        ("models/kritiq-mini", "models/kritiq-small"),
        (ONE, "no/such/version"),
        (ONE, TWO, "--device", "cpu"),
        (ONE, TWO, "--input", "texts.jsonl", "--tenant", "acme"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(compare: Call, words: tuple[str, ...]) -> None:
    compare(*words, status=2)


def test_directories_are_compared_on_texts_as_before(compare: Call) -> None:
    assert (
        "there is no model directory models/none"
        in compare("models/none", "models/other", "--input", "none.jsonl", status=1).output
    )


@pytest.mark.parametrize(("one", "other"), [(0, 0), (5, 0), (3, 9), (40, 60), (500, 400), (9990, 9700)])
def test_the_chance_of_a_split_is_mcnemars(one: int, other: int) -> None:
    assert uneven(one, other) == pytest.approx(mcnemar(one, other))
