"""What stands in a field for texts when there is none."""

from __future__ import annotations

import re

#: Compared without what is around the words, spaces around stops and slashes, and case.
PLACEHOLDERS = frozenset(
    """null|none|nil|nan|nat|na|n/a|#n/a|#n/v|#nv|#name?|#wert!|#bezug!|#ref!|#null!|#value!|n.a|n.v|k.a|k/a|ka|\\n
    |keine angabe|keine angaben|ohne angabe|nicht angegeben|nicht vorhanden|kein text|ohne text|kein eintrag
    |kein kommentar|ohne kommentar|keine rezension|keine bewertung|kein kommentar vorhanden|keine bewertung vorhanden
    |no comment|no comments|no comment provided|no text|no review|no review text|not available|not applicable
    |not provided|not specified|sin comentarios|sans commentaire|nessun commento|geen commentaar
    |empty|leer|void|undefined|unknown|unbekannt|tbd|missing|entfällt|x|xx|xxx|deleted|removed|gelöscht"""
    .replace("\n    ", "").split("|")
)  # fmt: skip
#: No placeholder is longer.
LONGEST = max(map(len, PLACEHOLDERS)) + 20
AROUND = " .…-–—_*\"'`„“”»«()[]<>{}"
SPACED = re.compile(r"\s*([/.])\s*")


def is_beginning(sentence: str) -> bool:
    """Whether somebody only begins with a sentence, before there is anything to judge: "So."."""
    return sentence.strip(AROUND + "!,:").casefold() == "so"


def is_placeholder(text: str) -> bool:
    """Whether a whole text says no more than that there is none."""
    if len(text) > LONGEST:
        return False
    bare = SPACED.sub(r"\1", " ".join(text.casefold().split()))
    return bare in PLACEHOLDERS or bare.strip(AROUND) in PLACEHOLDERS
