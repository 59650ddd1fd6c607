"""What is deleted of an organisation while an import of it runs: lines that it reads afterwards may have it, too.

An import says that it runs, and whoever deletes notes it for those that do, in the transaction that deletes. Writers
come one after the other, so that an import finds all that was deleted before it writes, and what is deleted afterwards
finds what it wrote.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, exists, insert, literal, select, update

from archive.changes import Delete, Erase
from archive.review import Review
from archive.tables import deleted_meanwhile, imports
from jobs.history import Deletions
from store.key import author_digest

#: Who has not been heard of for so long was killed.
GONE = timedelta(days=1)
_ID, _AUTHOR, _RESTAURANT, _ALL = "id", "author", "restaurant", "all"


def begin(connection: Connection, name: str, tenant: str, now: datetime) -> None:
    """An import runs; said again, it still does. Raises sqlalchemy.exc.SQLAlchemyError, as all here does."""
    if connection.execute(update(imports).where(imports.c.import_id == name).values(heard_at=now)).rowcount == 0:
        connection.execute(insert(imports).values(import_id=name, tenant=tenant, heard_at=now))


def end(connection: Connection, name: str) -> None:
    """It has ended."""
    connection.execute(delete(deleted_meanwhile).where(deleted_meanwhile.c.import_id == name))
    connection.execute(delete(imports).where(imports.c.import_id == name))


def forget_killed(connection: Connection, now: datetime) -> None:
    """Those that have not ended and are gone run no more."""
    asked = select(imports.c.import_id).where(imports.c.heard_at < now - GONE)
    for name in connection.execute(asked).scalars().all():
        end(connection, name)


def importing(connection: Connection) -> frozenset[str]:
    """The organisations of which an import runs."""
    return frozenset(connection.execute(select(imports.c.tenant)).scalars())


def note(connection: Connection, change: Delete | Erase) -> None:
    """Tell the imports of its organisation what is deleted."""
    kind, name = _named(change)
    known = exists().where(
        deleted_meanwhile.c.import_id == imports.c.import_id,
        deleted_meanwhile.c.kind == kind,
        deleted_meanwhile.c.name == name,
    )
    told = select(imports.c.import_id, literal(kind), literal(name)).where(imports.c.tenant == change.tenant, ~known)
    connection.execute(insert(deleted_meanwhile).from_select(["import_id", "kind", "name"], told))


def deleted(connection: Connection, name: str) -> Deletions:
    """What was deleted since the import began."""
    found: dict[str, set[str]] = {kind: set() for kind in (_ID, _AUTHOR, _RESTAURANT, _ALL)}
    asked = select(deleted_meanwhile.c.kind, deleted_meanwhile.c.name).where(deleted_meanwhile.c.import_id == name)
    for kind, told in connection.execute(asked):
        found[kind].add(told)
    return Deletions(
        ids=frozenset(found[_ID]),
        authors=frozenset(found[_AUTHOR]),
        restaurants=frozenset(found[_RESTAURANT]),
        all=bool(found[_ALL]),
    )


def left(review: Review, gone: Deletions) -> Review | None:
    """The review without what erased people said of it; None where it was deleted itself."""
    ids = (review.job_id, review.batch_id or review.job_id)
    if any(gone.cover(name, author_digest=review.author_digest, restaurant=review.restaurant) for name in ids):
        return None
    kept = [each for each in review.feedback if each.by is None or author_digest(each.by) not in gone.authors]
    return review if len(kept) == len(review.feedback) else review._replace(feedback=tuple(kept))


def _named(change: Delete | Erase) -> tuple[str, str]:
    if isinstance(change, Delete):
        return _ID, change.id
    if change.author_digest:
        return _AUTHOR, change.author_digest
    return (_RESTAURANT, change.restaurant) if change.restaurant else (_ALL, "")
