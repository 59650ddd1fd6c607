"""Aliases of models in Redis: of the whole deployment, as the models themselves are."""

from collections.abc import Iterable, Mapping
from typing import Any

from access.audit_entry import AuditEntry
from jobs.alias import Alias
from jobs.errors import AliasMoved, NotFound, NotOneVersion
from jobs.job import DEFAULT_TENANT
from jobs.reason import because, sentences
from jobs.rollout import BOUNDS, STEPS, Bounds, Rollout
from store import alias_keys
from store.audit import NO_ENTRY, AuditStore, beside
from store.scripts import RedisBase, translated

#: Why a rollout is in its first step.
BEGUN = (because("begun"),)


class AliasStore(RedisBase):
    """Where each alias points."""

    @translated
    def all(self) -> dict[str, Alias]:
        """Those that somebody has moved, by name."""
        rows: Any = self._redis.hgetall(alias_keys.ALIASES)
        found = [Alias.decode(name.decode(), data) for name, data in rows.items()]
        return {alias.name: alias for alias in sorted(found, key=lambda alias: alias.name)}

    @translated
    def move(
        self, name: str, versions: Mapping[str, int], *, revision: int, shadow: str | None = None, compare: int = 0
    ) -> Alias:
        """Point an alias at these versions by share, if its revision is still this one (0: there is none, or nobody has
        moved it); its revision then is the next one, of a new one the one behind all of deleted ones. One that points
        there already, and in no rollout, stays as it is.

        `shadow` and `compare`: see `Alias`. Jobs that have been claimed once keep their version. A rollout of it ends.
        Raises AliasMoved.
        """
        known, now = self._known(name), self._now_ms()
        if known is not None and known.revision == revision and known.stands_for(versions, shadow, compare):
            return known
        rollout = known.rollout.overtaken(versions, now) if known and known.rollout else None
        return self._move(
            Alias(
                name=name,
                revision=revision + 1,
                versions=versions,
                shadow=shadow,
                compare=compare,
                at=now,
                rollout=rollout,
            )
        )

    @translated
    def roll_out(
        self,
        name: str,
        candidate: str,
        *,
        revision: int | None = None,
        steps: Iterable[int] = STEPS,
        bounds: Bounds = BOUNDS,
        own: str | None = None,
    ) -> Alias:
        """Have an alias go to another version in these steps, as long as that keeps the bounds (`jobs.rollout`).

        The reconciler looks after it from now on. `revision`: see `move`; None: whichever it is. `own`: what the alias
        stands for that nobody has moved yet. Raises AliasMoved, NotOneVersion.
        """
        known = self._known(name)
        before = (known.revision if known else 0) if revision is None else revision
        if known is None and own is None:
            raise NotOneVersion(f"Nobody has said what the alias {name} stands for: move it to a version first.")
        versions = {own or "": 100} if known is None else known.versions
        if known is not None and known.rollout is not None and not known.rollout.state.terminal:
            raise NotOneVersion(
                f"{known.rollout.candidate} is being rolled out to {name}: stop that, or wait for its end."
            )
        [stable, *others] = versions
        if others or (known is not None and known.shadow) or stable == candidate:
            points = ", ".join(versions)
            raise NotOneVersion(
                f"A rollout goes from one version to another, without a shadow; {name} stands for {points}."
            )
        now = self._now_ms()
        rollout = Rollout(
            number=before + 1, stable=stable, candidate=candidate, steps=tuple(steps), bounds=bounds, began_at=now,
            step_at=now, why=sentences(BEGUN), reasons=BEGUN,
        )  # fmt: skip
        return self._move(
            Alias(name=name, revision=before + 1, versions=rollout.versions, at=now, rollout=rollout), begins=True
        )

    @translated
    def end(self, name: str, *, promote: bool, revision: int | None = None) -> Alias:
        """Have the alias stand for the candidate of its rollout, or again for what it stood for before, for all jobs.

        Raises NotFound when none is going on, AliasMoved.
        """
        known = self._known(name)
        if known is None or known.rollout is None or known.rollout.state.terminal:
            raise NotFound(f"There is no rollout of the alias {name} that goes on.")
        to = known.rollout.candidate if promote else known.rollout.stable
        return self.move(name, {to: 100}, revision=known.revision if revision is None else revision)

    @translated
    def delete(self, name: str, *, revision: int) -> None:
        """Forget an alias, if its revision is still this one.

        Jobs that have been claimed once keep their version; those that still wait and name it get what `default` stands
        for, and so does whatever a rollout gave its candidate.

        Raises NotFound, AliasMoved.
        """
        answer, *kept = self._run("model/delete_alias", args=[name, revision])
        if answer == b"deleted":
            return
        if not kept[0]:
            raise NotFound(f"There is no alias {name}.")
        raise _moved(name, kept[0])

    @translated
    def decide(self, alias: Alias, to: Rollout, *, audit: AuditStore, action: str) -> Alias:
        """Have the rollout of an alias be what the reconciler made of it, if nobody has moved the alias since.

        The audit log has it with the same step. Raises AliasMoved: then whoever has moved it is right.
        """
        moved = Alias(name=alias.name, revision=alias.revision + 1, versions=to.versions, at=self._now_ms(), rollout=to)
        entry = AuditEntry(tenant=DEFAULT_TENANT, action=action, objects={"alias_id": alias.name, "why": to.why})
        return self._move(moved, noted=beside(audit, entry))

    def _known(self, name: str) -> Alias | None:
        found: Any = self._redis.hget(alias_keys.ALIASES, name)
        return Alias.decode(name, found) if found else None

    def _move(self, to: Alias, *, begins: bool = False, noted: Iterable[Any] = NO_ENTRY) -> Alias:
        known = to.revision - 1
        kept: list[Any]
        answer, *kept = b"behind", known
        while answer == b"behind":
            # What is made anew goes on behind what was deleted, of any name: one number, however many there were.
            to = to.renumbered(int(kept[0]) + 1)
            args = [to.name, known, to.encode(), int(begins), *noted]
            answer, *kept = self._run("model/move_alias", args=args)
        if answer == b"moved":
            return to
        if not kept[0]:
            raise AliasMoved(f"Nobody has moved the alias {to.name} yet: its revision is 0.")
        raise _moved(to.name, kept[0])


def _moved(name: str, kept: bytes) -> AliasMoved:
    now = Alias.decode(name, kept)
    points = ", ".join(now.versions)
    return AliasMoved(f"The alias {name} has moved: its revision is {now.revision}, and it points at {points}.")
