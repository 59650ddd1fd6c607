"""A result in few bytes beside its text, which it quotes: `de-9102;59food-8963!price-924;44+`… instead of JSON.

Only what comes out again to the byte is spelled so.
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

SIGNS = {"positive": "+", "negative": "-", "neutral": "=", "conflict": "~"}
_POLARITIES = {sign: polarity for polarity, sign in SIGNS.items()}
#: Whether an opinion is of low confidence; nothing is known of it where the model's card says nothing.
_LOW = {True: "!", False: "", None: "?"}
_LOWS = {mark: low for low, mark in _LOW.items()}
_HEAD = re.compile(r"([a-z]*)(?:([+=~-])(\d*))?")
#: How many characters of the text lie before it, if not one; how long it is, whether it was cut off, its aspects.
_SENTENCE = re.compile(r"(?:(\d+)\.)?(\d+)(\|?)(.*)")
_ASPECT = re.compile(r"([a-z_]+)([+=~-])(\d*)([!?]?)")


def shortened(result: bytes, text: str) -> bytes | None:
    """The result of this text in few bytes; None for one that is not made as usual."""
    try:
        short = _spelled(orjson.loads(result))
        return short.encode() if rebuilt(short.encode(), text) == result else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def rebuilt(short: bytes, text: str) -> bytes:
    """The opposite. Raises ValueError, TypeError for what is none."""
    head, *parts = short.decode().split(";")
    language, sign, digits = _parts(_HEAD, head)
    overall = {"polarity": _POLARITIES[sign], "confidence": _number(digits)} if sign else None
    sentences, end = list[Mapping[str, Any]](), -1
    for index, part in enumerate(parts):
        gap, length, cut, found = _parts(_SENTENCE, part)
        start = max(0, end + int(gap or 1))
        end = start + int(length)
        aspects = {name: _opinion(*rest) for name, *rest in _ASPECT.findall(found)}
        sentences.append({"index": index, "start": start, "end": end, "text": text[start:end], "truncated": bool(cut),
                          "aspects": aspects})  # fmt: skip
    return orjson.dumps({"language": language, "overall": overall, "sentences": sentences})


def _spelled(result: Mapping[str, Any]) -> str:
    overall, end = result["overall"], -1
    parts = [result["language"] + (SIGNS[overall["polarity"]] + _digits(overall["confidence"]) if overall else "")]
    for sentence in result["sentences"]:
        gap, end = sentence["start"] - end, sentence["end"]
        place = f"{'' if gap == 1 else f'{gap}.'}{end - sentence['start']}{'|' if sentence['truncated'] else ''}"
        parts.append(place + "".join(
            f"{name}{SIGNS[told['polarity']]}{_digits(told['confidence'])}{_LOW[told.get('low_confidence')]}"
            for name, told in sentence["aspects"].items()
        ))  # fmt: skip
    return ";".join(parts)


def _opinion(sign: str, digits: str, low: str) -> Mapping[str, Any]:
    told = {"polarity": _POLARITIES[sign], "confidence": _number(digits)}
    return told if low == "?" else told | {"low_confidence": _LOWS[low]}


def _digits(number: float) -> str:
    """Those behind the point; none of 1.0."""
    return "" if number == 1.0 else str(number).removeprefix("0.")


def _number(digits: str) -> float:
    return float(f"0.{digits}") if digits else 1.0


def _parts(pattern: re.Pattern[str], part: str) -> tuple[str, ...]:
    found = pattern.fullmatch(part)
    if found is None:
        raise ValueError(part)
    return found.groups("")
