"""The guides in docs/, as pages."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

#: Beside the packages: in a checkout as in the image.
FOLDER = Path(__file__).parents[2] / "docs"
#: In the order in which they are read.
NAMES = (
    "first-review",
    "batch",
    "webhooks",
    "webhook-links",
    "errors",
    "results",
    "keys",
    "models",
    "console",
    "celery",
    "privacy",
    "archive",
    "old-call",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Guide:
    """One of them: its name in addresses, its title, its text as Markdown."""

    name: str
    title: str
    text: str


@cache
def written() -> tuple[Guide, ...]:
    """Those that came with this installation."""
    texts = {name: FOLDER / f"{name}.md" for name in NAMES}
    found = {name: path.read_text(encoding="utf-8") for name, path in texts.items() if path.exists()}
    return tuple(Guide(name=name, title=text[2 : text.index("\n")], text=text) for name, text in found.items())


@cache
def rendered(guide: Guide) -> str:
    """`guide` as HTML: its headings can be linked to, and it leads to no page that is not served here."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(guide.text)
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor(tokens[place + 1].content))
        _lead(token.children or [])
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def anchor(heading: str) -> str:
    """What GitHub makes of a heading, so that the guides' own links lead there here, too."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _lead(tokens: list[Token]) -> None:
    leads = True
    for token in tokens:
        if token.type == "link_open":
            target = str(token.attrGet("href"))
            name, _, rest = target.partition(".md")
            if name in NAMES:
                target = f"/docs/guides/{name}{rest}"
            leads = target.startswith(("/", "#", "https://"))
            token.attrSet("href", target)
        # Files of the repository have no address here: their names remain.
        if token.type in ("link_open", "link_close") and not leads:
            token.tag, token.attrs = "span", {}
