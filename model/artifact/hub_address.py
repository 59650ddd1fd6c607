"""The address of a repository on a model hub, `hub:owner/name`; with `@` and a commit, as it was then."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: What the address of anything on a hub begins with.
HUB = "hub:"
_WORD = r"[A-Za-z0-9][\w.-]*"
_ADDRESS = re.compile(rf"hub:(?P<repository>(?:{_WORD}/)?{_WORD})(?:@(?P<commit>[0-9a-f]{{40}}))?", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class HubAddress:
    """A repository; which of its commits, unless that is left open."""

    #: `owner/name`.
    repository: str
    #: 40 hexadecimal digits: branches and tags may change, and name nothing here.
    commit: str | None = None

    @staticmethod
    def parse(text: str) -> HubAddress | None:
        """None when the text is no such address."""
        found = _ADDRESS.fullmatch(text)
        return HubAddress(**found.groupdict()) if found else None

    def at(self, commit: str) -> HubAddress:
        """The same repository as it was at a commit."""
        return HubAddress(repository=self.repository, commit=commit)

    def __str__(self) -> str:
        return f"{HUB}{self.repository}" + (f"@{self.commit}" if self.commit else "")
