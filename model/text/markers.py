"""What portals write into reviews and no guest did is left out: `kept` applies the table `model.text.portal_words`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from model.text.portal_words import CLOSE, MARKERS, OPEN, ORIGINALS, Kind, Place

_LINE = r"[ \t]*+(?:\n|\r|\Z)"
#: "vor 2 Monaten", "vor einem Jahr", "2 months ago", "(edited a year ago)", "am 3. Mai 2024", "03.05.2024".
_WRITTEN_AT = (
    r"[(]?(?:bearbeitet |edited )?(?:vor (?:\d{1,2}|eine[mr]) (?:minute|stunde|tag|woche|monat|jahr)(?:e?n|en)?\b"
    r"|(?:\d{1,2}|an?) (?:minute|hour|day|week|month|year)s? ago\b|(?:am |on )?\d{1,2}[./] ?(?:\d{1,2}[./]|\w{3,9})"
    r" ?\d{2,4}|(?:il y a|hace|há) [^\n\r]{1,25}(?=[\n\r]|\Z)"
    r"|(?:\w{1,8} ){1,2}(?:fa|geleden|temu|önce|назад|atrás|sedan|siden)\b)"
)
#: Where markers may begin: after a line's end, and after a full stop or ellipsis with or without a space.
_LINE_START = r"(?:\A|(?<=[\n\r]))[ \t]*+"
_AFTER_STOP = r"(?:(?:\A|(?<=[\n\r.!?…]))[ \t]*+)"
#: What a head stands between, or is set in: "--- Antwort vom Inhaber ---", "**Antwort vom Inhaber:**".
_RULE = r"(?:[-–—=*_#>~|(\[\])]{1,10}[ \t]?)?"
_PLACES = {
    Place.ANYWHERE: ("", ""),
    Place.LINE_START: (_LINE_START, ""),
    Place.ALONE: (_AFTER_STOP + r"(?:\[|\()?", rf"(?:\]|\))?(?: ?[.…]{{1,3}}| ?[›»>])?{_LINE}"),
    Place.LATER_LINE: (r"(?<=[\n\r])[ \t]*+", rf"(?:[›»>])?{_LINE}"),
    Place.CUT: (r"(?<=[.…])[ \t]*+", _LINE),
    Place.HEAD: (_AFTER_STOP + _RULE, rf"[ \t]*+{_RULE}(?::|[-–—][ \t]|[(]?{_WRITTEN_AT}|[ \t]*+(?:\n|\r|\Z))"),
}
_PATTERN = re.compile(
    "|".join(
        f"(?P<m{index}>{_PLACES[marker.place][0]}(?:{marker.wordings}){_PLACES[marker.place][1]})"
        for index, marker in enumerate(MARKERS)
    ),
    re.IGNORECASE,
)
#: Once a translation is marked, "(Original)" is a marker anywhere, and so is the word alone where a sentence begins.
_ORIGINAL = re.compile(
    rf"{OPEN}(?:{ORIGINALS}){CLOSE}|{_AFTER_STOP}(?:{ORIGINALS})[ \t]*+(?::|(?=[\n\r]))", re.IGNORECASE
)
#: A text without any of these holds no marker; most texts are asked no more.
HINT = re.compile(
    r"google|local guide|\d (?:rezension|bewertung|review)"
    rf"|original an|(?:see|show|view) original|{OPEN}(?:{ORIGINALS}){CLOSE}|automat|maschin|machine"
    r"|antwort|rückmeldung|kommentar|stellungnahme|response"
    r"|reply|answer|comment|owner|management|réponse|respuesta|risposta|reactie|resposta|odpow|sahibinden|odpověď"
    r"|válasza|svar fr|ответ|オーナー|業主|商家|店主|업주|(?:nutzer|rezensent) hat|write a review|hilfreich|helpful"
    r"|(?:informationen|mehr|lesen|anzeigen|ansehen|erfahren|dazu|weniger|melden|teilen|more|info|information|less"
    r"|reading|original|translation|review|text|share|report|plus|moins|suite|más|menos|mais|tutto|altro|meno|meer"
    r"|lezen|więcej|fazla|oku)[])]?(?: ?[.…]{1,3}| ?[›»>])?[ \t]*+(?:[\n\r]|\Z)",
    re.IGNORECASE,
)


def kept(text: str) -> Sequence[tuple[int, int]]:
    """Spans of `text` that are the guest's own words, in order. All of it is one span when nothing is marked.

    Of a translation and its original the original is kept, wherever it stands; a translation alone is kept.
    """
    marks = _marks(text)
    if not marks:
        return ((0, len(text)),)
    # Start, end, and whether it is a translation.
    pieces: list[tuple[int, int, bool]] = []
    position, translated = 0, False
    for start, end, kind in marks:
        pieces.append((position, start, translated))
        position = end
        if kind is Kind.ANSWER:
            position = len(text)
            break
        if kind is not Kind.BUTTON:
            translated = kind is Kind.TRANSLATION
    pieces.append((position, len(text), translated))
    pieces = [piece for piece in pieces if text[piece[0] : piece[1]].strip()]
    own = [(start, end) for start, end, translated in pieces if not translated]
    # Some exports repeat the original behind the translation: it is judged once.
    return list({text[start:end].strip(): (start, end) for start, end in own}.values()) or [
        (start, end) for start, end, _ in pieces
    ]


def _marks(text: str) -> list[tuple[int, int, Kind]]:
    found = [
        (mark.start(), mark.end(), MARKERS[int((mark.lastgroup or "m0")[1:])].kind) for mark in _PATTERN.finditer(text)
    ]
    if any(kind is Kind.TRANSLATION for _, _, kind in found):
        known = {end for _, end, _ in found}
        found += [(m.start(), m.end(), Kind.ORIGINAL) for m in _ORIGINAL.finditer(text) if m.end() not in known]
    return sorted(found, key=lambda mark: mark[0])
