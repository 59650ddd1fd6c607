"""The table of what portals write into reviews: markers of translations, owners' answers, buttons.

`model.text.markers` applies it. A marker counts only where portals put it (`Place`): "Das Wiener Schnitzel (Original)"
and "Die Antwort vom Inhaber kam nie" are the guest's own words.
"""

from __future__ import annotations

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
    #: It is all of a line that is not the first.
    LATER_LINE = auto()
    #: It is all that follows an ellipsis, to the end of the line.
    CUT = auto()
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


OPEN, CLOSE, INSIDE = r"[(\[（]", r"[)\]）]", r"[^()\[\]（）\n\r]"
#: What Google calls a translation. All of it stands in brackets, with the name.
TRANSLATED = (
    "translat|übersetz|traduc|tradu[izçs]|trado|vertaal|przetłum|çevir|çevril|перев|перек|přelož|prelož|fordít|översatt"
    "|oversat|käänt|μετάφρ|μεταφρ|翻訳|翻译|翻譯|번역|dịch|prijevod|preveden|превод|תורגם|ترجم|diterjem"
)
#: What it calls the original.
ORIGINALS = (
    r"original|originaltext|original text|originalsprache|avis d['’]origine|texte original|texto original|originale"
    r"|testo originale|origineel|oryginał|oryginalny|wersja oryginalna|orijinal|оригинал|оригінал|исходный текст"
    r"|původní|původní text|eredeti|ursprunglig|ursprunglig text|alkuperäinen|πρωτότυπο|原文|原始評論|原始评论|원문"
    r"|izvornik"
)
_OWNERS = (
    r"inhaber|eigentümer|geschäftsinhaber|geschäftsführer|restaurantleiter|betriebsleiter|betreiber|gastgeber"
    r"|küchenchef|manager|wirt|chef"
)

