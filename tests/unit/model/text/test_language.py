"""The language of short reviews."""

import pytest

from model.text.language import detect_language
from tests.support.effort import processor_s


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Das Essen war super.", "de"),
        ("schoene lage, nette bedienung", "de"),
        ("immer wieder gerne", "de"),
        ("ALLES BESTENS", "de"),
        ("Lecker!", "de"),
        ("Preis-Leistung stimmt", "de"),
        ("Mir hend guet gesse", "de"),
        ("Tolles Eis, lahmer Service.", "de"),
        ("Service unterirdisch.", "de"),
        ("Gute Drinks, schlechter Service, volle Tanzfläche.", "de"),
        ("Team top, Location flop", "de"),
        ("Slow service", "en"),
        ("Terrible service, overpriced drinks", "en"),
        ("The food was great.", "en"),
        ("best pizza in town", "en"),
        ("AMAZING SERVICE AND FRIENDLY STAFF", "en"),
        ("Would not recommend", "en"),
        ("La cuisine était très bonne et le service aussi", "fr"),
        ("Il cibo era ottimo e il servizio anche", "it"),
        ("La comida estaba muy buena", "es"),
        ("Het eten was heerlijk en de bediening was goed", "nl"),
        ("Еда была очень вкусной", "ru"),
        ("とても美味しかったです", "ja"),
        ("12345 !!! 😍", "und"),
        ("", "und"),
    ],
)
def test_short_reviews_are_known_by_their_language(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_two_thousand_reviews_take_less_than_a_second() -> None:
    detect_language("warm")

    def detect() -> None:
        for number in range(2000):
            detect_language(f"Das Essen kam nach {number} Minuten, und die Bedienung war trotzdem freundlich.")

    assert processor_s(detect) < 1.0
