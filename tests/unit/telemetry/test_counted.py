"""Numbers of things in the sentences of commands."""

import pytest

from telemetry.counted import counted


@pytest.mark.parametrize(("count", "text"), [(0, "0 lines"), (1, "1 line"), (2, "2 lines")])
def test_one_thing_is_said_of_in_the_singular(count: int, text: str) -> None:
    assert counted(count, "line") == text
    assert counted(count, "batch", "batches") == text.replace("lines", "batches").replace("line", "batch")
