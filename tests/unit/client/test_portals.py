"""Reviews as portals' interfaces and exports have them: the original, its language, its day, place and author."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from kritiq_client.bulk.rows import Row
from tests.unit.client.files import parquet, rows

PLACES = {"reviews": [
    {"name": "places/a/reviews/1", "rating": 4, "text": {"text": "Good.", "languageCode": "en"},
     "originalText": {"text": "Gut.", "languageCode": "de-AT"}, "authorAttribution": {"displayName": "Anna"},
     "publishTime": "2024-05-01T10:00:00.123456789Z"},
    {"name": "places/a/reviews/2", "text": {"text": "Lecker.", "languageCode": "de"}, "originalText": {"text": ""}},
    {"name": "places/a/reviews/3", "rating": 5, "publishTime": "2024-05-02T10:00:00Z"},
]}  # fmt: skip
MAY = datetime(2024, 5, 1, 10, tzinfo=UTC)
DATE = "2024-05-01T10:00:00Z"
PORTALS: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "Google Business Profile": (
        {"reviews": [{"reviewId": "r", "reviewer": {"displayName": "Max"}, "starRating": "FIVE", "comment": "Gut.",
                      "createTime": DATE, "updateTime": "2025-01-01T00:00:00Z", "reviewReply": {"comment": "Danke!"}}]},
        "r", {"external_author": "Max"},
    ),
    "Google Places, the old interface": (
        {"result": {"reviews": [{"author_name": "A", "language": "de", "text": "Gut.", "time": 1714557600}]}},
        "", {"language": "de"},
    ),
    "Yelp": (
        {"review_id": "r", "user_id": "u", "business_id": "b", "text": "Gut.", "date": "2024-05-01 10:00:00"},
        "r", {"restaurant": "b", "external_author": "u"},
    ),
    "Yelp Fusion": (
        {"reviews": [{"id": "r", "user": {"id": "u", "name": "E"}, "text": "Gut.",
                      "time_created": "2024-05-01 10:00:00"}]},
        "r", {"external_author": "u"},
    ),
    "TripAdvisor": (
        {"data": [{"id": 7, "lang": "de", "location_id": 9, "published_date": DATE, "text": "Gut.", "title": "Top",
                   "travel_date": "2024-04", "owner_response": {"text": "Danke", "lang": "de"}}], "paging": {}},
        "7", {"restaurant": "9", "language": "de"},
    ),
    "Trustpilot": (
        {"reviews": [{"id": "r", "title": "Top", "text": "Gut.", "language": "de", "createdAt": DATE,
                      "consumer": {"id": "u", "displayName": "J"}, "companyReply": {"text": "Danke"}}]},
        "r", {"language": "de", "external_author": "u"},
    ),
    "schema.org": (
        [{"@type": "Review", "reviewBody": "Gut.", "datePublished": DATE, "inLanguage": "de-DE"}],
        "", {"language": "de"},
    ),
    "SerpApi": (
        {"reviews": [{"review_id": "r", "date": "vor 2 Wochen", "iso_date": DATE, "snippet": "Gut.",
                      "response": {"snippet": "Danke"}}]},
        "r", {},
    ),
}  # fmt: skip


def test_of_googles_places_the_original_is_read_with_its_language_day_and_author() -> None:
    found = rows(json.dumps(PLACES).encode(), "places.json")
    assert [(row.identity, row.text, row.problem, row.warning) for row in found] == [
        ("places/a/reviews/1", "Gut.", None, None), ("places/a/reviews/2", "Lecker.", None, None),
        ("places/a/reviews/3", None, None, None),
    ]  # fmt: skip
    day = MAY.replace(microsecond=123456)
    assert found[0].details == {"language": "de", "reviewed_at": day, "external_author": "Anna"}
    assert found[1].details == {"language": "de"}


@pytest.mark.parametrize("portal", PORTALS)
@pytest.mark.parametrize("indent", [None, 1])
def test_what_a_portal_says_of_a_review_goes_with_it(portal: str, indent: int | None) -> None:
    document, identity, more = PORTALS[portal]
    (row,) = rows(json.dumps(document, indent=indent).encode(), "a.json")
    assert (row.text, row.identity, row.warning) == ("Gut.", identity or None, None)
    assert row.details == {"reviewed_at": MAY, **more}


def test_texts_that_are_objects_are_read_in_lines_and_columns_too() -> None:
    def told(row: Row) -> tuple[str | None, str | None, str | None]:
        return row.text, row.problem, row.details.get("language")

    texts = [{"text": "Gut.", "languageCode": "de"}, {"text": "", "languageCode": "de"}, None]
    lines = "".join(json.dumps({"text": text, "comment": None}) + "\n" for text in texts).encode()
    wanted = [("Gut.", None, "de"), (None, None, None), (None, None, None)]
    assert [told(row) for row in rows(lines, "a.jsonl")] == wanted
    assert [told(row) for row in rows(parquet({"text": texts}), "a.parquet")] == wanted
    # One that has no text where texts are is told, and what was said of the language holds.
    (odd,) = rows(b'{"text": {"de": "Gut.", "en": "Good."}}\n', "a.jsonl")
    assert odd.problem == "Line 1: its text is not a string but a dict."
    assert told(rows(b"text.text,text.languageCode,language\nGut.,en,de\n")[0]) == ("Gut.", None, "de")
