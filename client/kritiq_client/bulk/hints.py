"""Where an object of JSON that has no text may have one after all: what whoever runs the command is told.

What is only a rating is passed over, so a file whose texts stand elsewhere would be passed over as a whole, unsaid.
"""

import re
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

#: Between the names of objects inside one another.
INSIDE = "/"
#: Members that may be the text whatever is written in them; others have to look like prose.
_LIKELY = re.compile(r"review|bewertung|body|content|feedback|message|meinung|inhalt", re.IGNORECASE)
#: Members whose texts are not the guest's.
_ANSWERS = re.compile(r"repl|respon|answer|antwort|owner", re.IGNORECASE)


def hint_of(members: Mapping[str, Any], texts: Sequence[str]) -> str:
    """The member that may be the text, or where one of those in `texts` is inside of it: `review/text`; "" for none."""
    prose = next((name for name, value in members.items() if _could_be_text(name, value)), "")
    return prose or _inside(members, texts)


def is_filled(value: Any) -> bool:
    """Whether a value is a text with something in it."""
    return type(value) is str and bool(value.strip())


def _could_be_text(name: str, value: Any) -> bool:
    if type(value) is not str:
        return False
    return " " in value.strip() or (_LIKELY.fullmatch(name) is not None and any(map(str.isalpha, value)))


def _inside(members: Mapping[str, Any], texts: Sequence[str]) -> str:
    left: deque[tuple[str, Any]] = deque((name, value) for name, value in members.items() if not _ANSWERS.search(name))
    while left:
        path, value = left.popleft()
        if isinstance(value, list):
            left.extend((path, each) for each in value if isinstance(each, list | dict))
        elif isinstance(value, dict):
            if (name := next((each for each in texts if is_filled(value.get(each))), None)) is not None:
                return f"{path}{INSIDE}{name}"
            left.extend((f"{path}{INSIDE}{name}", inner) for name, inner in value.items() if not _ANSWERS.search(name))
    return ""