MARKERS = (
    Marker(
        kind=Kind.TRANSLATION, place=Place.ANYWHERE, languages="all", portals="Google",
        wordings=rf"{OPEN}(?!(?:mit|per|laut|with|using) )(?={INSIDE}{{0,40}}(?:{TRANSLATED}))"
        rf"{INSIDE}{{0,25}}google{INSIDE}{{0,30}}{CLOSE}",
    ),
    Marker(
        kind=Kind.TRANSLATION, place=Place.LINE_START, languages="de en", portals="Google",
        wordings=rf"{OPEN}(?:mit google übersetzt|translated (?:with|using) google(?: translate)?){CLOSE}",
    ),
    Marker(
        kind=Kind.TRANSLATION, place=Place.ALONE, languages="de en", portals="Google Tripadvisor Facebook",
        wordings=r"(?:aus dem \w{4,20} )?(?:translated by google|übersetzt von google|von google übersetzt"
        r"|google[- ]übersetzung)(?:\s?[・∙•·|-]\s?(?:original (?:ansehen|anzeigen)|see original)(?: \(\w{3,20}\))?)?"
        r"|(?:diese[rs]? (?:text|bewertung|rezension) wurde )?(?:automatisch|maschinell) übersetzt"
        r"|automatically translated|machine translated",
    ),
    Marker(
        kind=Kind.TRANSLATION, place=Place.HEAD, languages="de en", portals="Google",
        wordings=r"translated by google|übersetzt von google|von google übersetzt",
    ),
    Marker(
        kind=Kind.ORIGINAL, place=Place.LINE_START, languages="all", portals="Google",
        wordings=rf"{OPEN}(?:{ORIGINALS}){CLOSE}",
    ),
    Marker(
        kind=Kind.ANSWER, place=Place.HEAD, languages="de", portals="Google Tripadvisor Lieferando Yelp",
        wordings=r"(?:antwort|rückmeldung|kommentar|stellungnahme)(?: (?:vom|des|der|von der|von|durch den))"
        r" (?:inhabers?|inhaberin|eigentümers?|eigentümerin|geschäftsinhabers?|restaurants?|betreibers?"
        r"|geschäftsführung|geschäftsleitung|restaurantleitung|hotelleitung|direktion|managements?|teams?)"
        rf"|(?:antwort|kommentar) von [^\n\r,]{{1,60}}, (?:{_OWNERS})(?:in)?"
        r"(?: (?:von|vom|des|der|bei|im|in)\b[^\n\r:]{0,80})?"
        rf"|(?:antwort|kommentar) von [^\n\r,(]{{1,60}} \((?:{_OWNERS})(?:in)?\)"
        r"|(?:inhaber|eigentümer|restaurant)antwort",
    ),
    Marker(
        kind=Kind.ANSWER, place=Place.HEAD, languages="en", portals="Google Tripadvisor Yelp",
        wordings=r"(?:response|reply|answer|comment) (?:from|by|of) (?:the )?(?:business |restaurant )?"
        r"(?:owner|management|manager|restaurant)|(?:owner|management|business owner)(?:['’]s)? (?:response|reply)"
        r"|(?:response|reply) from [^\n\r,]{1,60}, (?:general |assistant )?(?:owner|manager|director|chef)"
        r"(?: (?:at|of)\b[^\n\r:]{0,80})?"
        r"|(?:response|reply) from [^\n\r,(]{1,60} \((?:owner|manager|director|chef)\)",
    ),
    Marker(
        kind=Kind.ANSWER, place=Place.HEAD, languages="fr es it nl pt pl tr cs hu sv da no ru ja zh ko",
        portals="Google Tripadvisor",
        wordings=r"réponse (?:du propriétaire|de la direction|de l['’]établissement)"
        r"|respuesta (?:del propietario|de la dirección)|risposta (?:del proprietario|della direzione)"
        r"|(?:reactie|antwoord) van (?:de )?eigenaar|resposta do propriet[áa]rio|odpowiedź (?:od )?właściciela"
        r"|(?:işletme )?sahibinden yanıt|odpověď (?:od )?majitele|a? ?tulajdonos válasza|svar från ägaren"
        r"|svar fra (?:ejeren|eieren)|ответ владельца|オーナーからの返信|業主回應|商家回复|店主回复|업주의 답글",
    ),
    Marker(
        kind=Kind.BUTTON, place=Place.ALONE, languages="de", portals="Google Tripadvisor Yelp Facebook",
        wordings=r"weitere informationen|mehr(?: anzeigen| lesen| erfahren)?|weniger(?: anzeigen)?|weiterlesen"
        r"|mehr (?:dazu|informationen)|(?:alles|gesamten text|ganze bewertung) anzeigen"
        r"|(?:original|übersetzung|originalbewertung|vollständige bewertung) (?:anzeigen|ansehen|lesen)"
        r"(?: \(\w{3,20}\))?"
        r"|bewertung (?:melden|teilen|übersetzen)|hilfreich\?|war diese bewertung hilfreich(?: für sie)?\?",
    ),
    Marker(
        kind=Kind.BUTTON, place=Place.ALONE, languages="en", portals="Google Tripadvisor Yelp Facebook",
        wordings=r"(?:see |read |show )?more|read (?:the )?full review|more info(?:rmation)?"
        r"|(?:see |show )?less|read less|continue reading"
        r"|(?:see|show|view) (?:original|translation|full review)(?: \(\w{3,20}\))?"
        r"|report review|was this review helpful\?",
    ),
    Marker(
        kind=Kind.BUTTON, place=Place.ALONE, languages="de en", portals="Google",
        wordings=r"(?:local guide ?[・∙•·|-] ?)?\d[\d.,]{0,6} (?:rezension(?:en)?|bewertung(?:en)?|reviews?)"
        r"(?: ?[・∙•·|-] ?\d[\d.,]{0,6} (?:fotos?|photos?))?"
        r"|local guide(?: ?[・∙•·|-] ?(?:stufe|level) \d{1,2})?",
    ),
    Marker(
        kind=Kind.BUTTON, place=Place.ALONE, languages="fr es it nl pt pl tr", portals="Google Tripadvisor",
        wordings=r"voir (?:plus|moins|l['’]original)|lire (?:la suite|plus)|afficher (?:plus|moins)"
        r"|(?:leer|ver|mostrar) (?:más|menos|mais)|ler mais|leggi tutto|mostra (?:altro|meno|tutto)|lees meer"
        r"|meer lezen"
        r"|(?:czytaj|pokaż) więcej|daha fazla|devamını oku",
    ),
    Marker(
        kind=Kind.BUTTON, place=Place.CUT, languages="fr es it nl pt pl", portals="Google Tripadvisor",
        wordings=r"plus|más|altro|meer|mais|więcej",
    ),
    Marker(
        kind=Kind.BUTTON, place=Place.LATER_LINE, languages="de en", portals="Google Tripadvisor",
        wordings=r"gefällt mir\s{1,4}teilen|like\s{1,4}share|teilen|melden|share|report",
    ),
    Marker(
        kind=Kind.BUTTON, place=Place.ALONE, languages="de en", portals="Google",
        wordings=r"(?:der|dieser) (?:nutzer|rezensent) hat (?:nur eine|keine)[^.\n\r]{0,60}"
        r"bewertung (?:hinterlassen|abgegeben|geschrieben)\.?|nur bewertung, kein text"
        r"|the user (?:didn['’]t|did not) write a review,? and has left just a rating\.?",
    ),
)  # fmt: skip
