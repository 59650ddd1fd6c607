"""The list of what the store has and of what only the archive has any more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.history import Deletions, NoHistory
from jobs.job import Job, Status
from jobs.seam import page
from jobs.stored import JobFilter, Page
from tests.support.model_queries import ModelQueries

RECENT_MS = 50
WHERE = st.sampled_from(["store", "archive", "both"])
MADE = st.lists(
    st.tuples(st.integers(0, 60), WHERE, st.sampled_from([Status.SUCCEEDED, Status.FAILED])), min_size=8, max_size=40
)


@dataclass
class Listed(ModelQueries):
    """Jobs, of which no more than `looks` are looked at for one page."""

    jobs: Sequence[Job]
    looks: int
    on: bool = True
    asked: int = 0

    def page(
        self,
        tenant: str,
        wanted: JobFilter,
        *,
        size: int,
        before: tuple[int, str] | None = None,
        without: Deletions | None = None,
    ) -> Page:
        self.asked += 1
        since = wanted.since_ms if wanted.since_ms is not None else 0
        until = wanted.until_ms if wanted.until_ms is not None else 1000
        reached = [
            job
            for job in sorted(self.jobs, key=lambda job: (job.created_at, job.id), reverse=True)
            if since <= job.created_at <= until and (before is None or (job.created_at, job.id) < before)
        ]
        looked_at = reached[: self.looks]
        found = [job for job in looked_at if wanted.status in (None, job.status)][:size]
        if len(found) == size:
            return Page(jobs=found, next=(found[-1].created_at, found[-1].id))
        end = looked_at[-1] if len(reached) > len(looked_at) else None
        return Page(jobs=found, next=end and (end.created_at, end.id))

    def present(self, tenant: str, ids: Sequence[str]) -> frozenset[str]:
        return frozenset(job.id for job in self.jobs) & set(ids)


def walked(store: Listed, history: Listed | NoHistory, wanted: JobFilter, size: int) -> list[Page]:
    """All pages."""
    pages: list[Page] = []
    before: tuple[int, str] | None = None
    while not pages or before is not None:
        found = page(
            store, history, Deletions, "default", wanted, size=size, before=before, recent_ms=RECENT_MS
        )  # fmt: skip
        assert len(found.jobs) <= size
        assert before is None or found.next is None or found.next < before
        pages.append(found)
        before = found.next
    return pages


@given(
    made=MADE,
    size=st.integers(1, 7),
    looks=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    status=st.none() | st.sampled_from([Status.SUCCEEDED, Status.FAILED]),
    since=st.none() | st.integers(0, 60),
    until=st.none() | st.integers(0, 60),
)
def test_every_job_is_listed_once_and_in_order_wherever_it_is(
    made: list[tuple[int, str, Status]],
    size: int,
    looks: tuple[int, int],
    status: Status | None,
    since: int | None,
    until: int | None,
) -> None:
    jobs = [
        (Job(id=f"job_{number:02}", created_at=at, status=each), where) for number, (at, where, each) in enumerate(made)
    ]
    store = Listed(jobs=[job for job, where in jobs if where != "archive"], looks=looks[0])
    history = Listed(jobs=[job for job, where in jobs if where != "store"], looks=looks[1])
    wanted = JobFilter(status=status, since_ms=since, until_ms=until)
    pages = walked(store, history, wanted, size)
    expected = sorted(
        (
            job
            for job, where in jobs
            if status in (None, job.status)
            and (since is None or job.created_at >= since)
            and (until is None or job.created_at <= until)
            and (where != "archive" or job.created_at < RECENT_MS)
        ),
        key=lambda job: (job.created_at, job.id),
        reverse=True,
    )
    assert [job for each in pages for job in each.jobs] == expected
    gone = {job.id for job, where in jobs if where == "archive"}
    assert all(job.id in gone for each in pages for job in each.jobs if job.id in each.archived)
    assert all(job.id in each.archived for each in pages for job in each.jobs if job.id in gone)


def test_whoever_asks_for_what_is_new_does_not_wait_for_the_archive() -> None:
    store = Listed(jobs=[Job(id="job_1", created_at=60)], looks=9)
    history = Listed(jobs=[Job(id="job_0", created_at=10)], looks=9)
    found = page(store, history, Deletions, "default", JobFilter(), size=5, recent_ms=RECENT_MS)
    assert [job.id for job in found.jobs] == ["job_1"]
    walked(store, history, JobFilter(since_ms=RECENT_MS), 5)
    assert history.asked == 0


@pytest.mark.parametrize("status", [status for status in Status if not status.terminal])
def test_whoever_asks_for_what_has_not_ended_does_not_wait_for_the_archive(status: Status) -> None:
    store = Listed(jobs=[Job(id="job_1", created_at=10, status=status)], looks=9)
    history = Listed(jobs=[Job(id="job_0", created_at=10)], looks=9)
    [found] = walked(store, history, JobFilter(status=status), 5)
    assert ([job.id for job in found.jobs], history.asked) == (["job_1"], 0)


def test_where_nothing_is_new_the_first_page_has_what_is_old() -> None:
    history = Listed(jobs=[Job(id="job_0", created_at=10)], looks=9)
    [found] = walked(Listed(jobs=[], looks=9), history, JobFilter(), 5)
    assert found.archived == {"job_0"}


def test_an_id_that_is_used_again_is_the_jobs_that_the_store_has() -> None:
    earlier = Job(id="order-1", created_at=10)
    store = Listed(jobs=[replace(earlier, created_at=60)], looks=9)
    pages = walked(store, Listed(jobs=[earlier], looks=9), JobFilter(), 5)
    assert [job.created_at for each in pages for job in each.jobs] == [60]


def test_without_an_archive_the_list_ends_where_the_store_does() -> None:
    [found] = walked(Listed(jobs=[Job(id="job_1", created_at=60)], looks=9), NoHistory(), JobFilter(), 5)
    assert found.next is None
