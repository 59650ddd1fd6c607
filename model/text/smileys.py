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
