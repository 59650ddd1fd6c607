"""A batch: many reviews in one call, cut into chunks that travel as one message each on the bulk queue."""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Self

from jobs.batch_status import BatchStatus
from jobs.job import DEFAULT_TENANT, DEFAULT_TTL_MS
from jobs.line import Line
from jobs.request import JobRequest, Priority

#: Most restaurants beside its own that a batch's record names, and what it names instead of more: no restaurant's id.
MOST_OTHERS = 100
TOO_MANY = "*"
_CHUNK_ID = re.compile(r"batch_[0-9A-HJKMNP-TV-Z]{26}\.[0-9]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """A batch's record. Times are milliseconds since the epoch, by Redis' clock."""

    id: str
    tenant: str = DEFAULT_TENANT
    status: BatchStatus = BatchStatus.RUNNING
    #: What is asked of each line.
    request: JobRequest = field(default_factory=lambda: JobRequest(priority=Priority.BULK))
    version: int = 1
    total: int = 0
    succeeded: int = 0
    failed: int = 0
    canceled: int = 0
    expired: int = 0
    #: Lines without a text.
    skipped: int = 0
    chunks: int = 0
    #: The day that lines without a date count for in their restaurants' summaries, `YYYY-MM-DD`; known when it is made.
    day: str | None = None
    #: Restaurants that its lines name beside its own, "" for none; `TOO_MANY` when there are more than `MOST_OTHERS`.
    others: tuple[str, ...] = ()
    #: Whether each line names its restaurant itself, so that none is of the batch's own.
    all_named: bool = False
    #: How many chunks there are in each group of lines (`grouped`); empty: one in each.
    groups: tuple[int, ...] = ()
    #: The file that its lines came from.
    input_file_id: str | None = None
    cancel_requested: bool = False
    created_at: int = 0
    finished_at: int | None = None
    #: When a scheduled batch's chunks go into their queue.
    due_at: int | None = None
    expires_at: int | None = None
    ttl_ms: int = DEFAULT_TTL_MS
    #: See `jobs.job.Job.trace`; its chunks have the same.
    trace: str = ""

    @property
    def waiting(self) -> int:
        """Lines that have not ended."""
        return self.total - self.succeeded - self.failed - self.canceled - self.expired - self.skipped

    @property
    def restaurant(self) -> str | None:
        """Its own one, or that which all of its lines name instead."""
        named = self.others if self.all_named and len(self.others) == 1 else ()
        return next((name for name in named if name not in ("", TOO_MANY)), self.request.restaurant)

    def has_line(self, number: int) -> bool:
        """Whether there is, or was, a line of this number; the first is 1."""
        return 1 <= number <= self.total

    def within(self, restaurants: Set[str]) -> bool:
        """Whether it is about these restaurants alone, with all of its lines."""
        own = () if self.all_named else (self.request.restaurant,)
        return all(name in restaurants for name in (*own, *self.others))

    def may_have(self, restaurant: str) -> bool:
        """Whether lines of it may be about this restaurant, as far as its record tells."""
        return (
            restaurant in self.others
            or TOO_MANY in self.others
            or (not self.all_named and restaurant == self.request.restaurant)
        )

    def grouped_chunks(self) -> list[range]:
        """The numbers of the chunks of each group: its lines follow those of the group before."""
        if not self.groups:
            return [range(number, number + 1) for number in range(self.chunks)]
        ends = list(accumulate(self.groups))
        return [range(end - size, end) for end, size in zip(ends, self.groups, strict=True)]

    def chunk_id(self, number: int) -> str:
        """The job id of a chunk."""
        return f"{self.id}.{number}"


def is_chunk_id(job_id: str) -> bool:
    """Whether `job_id` is what `Batch.chunk_id` makes: of a job that only its batch shows."""
    return _CHUNK_ID.fullmatch(job_id) is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchFilter:
    """Which batches a listing shows; None: any."""

    status: BatchStatus | None = None
    #: The batch's own; its lines may have others.
    restaurant: str | None = None
    #: Only batches that may have lines about this restaurant.
    about: str | None = None
    #: Only batches with a line of this author's; the batch's own goes for lines that name none.
    external_author: str | None = None
    #: Only batches that are about these alone; empty: any.
    restaurants: Set[str] = frozenset()
    #: Created at or after, and at or before, in milliseconds since the epoch.
    since_ms: int | None = None
    until_ms: int | None = None

    def shows(self, batch: Batch) -> bool:
        """Whether the batch fits, apart from its time of creation and its lines' authors."""
        if self.about is not None and not batch.may_have(self.about):
            return False
        if self.restaurants and not batch.within(self.restaurants):
            return False
        return self.status in (None, batch.status) and self.restaurant in (None, batch.request.restaurant)


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """What is known of a chunk when it is stored, beside its lines."""

    weight: int
    lines: int
    #: Whose reviews there are in it, and of which restaurants, "" for none.
    authors: frozenset[str]
    restaurants: frozenset[str]
    #: Whether each line names its restaurant, or none, itself.
    all_named: bool
    #: The model that its lines name instead of the batch's.
    model: str | None = None

    @classmethod
    def of(cls, request: JobRequest, lines: Sequence[Line]) -> Self:
        """Of these lines of a batch that asks for `request`."""
        own = request.restaurant or ""
        return cls(
            weight=sum(line.weight for line in lines),
            lines=len(lines),
            authors=frozenset(filter(None, (line.author(request) for line in lines))),
            restaurants=frozenset(own if line.restaurant is None else line.restaurant for line in lines),
            all_named=all(line.restaurant is not None for line in lines),
            model=_model_of(lines),
        )

    def asked(self, of_all: JobRequest) -> JobRequest:
        """What is asked of the chunk, where `of_all` is asked of the batch."""
        return replace(of_all, model=self.model) if self.model is not None else of_all


def with_chunks(batch: Batch, chunks: Sequence[Chunk], groups: Sequence[int] = ()) -> Batch:
    """The batch with what its chunks tell of it, so many of which are in each group."""
    own = batch.request.restaurant or ""
    about = frozenset().union(*(chunk.restaurants for chunk in chunks))
    named = about - {own}
    return replace(
        batch,
        total=sum(chunk.lines for chunk in chunks),
        chunks=len(chunks),
        groups=tuple(groups) if max(groups, default=1) > 1 else (),
        others=tuple(sorted(named)) if len(named) <= MOST_OTHERS else (TOO_MANY,),
        # A line that names the batch's own restaurant is one of its own.
        all_named=own not in about and all(chunk.all_named for chunk in chunks),
    )


def authors(chunks: Sequence[Chunk]) -> dict[str, list[int]]:
    """In which chunks there are lines of which author."""
    found: dict[str, list[int]] = {}
    for number, chunk in enumerate(chunks):
        for author in chunk.authors:
            found.setdefault(author, []).append(number)
    return found


def cut(lines: Sequence[Line], target: int) -> list[Sequence[Line]]:
    """`lines` in runs of about equal weight, none much over `target` sentences unless one line alone is."""
    total = sum(line.weight for line in lines)
    share = total / max(1, -(-total // target))
    chunks: list[Sequence[Line]] = []
    begin = weight = done = 0
    for index, line in enumerate(lines):
        weight += line.weight
        if done + weight >= share * (len(chunks) + 1) or index == len(lines) - 1:
            chunks.append(lines[begin : index + 1])
            begin, done, weight = index + 1, done + weight, 0
    return chunks


def runs(lines: Iterable[Line], target: int) -> Iterator[Sequence[Line]]:
    """The same of lines that come one by one: runs of at most `target` sentences, or of one line."""
    run, weight = list[Line](), 0
    for line in lines:
        if run and weight + line.weight > target:
            yield run
            run, weight = [], 0
        run.append(line)
        weight += line.weight
    if run:
        yield run


def grouped(lines: Iterable[Line], target: int) -> Iterator[Sequence[Sequence[Line]]]:
    """Lines that come one by one in groups of chunks, each of one model: of at most `target` sentences, or of a line.

    A worker that has one of the models can take what is for it. However models alternate, a group has about as many
    sentences as so many chunks hold.
    """
    group, weight, models = list[Line](), 0, set[str | None]()
    for line in lines:
        named = models if line.problem else models | {line.model}
        if group and weight + line.weight > target * max(1, len(named)):
            yield _by_model(group, target)
            group, weight, named = [], 0, set() if line.problem else {line.model}
        group.append(line)
        weight, models = weight + line.weight, named
    if group:
        yield _by_model(group, target)


def groups_of(lines: Sequence[Line], target: int) -> list[Sequence[Sequence[Line]]]:
    """The same of lines that are all there: of one model in chunks of about equal weight."""
    if len({line.model for line in lines if not line.problem}) > 1:
        return list(grouped(lines, target))
    return [[run] for run in cut(lines, target)]


def _by_model(lines: Sequence[Line], target: int) -> list[Sequence[Line]]:
    found: dict[str | None, list[Line]] = {}
    # What nobody judges goes with its neighbours.
    model = _model_of(lines)
    for line in lines:
        model = model if line.problem else line.model
        found.setdefault(model, []).append(line)
    return [run for of in found.values() for run in runs(of, target)]


def _model_of(lines: Iterable[Line]) -> str | None:
    return next((line.model for line in lines if not line.problem), None)
