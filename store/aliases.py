"""Aliases of models in Redis: of the whole deployment, as the models themselves are."""

from collections.abc import Mapping
from typing import Any

from jobs.alias import Alias
from jobs.errors import AliasMoved
from store import keys
from store.scripts import RedisBase, translated


class AliasStore(RedisBase):
    """Where each alias points."""

    @translated
    def all(self) -> dict[str, Alias]:
        """Those that somebody has moved, by name."""
        rows: Any = self._redis.hgetall(keys.ALIASES)
        found = [Alias.decode(name.decode(), data) for name, data in rows.items()]
        return {alias.name: alias for alias in sorted(found, key=lambda alias: alias.name)}

    @translated
    def move(self, name: str, versions: Mapping[str, int], *, revision: int, shadow: str | None = None) -> Alias:
        """Point an alias at these versions by share, if its revision is still this one (0: nobody has moved it).

        Jobs that have been claimed once keep their version. Raises AliasMoved.
        """
        alias = Alias(name=name, revision=revision + 1, versions=versions, shadow=shadow, at=self._now_ms())
        answer, *kept = self._run("model/move_alias", args=[name, revision, alias.encode()])
        if answer == b"moved":
            return alias
        if not kept[0]:
            raise AliasMoved(f"Nobody has moved the alias {name} yet: its revision is 0.")
        now = Alias.decode(name, kept[0])
        points = ", ".join(now.versions)
        raise AliasMoved(f"The alias {name} has moved: its revision is {now.revision}, and it points at {points}.")
