"""What was odd about a line of a batch, and what was done.

Lines keep the English sentences, and from these come the codes for whoever says it in another language (`reason_CODE`
of the console's texts).
"""

from collections.abc import Mapping
from types import MappingProxyType

from jobs.reason import Figure, Reason
from jobs.sentence_pattern import Sentences

#: A sentence is the first one that it fits.
WARNINGS: Mapping[str, str] = MappingProxyType({
    "broken_character": "1 character that no text can hold became U+FFFD.",
    "broken_characters": "{number} characters that no text can hold became U+FFFD.",
    "unknown_members": "There is no {names} here; it is left out.",
    "id_is_number": "custom_id should be a string; the number is one now.",
    "id_too_long": "custom_id should be a string of at most {most} characters; it is left out.",
    "id_twice": "custom_id is that of line {line} too.",
    "member_unreadable": "{member} is left out: {said}",
    "member_wrong": "{member} {said}; it is left out.",
})  # fmt: skip
#: What figures look like that are no words.
_FORMS = {"number": r"\d+", "most": r"\d+", "line": r"\d+", "member": ".{1,40}?"}


_SENTENCES = Sentences(WARNINGS, _FORMS)


def warned(code: str, **figures: Figure) -> str:
    """The English sentence of one of `WARNINGS`."""
    return WARNINGS[code].format(**figures)


def reason_of(warning: str) -> Reason | None:
    """What a sentence says; None for one of another release."""
    return _SENTENCES.reason_of(warning)
