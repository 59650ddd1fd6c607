"""The task's own signature: what may be given, and what happens to what may not."""

from typing import Any

import pytest

from tests.celery.subjects import REVIEW, Running
from tests.celery.work import result_of

pytestmark = pytest.mark.integration

#: Each option of the task with a value that it takes.
OPTIONS = {
    "language": "en",
    "include_none": True,
    "restaurant": "zum-hirschen",
    "reviewed_at": "2026-11-14T09:30:00Z",
    "metadata": {"stars": 4, "tags": ["abends"]},
    "priority": "high",
    "ttl": 3600,
    "external_author": "Björn | 7",
    "evidence": False,
    "model": None,
}


def test_one_text_is_judged(there: Running) -> None:
    assert there.value(there.send(REVIEW)) == result_of(REVIEW)


def test_a_text_by_its_name_is_judged(there: Running) -> None:
    assert there.value(there.send(kwargs={"text": REVIEW})) == result_of(REVIEW)


def test_umlauts_and_emoji_come_back_as_they_were_sent(there: Running) -> None:
    text = "Käsespätzle 🧀 für 9 €, \u2028 naïve\u0000Brühe"
    value = there.value(there.send(text))
    assert "".join(sentence["text"] for sentence in value["sentences"]) == text


def test_aspects_that_are_not_mentioned_are_listed_on_request(there: Running) -> None:
    value = there.value(there.send(REVIEW, kwargs={"include_none": True}))
    assert value == result_of(REVIEW, include_none=True)
    assert value != result_of(REVIEW)


def test_the_language_is_the_one_that_was_named(there: Running) -> None:
    assert there.value(there.send(REVIEW, kwargs={"language": "en"}))["language"] == "en"


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_of_the_task_may_be_given(there: Running, option: str) -> None:
    assert there.value(there.send(REVIEW, kwargs={option: OPTIONS[option]}))["sentences"]


def test_all_options_may_be_given_by_position(there: Running) -> None:
    assert there.value(there.send(REVIEW, *OPTIONS.values()))["language"] == "en"


def test_an_unknown_keyword_is_a_type_error_that_names_it(there: Running) -> None:
    error = there.failure(there.send(REVIEW, kwargs={"restarant": "zum-hirschen"}))
    assert isinstance(error, TypeError), repr(error)
    assert "restarant" in str(error)


def test_too_many_arguments_are_a_type_error(there: Running) -> None:
    assert isinstance(there.failure(there.send(REVIEW, *OPTIONS.values(), "one too many")), TypeError)


def test_no_argument_at_all_is_a_type_error_that_names_the_text(there: Running) -> None:
    error = there.failure(there.send())
    assert isinstance(error, TypeError), repr(error)
    assert "text" in str(error)


def test_a_text_given_twice_is_a_type_error(there: Running) -> None:
    assert isinstance(there.failure(there.send(REVIEW, kwargs={"text": REVIEW})), TypeError)


@pytest.mark.parametrize("text", [17, None, True, [REVIEW], {"text": REVIEW}], ids=lambda value: type(value).__name__)
def test_what_is_no_text_is_a_type_error(there: Running, text: Any) -> None:
    error = there.failure(there.send(text))
    assert isinstance(error, TypeError), repr(error)
    assert "text" in str(error)


@pytest.mark.parametrize("text", ["", "   ", "\n"], ids=["empty", "blank", "newline"])
def test_an_empty_text_is_a_value_error(there: Running, text: str) -> None:
    assert isinstance(there.failure(there.send(text)), ValueError)


def test_an_option_of_the_wrong_type_is_refused(there: Running) -> None:
    error = there.failure(there.send(REVIEW, kwargs={"include_none": "yes"}))
    assert isinstance(error, (TypeError, ValueError)), repr(error)
    assert "include_none" in str(error)


def test_an_unknown_priority_of_the_task_is_refused(there: Running) -> None:
    error = there.failure(there.send(REVIEW, kwargs={"priority": "highest"}))
    assert isinstance(error, ValueError), repr(error)
    assert "priority" in str(error)


def test_a_task_that_we_do_not_have_fails_as_not_registered(there: Running) -> None:
    result = there.app.send_task("kritiq.analyse", [REVIEW])
    error = there.failure(result)
    assert type(error).__name__ == "NotRegistered", repr(error)
    assert "kritiq.analyse" in str(error)


def test_half_an_emoji_ends(there: Running) -> None:
    # Deliberately looser than Celery: no UTF-8 exists for a lone surrogate, so a store or a tokenizer may refuse it,
    # where a plain Python task hands it back. What counts is that the client is told.
    ended = there.end(there.send("Lecker \ud83c"))
    assert ended.state in ("SUCCESS", "FAILURE")
    if ended.state == "FAILURE":
        assert isinstance(ended.result, ValueError), repr(ended.result)


def test_a_text_that_breaks_the_work_fails_and_hurts_no_other(there: Running) -> None:
    poisoned, sound = there.send("poison"), there.send(REVIEW)
    assert there.failure(poisoned)
    assert there.value(sound) == result_of(REVIEW)
