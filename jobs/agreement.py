"""How often a version that judges without being answered says what was answered, as the workers count it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

#: How the names of these counts begin; behind it come alias, version and what is counted.
PREFIX = "shadow|"


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """Of one alias with one such version: a shadow, or one version of a split."""

    alias: str
    version: str
    sentences: int = 0
    #: Sentences in which both find the same aspects with the same polarities.
    same: int = 0

    def counts(self) -> dict[str, int]:
        """What is added to the counts of all workers."""
        name = f"{PREFIX}{self.alias}|{self.version}|"
        return {f"{name}sentences": self.sentences, f"{name}same": self.same}


def agreements(counts: Mapping[str, int]) -> list[Agreement]:
    """What the counts of all workers say, by alias and version."""
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for name, count in counts.items():
        if name.startswith(PREFIX):
            _, alias, version, what = name.split("|")
            found[alias, version][what] = count
    return [Agreement(alias=alias, version=version, **of) for (alias, version), of in sorted(found.items())]
