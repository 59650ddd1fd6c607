"""A batch is cut into chunks of one model each, in groups that follow each other."""

from collections.abc import Sequence
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from jobs.batch import Batch, Chunk, cut, grouped, groups_of, runs, with_chunks
from jobs.line import Line
from jobs.request import JobRequest

MODELS = (None, "candidate", "fake/1", "fake/2")
#: Of each line how many sentences it has (0: it is no review), and which model it names.
SIZES = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(MODELS)), min_size=1, max_size=60)
TARGET = st.integers(1, 12)
ASKED = JobRequest(model="fake/1")


def lines_of(sizes: Sequence[tuple[int, str | None]]) -> list[Line]:
    return [
        Line(number=number, text="Gut. " * size, problem=None if size else "no JSON", model=model if size else None)
        for number, (size, model) in enumerate(sizes, 1)
    ]


def chunks_of(groups: Sequence[Sequence[Sequence[Line]]]) -> list[Sequence[Line]]:
    return list(chain.from_iterable(groups))


@given(SIZES, TARGET)
def test_every_line_is_in_one_chunk_and_groups_follow_each_other(
    sizes: list[tuple[int, str | None]], target: int
) -> None:
    for groups in (list(grouped(iter(lines_of(sizes)), target)), groups_of(lines_of(sizes), target)):
        numbers = [sorted(line.number for line in chain.from_iterable(group)) for group in groups]
        assert list(chain.from_iterable(numbers)) == list(range(1, len(sizes) + 1))


@given(SIZES, TARGET)
def test_a_chunk_is_of_one_model_and_asks_for_it(sizes: list[tuple[int, str | None]], target: int) -> None:
    for run in chunks_of(groups_of(lines_of(sizes), target)):
        named = {line.model for line in run if not line.problem}
        assert len(named) <= 1
        chunk = Chunk.of(ASKED, run)
        assert chunk.model == next(iter(named), None)
        asked = chunk.asked(ASKED)
        assert {line.asked(ASKED).model for line in run if not line.problem} <= {asked.model}


@given(SIZES, TARGET)
def test_however_models_alternate_there_are_few_chunks(sizes: list[tuple[int, str | None]], target: int) -> None:
    lines = lines_of(sizes)
    for group in grouped(iter(lines), target):
        assert all(sum(line.weight for line in run) <= target or len(run) == 1 for run in group)
        named = {line.model for run in group for line in run if not line.problem} or {None}
        weight = sum(line.weight for run in group for line in run)
        longest = max(line.weight for run in group for line in run)
        assert weight <= max(target * len(named), longest)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.sampled_from(MODELS), TARGET)
def test_of_one_model_it_is_cut_as_ever(sizes: list[int], model: str | None, target: int) -> None:
    lines = lines_of([(size, model) for size in sizes])
    assert chunks_of(groups_of(lines, target)) == cut(lines, target)
    assert chunks_of(list(grouped(iter(lines), target))) == list(runs(lines, target))


@given(SIZES, TARGET)
def test_a_batch_knows_which_chunks_are_a_group(sizes: list[tuple[int, str | None]], target: int) -> None:
    groups = groups_of(lines_of(sizes), target)
    chunks = [Chunk.of(ASKED, run) for run in chunks_of(groups)]
    batch = with_chunks(Batch(id="batch_a", request=ASKED), chunks, list(map(len, groups)))
    assert [len(each) for each in batch.grouped_chunks()] == list(map(len, groups))
    assert list(chain.from_iterable(batch.grouped_chunks())) == list(range(batch.chunks))


#: What a batch says of its restaurant, and each of its lines: None: nothing, "": that it is of none.
NAMES = st.sampled_from(("adler", "krone", "hirsch"))
OWN, THEIRS = st.none() | NAMES, st.lists(st.none() | st.just("") | NAMES, min_size=1, max_size=6)


@given(OWN, THEIRS, st.sets(NAMES, min_size=1))
def test_a_batch_is_within_some_restaurants_when_each_of_its_lines_is(
    own: str | None, theirs: list[str | None], restaurants: set[str]
) -> None:
    request = JobRequest(restaurant=own)
    lines = [Line(number=number, text="Gut.", restaurant=name) for number, name in enumerate(theirs, 1)]
    chunks = [Chunk.of(request, run) for run in (lines[:2], lines[2:]) if run]
    batch = with_chunks(Batch(id="batch_1", request=request), chunks)
    about = {line.asked(request).restaurant for line in lines}
    assert batch.within(restaurants) == (about <= restaurants)
