"""The task's signature: what may be asked, and how whoever asks for something else is told."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from jobs.request import JobRequest, Priority
from jobs.review_call import analyze


def test_a_text_alone_asks_for_the_defaults() -> None:
    call = analyze("Gut.")
    assert (call.text, call.request, call.prioritized) == ("Gut.", JobRequest(), False)


def test_everything_may_be_asked_by_position() -> None:
    call = analyze("Gut.", "en", True, "zum-hirschen", "2026-11-14T09:30:00Z", {"stars": 4}, "bulk", 3600.0, "anna")
    assert call.request == JobRequest(
        language="en", include_none=True, restaurant="zum-hirschen", reviewed_at="2026-11-14T09:30:00+00:00",
        external_author="anna", metadata={"stars": 4}, priority=Priority.BULK, ttl_s=3600,
    )  # fmt: skip


def test_what_celerys_json_knows_is_kept_as_text() -> None:
    at = datetime(2026, 11, 14, tzinfo=UTC)
    call = analyze("Gut.", reviewed_at=at, metadata={"at": at, "price": Decimal("9.50")})
    assert call.request.reviewed_at == "2026-11-14T00:00:00+00:00"
    assert call.request.metadata == {"at": "2026-11-14T00:00:00+00:00", "price": "9.50"}


@pytest.mark.parametrize("day", ["2026-11-14", date(2026, 11, 14)])
def test_a_day_is_when_it_begins_in_utc(day: str | date) -> None:
    assert analyze("Gut.", reviewed_at=day).request.reviewed_at == "2026-11-14T00:00:00+00:00"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"text": 7}, TypeError),
        ({"text": " "}, ValueError),
        ({"text": "\ud83c"}, ValueError),
        ({"include_none": 1}, TypeError),
        ({"evidence": "yes"}, TypeError),
        ({"language": None}, TypeError),
        ({"language": "Deutsch"}, ValueError),
        ({"restaurant": "Zum Hirschen"}, ValueError),
        ({"reviewed_at": "gestern"}, ValueError),
        ({"reviewed_at": "2026-02-30"}, ValueError),
        ({"reviewed_at": "2026-11-14T09:30:00"}, ValueError),
        ({"reviewed_at": "20261114T093000Z"}, ValueError),
        ({"reviewed_at": datetime(2026, 11, 14)}, ValueError),
        ({"reviewed_at": 7}, TypeError),
        ({"external_author": 7}, TypeError),
        ({"external_author": ""}, ValueError),
        ({"external_author": "a\nb"}, ValueError),
        ({"external_author": "\ud83c"}, ValueError),
        ({"metadata": []}, TypeError),
        ({"metadata": {"a": "x" * 3000}}, ValueError),
        ({"metadata": {"a": 1 << 70}}, ValueError),
        ({"priority": "highest"}, ValueError),
        ({"priority": ["high"]}, TypeError),
        ({"ttl": 1}, ValueError),
        ({"ttl": float("nan")}, ValueError),
        ({"ttl": True}, TypeError),
        ({"restarant": "x"}, TypeError),
        ({"self": 1}, TypeError),
    ],
)
def test_what_may_not_be_asked_is_named(given: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match=next(iter(given)) if "\ud83c" not in given.values() else "surrogates"):
        analyze(**{"text": "Gut."} | given)
