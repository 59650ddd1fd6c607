"""`kritiq review`: a person labels what the model is least sure of."""

import orjson
import pytest
import redis
from click.testing import CliRunner, Result

from jobs.differing import Difference, Differences
from jobs.feedback import Answers, line_id
from jobs.job import DEFAULT_TENANT
from jobs.line import Line
from jobs.request import JobRequest, Priority
from jobs.submission import new_batch
from model.scheme import DEFAULT_SCHEME
from ops.command import cli
from store import keys
from store.aliases import AliasStore
from store.answers import AnswerStore
from store.batches import BatchStore
from store.differing import DifferingStore
from store.feedback import FeedbackStore
from store.jobs import RedisStore
from store.traffic import model_key
from tests.support.commands import Kritiq
from tests.support.factories import MODEL, FakePredictor, claim, create, make_claim, make_settings, work_off
from worker.predict.pipeline import Pipeline

#: A review with a sentence that it is sure of, one that it is not, and one without an opinion.
RESULT = orjson.dumps(
    {
        "language": "de",
        "sentences": [
            {"index": 0, "text": "Sicher.", "aspects": {"food": {"polarity": "positive", "confidence": 0.97}}},
            {
                "index": 1, "text": "Unsicher.",
                "aspects": {
                    "service": {"polarity": "negative", "confidence": 0.51},
                    "food": {"polarity": "positive", "confidence": 0.8},
                },
            },
            {"index": 2, "text": "Nichts.", "aspects": {"food": {"polarity": "none", "confidence": 0.5}}},
        ],
    }
)  # fmt: skip


@pytest.fixture(autouse=True)
def judged(kritiq: Kritiq, redis_client: redis.Redis) -> None:
    """A review was judged, by a model that has told what it may say."""
    answers = Answers(aspects=DEFAULT_SCHEME.aspects, polarities=DEFAULT_SCHEME.polarities)
    AnswerStore(redis_client).set(model_key(MODEL["name"], MODEL["version"]), answers)
    store = RedisStore(redis_client)
    create(store, id="job_one", restaurant="adler")
    work_off(store, RESULT)


def review(*lines: str, words: tuple[str, ...] = ()) -> Result:
    """Answers with these lines."""
    done = CliRunner().invoke(cli, ["review", *words], input="".join(f"{line}\n" for line in lines))
    assert done.exit_code == 0, done.output
    return done


def kept_corrections(redis_client: redis.Redis) -> set[tuple[int, str, str, str | None]]:
    """What is kept."""
    found = FeedbackStore(redis_client).of(DEFAULT_TENANT, "job_one")
    corrections = found.corrections if found else ()
    return {(each.sentence, each.aspect, each.polarity, each.by) for each in corrections}


def test_what_it_is_least_sure_of_comes_first_and_what_is_said_is_kept(redis_client: redis.Redis) -> None:
    told = review("service=neutral food=none", "ok", words=("--by", "anna")).stdout
    assert told.index("1 of 2: Unsicher.") < told.index("service negative, 51%") < told.index("food positive, 80%")
    assert told.index("food positive, 80%") < told.index("2 of 2: Sicher.")
    assert "Nichts." not in told
    assert told.endswith("3 opinions are kept\n")
    corrections = {(1, "service", "neutral", "anna"), (1, "food", "none", "anna"), (0, "food", "positive", "anna")}
    assert kept_corrections(redis_client) == corrections
    assert "there is no opinion that nobody has spoken of" in review().stdout
    assert "Sicher" not in repr(redis_client.xrange(keys.AUDIT(DEFAULT_TENANT)))


def test_beside_ok_the_others_are_right(redis_client: redis.Redis) -> None:
    review("ok service=positive", "q")
    assert kept_corrections(redis_client) == {(1, "service", "positive", None), (1, "food", "positive", None)}


@pytest.mark.parametrize("lines", [("q",), (), ("", "")], ids=["q", "the end of the input", "nothing"])
def test_who_says_nothing_has_nothing_kept(lines: tuple[str, ...], redis_client: redis.Redis) -> None:
    assert review(*lines).stdout.endswith("0 opinions are kept\n")
    assert kept_corrections(redis_client) == set()


def test_what_cannot_be_read_is_asked_again(redis_client: redis.Redis) -> None:
    done = review("wine=positive", "food=great", "good", "food=negative", "q")
    assert [line.partition(";")[0] for line in done.stderr.splitlines()] == [
        "there is no aspect wine", "there is no polarity great", "good should be ok, or ASPECT=POLARITY",
    ]  # fmt: skip
    assert kept_corrections(redis_client) == {(1, "food", "negative", None)}


