"""What portals added to a review is taken off; what a guest wrote stays."""

import pytest

from model.text.markers import MARKERS, is_placeholder, kept
from tests.support.effort import processor_s


def words(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in kept(text)]


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("(Translated by Google) The food was great.\n\n(Original)\nDas Essen war super.", ["Das Essen war super."]),
        ("Sehr gut! (Translated by Google) Very good!", ["Sehr gut!"]),
        ("Sehr gut!\n\n(Übersetzt von Google)\nVery good!", ["Sehr gut!"]),
        ("Sehr gut! (Translated by Google) Very good! (Original) Sehr gut!", ["Sehr gut!"]),
        ("(Von Google übersetzt) Sehr gut. (Original) Molto buono.", ["Molto buono."]),
        ("(Translated by Google) Very good!", ["Very good!"]),
        ("Sehr gut! Weitere Informationen", ["Sehr gut!"]),
        ("Das Essen war … Mehr", ["Das Essen war …"]),
        ("Lecker!\nMehr\nGerne wieder", ["Lecker!", "Gerne wieder"]),
        ("The food was great... See more", ["The food was great..."]),
        ("Good.\nMore", ["Good."]),
        ("Super\n\nAntwort vom Inhaber\nVielen Dank! (Translated by Google) Thanks", ["Super"]),
        ("Super. Antwort vom Eigentümer vor 2 Monaten Danke, das Essen war ja gut.", ["Super."]),
        ("Great.\nResponse from the owner a year ago\nThank you", ["Great."]),
        ("Great.\nOwner's reply: Thank you", ["Great."]),
        ("Antwort vom Inhaber: Danke!", []),
    ],
)
def test_markers_are_taken_off_and_the_original_is_kept_once(text: str, own: list[str]) -> None:
    assert words(text) == own


@pytest.mark.parametrize(
    "text",
    [
        "Das Wiener Schnitzel (Original) war super.",
        "Lecker. Mehr geht nicht.",
        "Was will man mehr",
        "Ich hätte gern weitere Informationen",
        "Die Antwort vom Inhaber kam nie.",
        "Antwort vom Inhaber kam nie.",
        "Was it good? More or less.",
        "I will never eat there any more",
    ],
)
def test_the_guests_own_words_stay(text: str) -> None:
    assert words(text) == [text]


def test_every_row_of_the_table_says_where_it_is_from() -> None:
    assert all(marker.languages and marker.portals and marker.wordings for marker in MARKERS)


@pytest.mark.parametrize("text", ["null", "NaN", "n/a", "N/A.", " k. A. ", "keine Angabe", "Keine Angabe.", "(null)"])
def test_placeholders_say_nothing(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["gut", "Null Service", "Null!", "Keine Angabe der Allergene", "Na ja", "x" * 1000])
def test_words_that_contain_placeholders_say_something(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    "unit", ["(", "mehr. ", "mehr\n", " ", "\t\n", "... ", "antwort vom ", "(original)", "google ("]
)
def test_time_is_linear_in_the_text(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit)) + "google"
        return processor_s(lambda: kept(text))

    seconds(1_000)
    small = min(seconds(20_000) for _ in range(3))
    assert seconds(160_000) < 24 * small + 0.5
