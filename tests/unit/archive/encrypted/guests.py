"""A guest whose words are looked for."""

from datetime import date

from archive.export import exported
from archive.reading import Reader, Wanted
from jobs.job import Job
from store.connection import Client
from store.jobs import RedisStore
from tests.support.factories import create
from tests.unit.archive.conftest import Archive
from tests.unit.archive.endings import work

WORD, GUEST = "Zeisigkanari", "gast-Zeisigkanari"
TEXT = f"Das Essen war gut. Der Service war schlecht, {WORD}."
ALWAYS = Wanted(tenant="default", first=date.min, last=date.max)


def guest_job(client: Client) -> Job:
    store = RedisStore(client)
    job = create(store, TEXT, restaurant="adler", external_author=GUEST, metadata={"tisch": WORD})
    work(store)
    return job


def told(archive: Archive, client: Client) -> str:
    """All that an export says."""
    return b"".join(exported(Reader(archive.engine, client.sealing).reviews(ALWAYS), "jsonl")).decode()