def test_as_many_are_shown_as_are_wanted_of_the_restaurant_that_is_named() -> None:
    assert "1 of 1: Unsicher." in review("q", words=("--most", "1", "--restaurant", "adler")).stdout
    assert "there is no opinion" in review(words=("--restaurant", "krone")).stdout


def test_lines_of_batches_are_shown_beside_single_reviews(redis_client: redis.Redis) -> None:
    store, batches = RedisStore(redis_client), BatchStore(redis_client)
    made = new_batch(JobRequest(priority=Priority.BULK, restaurant="krone"), make_settings())
    texts = ("Das Essen war gut.", "Der Wein war gut.")
    batch = batches.create(made, [Line(number=n, text=text) for n, text in enumerate(texts, 1)], target=100)
    pipeline = Pipeline(FakePredictor().as_predictor())
    store.complete(pipeline.judge(pipeline.prepare(claim(store))))
    told = review("food=none", words=("--restaurant", "krone", "--most", "9", "--by", "anna")).stdout
    assert "1 of 2: Das Essen war gut." in told
    assert "2 of 2: Der Wein war gut." in told
    found = FeedbackStore(redis_client).of(DEFAULT_TENANT, line_id(batch.id, 1))
    assert found is not None
    assert [(each.aspect, each.polarity, each.by) for each in found.corrections] == [("food", "none", "anna")]
    assert "1 of 3: Unsicher." in review("q").stdout, "of all reviews together the least sure is first"


def test_where_two_versions_differ_comes_first_until_somebody_says_which_is_right(redis_client: redis.Redis) -> None:
    disputed(redis_client)
    told = review("food=positive", words=("--most", "1")).stdout
    assert "1 of 1: Sicher." in told
    assert "food positive, 97%; fake/2 says negative" in told
    assert "price none; fake/2 says neutral" in told
    assert "1 of 2: Sicher." in review("price=none", "q").stdout, "of the price nobody has spoken"
    assert "1 of 1: Unsicher." in review("q").stdout


def test_ok_is_of_what_only_the_other_version_says_too_and_leaves_what_somebody_has_said(
    redis_client: redis.Redis,
) -> None:
    disputed(redis_client)
    review("food=negative", "q")
    told = review("ok", "q").stdout
    assert "1 of 2: Sicher." in told
    assert "food positive, 97%; fake/2 says negative; somebody has said negative" in told
    assert kept_corrections(redis_client) == {(0, "food", "negative", None), (0, "price", "none", None)}
    assert "1 of 1: Unsicher." in review("q").stdout


def test_the_status_of_a_rollout_shows_them(kritiq: Kritiq, redis_client: redis.Redis) -> None:
    disputed(redis_client)
    told = kritiq("models", "rollout", "status", "default", "--examples", "3").stdout
    assert "job_one, sentence 0: Sicher." in told
    assert "food: positive; fake/2 says negative" in told
    assert "Sicher" not in kritiq("models", "rollout", "status", "default").stdout
    create(RedisStore(redis_client), tenant="acme")
    assert "Sicher" not in kritiq("models", "rollout", "status", "--examples", "3", "--tenant", "acme").stdout


def disputed(redis_client: redis.Redis) -> None:
    """In a rollout, both versions judged the review, and differ on its first sentence."""
    moved = AliasStore(redis_client).roll_out("default", "fake/1", own="fake/2")
    assert moved.rollout is not None
    other = {"food": "negative", "price": "neutral"}
    found = Differences(
        alias="default", rollout=moved.rollout.number, version="fake/2",
        sentences=[Difference(line=0, sentence=0, other=other)],
    )  # fmt: skip
    assert DifferingStore(redis_client).keep(make_claim(id="job_one"), found)


def test_of_a_review_that_was_deleted_meanwhile_nothing_is_kept(
    redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answered(*of: object, **how: object) -> str:
        RedisStore(redis_client).delete(DEFAULT_TENANT, "job_one")
        return "ok"

    monkeypatch.setattr("click.prompt", answered)
    done = review(words=("--most", "1"))
    assert "its job was deleted meanwhile" in done.stderr
    assert done.stdout.endswith("0 opinions are kept\n")


def test_an_id_that_no_client_could_have_is_refused(kritiq: Kritiq) -> None:
    assert "--by" in kritiq("review", "--by", "a\nb", status=2).output
