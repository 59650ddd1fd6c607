"""An input is told when the last of its rows was judged, in whatever batches they went."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from model.runtime.streams import each_on_a_stream
from model.runtime.whole_inputs import telling


@given(each=st.integers(1, 4), inputs=st.integers(0, 9), size=st.integers(1, 5), data=st.data())
def test_every_input_is_told_once_and_not_before_its_last_row(
    each: int, inputs: int, size: int, data: st.DataObject
) -> None:
    rows = data.draw(st.permutations(range(each * inputs)))
    seen, told = list[int](), list[int]()

    def judged(whole: Sequence[int]) -> None:
        assert all(set(range(each * number, each * number + each)) <= set(seen) for number in whole)
        told.extend(whole)

    work = telling(seen.extend, judged, inputs=inputs, rows=len(rows))
    each_on_a_stream([rows[at : at + size] for at in range(0, len(rows), size)], work, streams=1)
    assert sorted(told) == list(range(inputs))


def test_on_several_streams_each_is_told_once() -> None:
    told = list[int]()
    work = telling(lambda batch: None, told.extend, inputs=20, rows=60)
    each_on_a_stream([[row] for row in range(60)], work, streams=4)
    assert sorted(told) == list(range(20))


def test_who_wants_nothing_told_pays_nothing() -> None:
    judge = [].append
    assert telling(judge, None, inputs=3, rows=3) is judge
