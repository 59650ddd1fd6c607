"""Numbers of things in the sentences of commands."""

import pytest

from telemetry.counted import counted


@pytest.mark.parametrize(("count", "said"), [(0, "0 lines"), (1, "1 line"), (2, "2 lines")])
def test_one_thing_is_said_of_in_the_singular(count: int, said: str) -> None:
    assert counted(count, "line") == said
    assert counted(count, "batch", "batches") == said.replace("lines", "batches").replace("line", "batch")
