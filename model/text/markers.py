"""What portals write into reviews and no guest did: markers, translations, owners' answers, and words for "nothing".

One table, `MARKERS`, names each with its languages and portals; `kept` applies it. A marker counts only where portals
put it (`Place`): "Das Wiener Schnitzel (Original)" and "Die Antwort vom Inhaber kam nie" are the guest's own words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What is done about a marker."""

    #: What follows is a machine's translation: not judged when the original is there too.
    TRANSLATION = auto()
    #: What follows is the guest's own text.
    ORIGINAL = auto()
    #: What follows, to the end, is not the guest's.
    ANSWER = auto()
    #: A button or notice that was copied along.
    BUTTON = auto()


class Place(Enum):
    """Where a marker must stand to be one."""

    #: Anywhere: nobody else writes this.
    ANYWHERE = auto()
    #: It begins a line.
    LINE_START = auto()
    #: It is all of a line, or all that follows the last full stop or ellipsis.
    ALONE = auto()
    #: It begins a line or follows a full stop; then comes the line's end, a colon, or when it was written.
    HEAD = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Marker:
    """One row: regular expressions, one per wording, separated by "|"; upper and lower case are the same."""

    kind: Kind
    place: Place
    languages: str
    portals: str
    wordings: str


MARKERS = (
    Marker(
        kind=Kind.TRANSLATION, place=Place.ANYWHERE, languages="de en fr es it nl pt pl", portals="Google",
        wordings=r"\((?:translated by google|(?:von google übersetzt|übersetzt von google|google[- ]übersetzung)"
        r"|traduit par google|traducido por google|traduzione di google|tradotto da google|vertaald door google"
        r"|traduzido pelo google|przetłumaczone przez google)\)",
    ),
    Marker(
        kind=Kind.TRANSLATION, place=Place.ALONE, languages="de en", portals="Google Tripadvisor Facebook",
        wordings=r"translated by google|übersetzt von google|von google übersetzt|google[- ]übersetzung"
        r"|automatisch übersetzt|maschinell übersetzt|automatically translated|machine translated",
    ),
    Marker(
        kind=Kind.ORIGINAL, place=Place.LINE_START, languages="de en fr es it nl pt pl", portals="Google",
        wordings=r"\((?:original|originaltext|original text|avis d['’]origine|originale|origineel|oryginał)\)",
    ),
    Marker(
        kind=Kind.ANSWER, place=Place.HEAD, languages="de", portals="Google Tripadvisor Lieferando Yelp",
        wordings=r"(?:antwort|rückmeldung|kommentar|stellungnahme)(?: (?:vom|des|der|von der|von|durch den))"
        r" (?:inhabers?|inhaberin|eigentümers?|eigentümerin|geschäftsinhabers?|restaurants?|betreibers?"
        r"|geschäftsführung)",
    ),
    Marker(
        kind=Kind.ANSWER, place=Place.HEAD, languages="en", portals="Google Tripadvisor Yelp",
        wordings=r"(?:response|reply|answer|comment) (?:from|by|of) (?:the )?(?:business |restaurant )?"
        r"(?:owner|management|manager|restaurant)|(?:owner|management|business owner)(?:['’]s)? (?:response|reply)",
    ),
    Marker(
        kind=Kind.ANSWER, place=Place.HEAD, languages="fr es it", portals="Google Tripadvisor",
        wordings=r"réponse du propriétaire|respuesta del propietario|risposta del proprietario",
    ),
    Marker(
        kind=Kind.BUTTON, place=Place.ALONE, languages="de", portals="Google Tripadvisor Yelp Facebook",
        wordings=r"weitere informationen|mehr(?: anzeigen| lesen| erfahren)?|weniger(?: anzeigen)?|weiterlesen"
        r"|mehr (?:dazu|informationen)|(?:alles|gesamten text|ganze bewertung) anzeigen"
        r"|(?:original|übersetzung|originalbewertung|vollständige bewertung) (?:anzeigen|ansehen|lesen)"
        r"|bewertung (?:melden|teilen|übersetzen)|hilfreich\?|war diese bewertung hilfreich(?: für sie)?\?",
    ),
    Marker(
        kind=Kind.BUTTON, place=Place.ALONE, languages="en", portals="Google Tripadvisor Yelp Facebook",
        wordings=r"(?:see |read |show )?more|read (?:the )?full review|more info(?:rmation)?"
        r"|(?:see |show )?less|read less|continue reading"
        r"|(?:see|show|view) (?:original|translation|full review)|report review|was this review helpful\?",
    ),
    Marker(
        kind=Kind.BUTTON, place=Place.ALONE, languages="de en", portals="Google",
        wordings=r"(?:der|dieser) nutzer hat nur eine bewertung hinterlassen\.?|nur bewertung, kein text"
        r"|the user (?:didn['’]t|did not) write a review,? and has left just a rating\.?",
    ),
)  # fmt: skip

