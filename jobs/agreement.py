"""How often a version that judges without being answered says what was answered, as the workers count it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jobs.alias import Alias
from jobs.rollout_evidence import count_name

#: How the names of these counts begin; behind it come alias, version and what is counted.
PREFIX = "shadow|"
#: Where those of one pair of versions are kept beside those of the alias' rollout: as of one that there never is.
_NO_ROLLOUT = 0
#: What these are called there: behind it come the version that was answered and what is counted.
_BESIDE = "beside|"


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """Of one alias with one such version: a shadow, or one version of a split."""

    alias: str
    version: str
    #: The version that was answered; empty: whichever the alias has stood for.
    answered: str = ""
    sentences: int = 0
    #: Sentences in which both find the same aspects with the same polarities.
    same: int = 0

    def counts(self) -> dict[str, int]:
        """What is added to the counts of all workers."""
        names = [f"{PREFIX}{self.alias}|{self.version}|"]
        if self.answered:
            names.append(count_name(self.alias, _NO_ROLLOUT, self.version, f"{_BESIDE}{self.answered}|"))
        return {f"{name}{what}": getattr(self, what) for name in names for what in ("sentences", "same")}


def agreements(counts: Mapping[str, int]) -> list[Agreement]:
    """What the counts of all workers say, by alias and version."""
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for name, count in counts.items():
        if name.startswith(PREFIX):
            _, alias, version, what = name.split("|")
            found[alias, version][what] = count
    return [
        Agreement(alias=alias, version=version, sentences=of.get("sentences", 0), same=of.get("same", 0))
        for (alias, version), of in sorted(found.items())
    ]


def pairs_of(alias: str, counts: Mapping[str, int]) -> list[Agreement]:
    """The same by what is kept of an alias (`store.keys.ROLLOUT`): of each two versions alone, whatever the alias has
    stood for before."""
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for name, count in counts.items():
        number, version, what = name.split("|", 2)
        if number == str(_NO_ROLLOUT) and what.startswith(_BESIDE):
            answered, what = what.removeprefix(_BESIDE).split("|")
            found[version, answered][what] = count
    return [
        Agreement(
            alias=alias, version=version, answered=answered, sentences=of.get("sentences", 0), same=of.get("same", 0)
        )
        for (version, answered), of in sorted(found.items())
    ]


def with_what_is_answered(alias: Alias, found: Iterable[Agreement]) -> list[Agreement]:
    """Of pairs those with what the alias stands for now: how often each version says what that answers."""
    by_version: dict[str, list[Agreement]] = defaultdict(list)
    for each in found:
        if each.answered in alias.versions:
            by_version[each.version].append(each)
    return [
        Agreement(alias=alias.name, version=version, sentences=sum(each.sentences for each in of),
                  same=sum(each.same for each in of))
        for version, of in by_version.items()
    ]  # fmt: skip
