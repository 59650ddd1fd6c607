"""Polarities however they are spelled, and labels that are category and polarity in one."""

from __future__ import annotations

import re
from types import MappingProxyType

from model.scheme import NONE, POLARITIES

#: Spelling -> ours. Scores of -1, 0 and 1 are GERestaurant's and the usual ones; a column of
#: numbers in which some are missing is written with a point.
SPELLINGS = MappingProxyType(
    {
        **dict.fromkeys(("pos", "positiv", "positve", "+", "1", "+1", "1.0"), "positive"),
        **dict.fromkeys(("neg", "negativ", "-", "-1", "-1.0"), "negative"),
        **dict.fromkeys(("neu", "neut", "0", "+0", "0.0", "-0.0"), "neutral"),
        **dict.fromkeys(("konflikt", "mixed", "gemischt", "both"), "conflict"),
        **dict.fromkeys(("", "na", "n/a", "nan", "null", "unbestimmt", "keine", "-/-"), "none"),
    }
)
_KNOWN = {*POLARITIES, *SPELLINGS} - {""}
_SEPARATOR = re.compile(r"[-:#|/_=\s]+")


def says_nothing(spelled: str) -> bool:
    """Whether this stands where a polarity might, and is none."""
    plain = spelled.strip().lower()
    return SPELLINGS.get(plain, plain) == NONE


def is_polarity(spelled: str) -> bool:
    """Whether this spells one of ours."""
    return spelled.strip().lower() in _KNOWN


def polarity_in(polarities: tuple[str, ...], spelled: str) -> str | None:
    """The polarity of a scheme that a spelling means, or None."""
    plain = spelled.strip().lower()
    own = {polarity.lower(): polarity for polarity in polarities}
    return own.get(plain) or own.get(SPELLINGS.get(plain, ""))


def split_label(label: str) -> tuple[str, str] | None:
    """("GENERAL-IMPRESSION", "POSITIVE") of "GENERAL-IMPRESSION-POSITIVE"; also behind a colon, a hash, a space, ...

    None when the label does not end in something after a separator.
    """
    label = label.strip()
    if match := re.fullmatch(r"(.+?)[#:|=\s]([-+]?[01])", label):
        return match[1], match[2]
    ends = [match for match in _SEPARATOR.finditer(label) if match.start() > 0 and match.end() < len(label)]
    for match in ends:
        if label[match.end() :].lower() in _KNOWN:
            return label[: match.start()], label[match.end() :]
    return (label[: ends[-1].start()], label[ends[-1].end() :]) if ends else None
