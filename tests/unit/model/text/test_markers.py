"""What portals added to a review is taken off; what a guest wrote stays."""

import pytest

from model.text.markers import kept
from model.text.placeholders import is_placeholder
from model.text.portal_words import MARKERS
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
        ("Super\n--- Antwort des Restaurants ---\nDanke", ["Super"]),
        ("Super\n**Antwort vom Inhaber:**\nDanke", ["Super"]),
        ("Super\n[Antwort vom Inhaber] (vor 2 Tagen)\nDanke", ["Super"]),
        ("Great\n> Response from the owner:\nThanks", ["Great"]),
        ("Super\nAntwort von Krone (Inhaber)\nDanke", ["Super"]),
        ("Great\nResponse from Krone (owner)\nThanks", ["Great"]),
        ("Local Guide · 34 Rezensionen · 5 Fotos\nSuper.", ["Super."]),
        ("Local Guide\n12 reviews\nGreat.", ["Great."]),
        ("[Translated by Google] Great. [Original] Toll.", ["Toll."]),
        ("Translated by Google: Great. Original: Toll.", ["Toll."]),
        ("Translated by Google\nGreat.\nOriginal\nToll.", ["Toll."]),
        ("(Mit Google übersetzt) Toll.\n\n(Original)\nBon.", ["Bon."]),
        ("Super. Automatisch übersetzt", ["Super."]),
        ("Aus dem Englischen übersetzt von Google ・ Original ansehen (Englisch)\nSuper.", ["Super."]),
        ("Original ansehen (Englisch)\nSuper.", ["Super."]),
        ("Super\nAntwort von Max M., Geschäftsführer von Krone\nDanke", ["Super"]),
        ("Super\nAntwort der Geschäftsleitung vor 3 Tagen\nDanke", ["Super"]),
        ("Great\nResponse from Krone, General Manager at Krone\nThanks", ["Great"]),
        ("Super\nRéponse du propriétaire il y a un an\nMerci", ["Super"]),
        ("Super\nRisposta del proprietario 2 mesi fa\nGrazie", ["Super"]),
        ("Heel goed... Meer", ["Heel goed..."]),
        ("Muy bueno. Leer más", ["Muy bueno."]),
        ("Super.\nGefällt mir\nTeilen", ["Super."]),
        ("Der Nutzer hat keine Rezension geschrieben, sondern nur eine Bewertung abgegeben.", []),
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
        "(Antwort vom Inhaber kam nie.)",
        "Die Antwort von Max (Inhaber) war frech.",
        "34 Rezensionen, und alle haben recht.",
        "Was it good? More or less.",
        "I will never eat there any more",
        "Sonne. Strand. Meer.",
        "Sauber\nGefällt mir\nHilfreich",
        "Die Karte (mit Google übersetzt) ist lustig.",
        "Das Original: Schnitzel vom Kalb.",
        "Die Antwort von Max, dem Wirt, war nett.",
        "Kommentar von meiner Frau, Inhaberin eines Cafés: so geht das nicht.",
    ],
)
def test_the_guests_own_words_stay(text: str) -> None:
    assert words(text) == [text]


TRANSLATED = {
    "fr": ("(Traduit par Google)", "(Avis d'origine)"),
    "es": ("(Traducido por Google)", "(Original)"),
    "it": ("(Traduzione di Google)", "(Originale)"),
    "nl": ("(Vertaald door Google)", "(Origineel)"),
    "pt": ("(Traduzido pelo Google)", "(Original)"),
    "pl": ("(Przetłumaczone przez Google)", "(Wersja oryginalna)"),
    "tr": ("(Google tarafından çevrildi)", "(Orijinal)"),
    "ru": ("(Перевод Google)", "(Оригинал)"),
    "cs": ("(Přeloženo Googlem)", "(Původní text)"),
    "hu": ("(A Google fordítása)", "(Eredeti)"),
    "ro": ("(Tradus de Google)", "(Original)"),
    "sv": ("(Översatt av Google)", "(Ursprunglig)"),
    "da": ("(Oversat af Google)", "(Original)"),
    "el": ("(Μετάφραση από Google)", "(Πρωτότυπο)"),
    "ja": ("(Google による翻訳)", "(原文)"),
    "zh": ("（由 Google 翻譯）", "（原文）"),
    "ko": ("(Google 번역 제공)", "(원문)"),
}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_is_told_in_every_tongue_wherever_the_original_stands(language: str) -> None:
    translation, original = TRANSLATED[language]
    assert words(f"{translation} Xyz.\n\n{original}\nSehr gut.") == ["Sehr gut."]
    assert words(f"Sehr gut.\n\n{translation}\nXyz.") == ["Sehr gut."]
    assert words(f"{translation} Xyz.") == ["Xyz."]


def test_every_row_of_the_table_says_where_it_is_from() -> None:
    assert all(marker.languages and marker.portals and marker.wordings for marker in MARKERS)


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "NaN",
        "n/a",
        "N/A.",
        "n / a",
        " k. A. ",
        "keine Angabe",
        "Keine Angabe.",
        "(null)",
        "<NULL>",
        "[leer]",
        "\\N",
        "(keine Angabe)",
        "#WERT!",
        "Keine Rezension",
        "no comment",
    ],
)
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
