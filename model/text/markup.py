"""HTML and escapes in a text, turned into line ends and characters, with the way back to the text that was sent.

Exports of portals, shops and databases hold `<br>`, `<p>`, `&nbsp;`, `&auml;` (also escaped twice, `&amp;auml;`) and
escapes of JSON that nobody undid (`\\n` as two characters). Tags are known by name: "<3" and "<Name>" are words.
"""

from __future__ import annotations

import html
import re
from array import array
from dataclasses import dataclass
from functools import lru_cache

from model.text.abbreviations import words

#: Tags between which a reader of the page sees another line, and tags inside of one.
BLOCKS = words(
    """address article aside blockquote body br caption col colgroup dd details div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6
    head header hr html legend li main nav noscript ol option p pre script section select style summary table tbody td
    tfoot th thead title tr ul
    """
)
INLINE = words(
    """a abbr area audio b bdi bdo big button center cite code del dfn em embed font i iframe img input ins kbd label
    link map mark meta object param path picture q s samp small source span strike strong sub sup svg time tt u var
    video wbr
    """
)

#: Characters without which a text has no markup, so that most texts are not searched.
HINTS = ("<", "&", "\\", "\xad", "\u200b", "\ufeff")

#: Brackets of tags that were escaped, for pages (also twice) and in JSON.
_LESS, _MORE = (rf"(?:&(?:amp;)*+{name};|\\{{1,4}}u003[{code}])" for name, code in (("lt", "cC"), ("gt", "eE")))
#: One scan finds all, and its time is linear in the text: what a tag may hold ends at the next bracket, and every other
#: repetition has a bound or cannot begin again within what it has passed.
MARKUP = re.compile(
    r"<(?i:script|style)(?P<unread>\b[^<>]*+)>(?:[^<]|<(?!/?(?i:script|style)\b))*+</(?i:script|style)\s*+>"
    r"|(?P<cdata><!\[CDATA\[|\]\]>)"
    r"|<(?P<tag>/?[a-zA-Z][a-zA-Z0-9]{0,9})(?P<rest>(?:[\s/][^<>]*+)?)>"
    rf"|{_LESS}(?P<escaped>/?[a-zA-Z][a-zA-Z0-9]{{0,9}})(?:[\s/](?:[^<>&\\]|(?!{_LESS}|{_MORE})[&\\])*+)?{_MORE}"
    r"|(?P<comment><![a-zA-Z-][^<>]*+>)"
    r"|(?P<entity>&(?:amp;)*(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});|&nbsp)"
    r"|(?P<line>(?:\\{1,4}r)?\\{1,4}n|\\{1,4}r)"
    r"|(?P<tab>\\{1,4}t)"
    r"|(?P<code>(?:\\{1,4}u[0-9a-fA-F]{4})+)"
    r"|(?P<quote>\\{1,4}[\"'])"
    r"|(?P<unseen>[\xad\u200b\ufeff]+)"
)
DOUBLE = re.compile(r"&(?:amp;)+(?=[#a-zA-Z])")
UNITS = re.compile(r"u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text without markup, and where each of its characters comes from. Offsets count code points."""

    text: str
    #: Where each character begins and ends in the text that was sent; empty when nothing was replaced.
    starts: array[int]
    ends: array[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the text that was sent which `text[start:end]`, not empty, was made from."""
        if not self.starts:
            return start, end
        return self.starts[start], self.ends[end - 1]


def clean(text: str) -> Cleaned:
    """Replace markup: tags of blocks and line escapes by line ends, entities by their characters. Never raises."""
    parts: list[str] = []
    starts, ends = array("q"), array("q")
    position = 0
    # A list of the hints that are there is a third faster than asking `MARKUP`, for the many texts without any.
    for found in MARKUP.finditer(text) if [hint for hint in HINTS if hint in text] else ():
        whole = found.group()
        if found["rest"] and "=" not in found["rest"] and found["rest"].strip(" /\t\r\n"):
            continue  # "a <b und c> d" compares
        start, end = found.span()
        written = _written(found.lastgroup or "", whole, found["tag"] or found["escaped"] or "")
        if written == whole:
            continue
        parts += text[position:start], written
        starts.extend(range(position, start))
        ends.extend(range(position + 1, start + 1))
        for _ in written:
            starts.append(start)
            ends.append(end)
        position = end
    if not position:
        return Cleaned(text, starts, ends)
    parts.append(text[position:])
    starts.extend(range(position, len(text)))
    ends.extend(range(position + 1, len(text) + 1))
    return Cleaned("".join(parts), starts, ends)


@lru_cache(maxsize=4096)
def _written(kind: str, found: str, tag: str) -> str:
    """What a reader of the page sees in place of the markup; itself when it is none."""
    if tag:
        name = tag.lstrip("/").lower()
        return "\n" if name in BLOCKS else "" if name in INLINE else found
    if kind == "unread":
        return "\n"
    if kind == "entity":
        name = DOUBLE.sub("&", found)
        # A space that does not break is a space; soft hyphens are not seen.
        return " " if name == "&nbsp" else html.unescape(name).replace("\xa0", " ").replace("\xad", "")
    if kind == "code":
        units = b"".join(int(unit, 16).to_bytes(2, "big") for unit in UNITS.findall(found))
        return units.decode("utf-16-be", "replace")
    return {"line": "\n", "tab": " ", "quote": found[-1]}.get(kind, "")