#: What stands in a field for texts when there is none; compared without what is around the words and case.
PLACEHOLDERS = frozenset(
    """null|(null)|none|nil|nan|na|n/a|#n/a|#n/v|#nv|<na>|n.a|n. a|k.a|k. a|k/a|ka|keine angabe|keine angaben
    |ohne angabe|nicht angegeben|nicht vorhanden|kein text|ohne text|kein kommentar vorhanden|keine bewertung vorhanden
    |no comment provided|no text|no review text|not available|not applicable|not provided|not specified|empty|leer
    |undefined|unknown|unbekannt|tbd|missing|entfällt|x|xx|xxx|[deleted]|[removed]|deleted|gelöscht""".replace("\n", "")
    .replace("    |", "|")
    .split("|")
)
#: No placeholder is longer.
LONGEST = max(map(len, PLACEHOLDERS)) + 20

_LINE = r"[ \t]*+(?:\n|\r|\Z)"
#: "vor 2 Monaten", "vor einem Jahr", "2 months ago", "(edited a year ago)", "am 3. Mai 2024", "03.05.2024".
_WRITTEN_AT = (
    r"[(]?(?:bearbeitet |edited )?(?:vor (?:\d{1,2}|eine[mr]) (?:minute|stunde|tag|woche|monat|jahr)(?:e?n|en)?\b"
    r"|(?:\d{1,2}|an?) (?:minute|hour|day|week|month|year)s? ago\b|(?:am |on )?\d{1,2}[./] ?(?:\d{1,2}[./]|\w{3,9})"
    r" ?\d{2,4})"
)
#: Where markers may begin: after a line's end, and after a full stop or ellipsis with or without a space.
_LINE_START = r"(?:\A|(?<=[\n\r]))[ \t]*+"
_AFTER_STOP = r"(?:(?:\A|(?<=[\n\r.!?…]))[ \t]*+)"
_PLACES = {
    Place.ANYWHERE: ("", ""),
    Place.LINE_START: (_LINE_START, ""),
    Place.ALONE: (_AFTER_STOP + r"(?:\[|\()?", rf"(?:\]|\))?(?: ?[.…]{{1,3}}| ?[›»>])?{_LINE}"),
    Place.HEAD: (_AFTER_STOP, rf"[ \t]*+(?::|[-–—][ \t]|[(]?{_WRITTEN_AT}|[ \t]*+(?:\n|\r|\Z))"),
}
_PATTERN = re.compile(
    "|".join(
        f"(?P<m{index}>{_PLACES[marker.place][0]}(?:{marker.wordings}){_PLACES[marker.place][1]})"
        for index, marker in enumerate(MARKERS)
    ),
    re.IGNORECASE,
)
#: Once a translation is marked, "(Original)" is a marker anywhere.
_ORIGINAL = re.compile("|".join(m.wordings for m in MARKERS if m.kind is Kind.ORIGINAL), re.IGNORECASE)
#: A text without any of these holds no marker; most texts are asked no more.
_HINT = re.compile(
    r"google|\(ori|[(]avis d|bersetz|translat|traduc|(?:inhaber|eigentümer|betreiber|geschäftsführung|restaurant|owner"
    r"|management|manager|proprietario|propriétaire|propietario)|nutzer hat|write a review|hilfreich|helpful"
    r"|(?:informationen|mehr|lesen|anzeigen|ansehen|erfahren|dazu|weniger|melden|teilen|more|info|information|less"
    r"|reading|original|translation|review|text)[])]?(?: ?[.…]{1,3}| ?[›»>])?[ \t]*+(?:[\n\r]|\Z)",
    re.IGNORECASE,
)


def kept(text: str) -> Sequence[tuple[int, int]]:
    """Spans of `text` that are the guest's own words, in order. All of it is one span when nothing is marked.

    Of a translation and its original the original is kept, wherever it stands; a translation alone is kept.
    """
    if not _HINT.search(text):
        return ((0, len(text)),)
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


def is_placeholder(text: str) -> bool:
    """Whether a whole text says no more than that there is none."""
    if len(text) > LONGEST:
        return False
    bare = " ".join(text.casefold().split())
    return bare in PLACEHOLDERS or bare.strip(" .…-–—_*\"'„“”»«") in PLACEHOLDERS
