"""Faces typed in ASCII, in patterns for one scan over a text: ":-)", ";D", "<3", "^^", "(:".

A face ends a sentence wherever it stands alone; glued to a word, ")" and "(" may also be brackets: "(siehe Karte:)".
"""

from __future__ import annotations

import re

MOUTH = r"['’]?-?[)(DPpoO/|\]\[*3]+(?!\w)"
#: A mouth that a word may follow at once: ":)Danke", but not "8)Essen" or ":Danke".
ROUND = r"-?[)(]+(?=[^\W\d_])"
#: Behind a word without a space: "lecker:)", "super:D", but not "Note:3" or "http:/".
GLUED = r"-?[)(]+(?!\d)|-?[DPp](?!\w)|-?/(?![/\w])"
#: Faces without a mouth: "^^", "^_^", "-.-", ">.<".
FLAT = r"\^[_.]?\^|(?<!\S)-[._]+-(?!\S)|(?<!\S)>[._]<(?!\S)"
SMILEY = rf"[:;=8]{MOUTH}|[:;=]{ROUND}|(?<!\S)\(-?[:;=](?!\S)|<3|[xX]D\b|{FLAT}"
#: The same for a scan: it begins with a character and looks back then, so that it passes over other characters fast.
#: Its groups name what it found.
CANDIDATE = (
    rf"[:;=8xX<^](?<!\w[:;=8xX<^])(?:(?<=[:;=8]){MOUTH}|(?<=[:;=]){ROUND}|(?<=<)3|(?<=\^)[_.]?\^|(?<=[xX])D\b)(?P<smiley>)"
    rf"|[:;=](?<=\w[:;=])(?:{GLUED})(?P<glued>)"
    r"|[(>-](?<!\S[(>-])(?:(?<=\()-?[:;=]|(?<=>)[._]<|(?<=-)[._]+-)(?!\S)(?P<face>)"
)
HEARTS = frozenset("❤♥♡💕💖💗💘💙💚💛💜🖤🤍<")
#: Before a heart these say whom it loves: "wir ❤️ dieses Lokal".
LOVER = re.compile(r"(?:\A|\s)(?:ich|wir|i|we|you|they|kids|kinder|everyone|alle)\s?\Z", re.IGNORECASE)
MEASURE = re.compile(
    r"\s?(?:jahre?n?|j\.|monate?n?|wochen?|tage?|euro|€|km|meter|minuten?|min\b|stunden?|sternen?|personen|years?|months?"
    r"|weeks?|days?|stars?|miles?|minutes?|hours?|people)",
    re.IGNORECASE,
)
#: Longest stretch that is looked at, in code points.
WINDOW, BRACKET = 20, 120


def is_bracket(text: str, begin: int, start: int, end: int) -> bool:
    """Whether the face text[start:end], behind a word or before one, closes a bracket that was opened since `begin`, or
    opens one that is closed later.
    """
    face = text[start:end]
    if "-" in face or len(face) != 2:
        return False
    if face[1] == ")":
        before = text[max(begin, start - BRACKET) : start]
        return before.rfind("(") > before.rfind(")")
    if face[1] == "(":
        after = text[end : end + BRACKET]
        closes, opens = after.find(")"), after.find("(")
        return closes >= 0 and not 0 <= opens < closes
    return False


def is_love(text: str, start: int) -> bool:
    """Whether the heart at `start` is the verb of its sentence."""
    return text[start] in HEARTS and LOVER.search(text, max(0, start - WINDOW), start) is not None


def is_measure(text: str, start: int, end: int) -> bool:
    """Whether "<3" is less than three: "Kinder <3 Jahre"."""
    return text[start] == "<" and MEASURE.match(text, end) is not None


def is_sure(face: str) -> bool:
    """Whether a face is one whatever follows: "8)" and ":3" are also ends of "(Tisch 8) war" and "Note :3 von 5"."""
    return face.isascii() and face[0] != "8" and (face[-1] != "3" or face[0] == "<")
